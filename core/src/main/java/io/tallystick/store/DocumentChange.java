package io.tallystick.store;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What is to become of a document: that it is put in the place of what is there, or deleted. */
public final class DocumentChange {
  /** Stands for the next number of a set, which the store knows. */
  public static final long NEXT_NUMBER = Long.MIN_VALUE;

  private final String key;
  private final byte @Nullable [] value; // null deletes
  private final Map<String, Long> places; // by set
  private final @Nullable Duration timeToLive;
  private final Condition condition;
  private final byte[] expected;

  private DocumentChange(
      String key,
      byte @Nullable [] value,
      Map<String, Long> places,
      @Nullable Duration timeToLive,
      Condition condition,
      byte[] expected) {
    this.key = key;
    this.value = value;
    this.places = places;
    this.timeToLive = timeToLive;
    this.condition = condition;
    this.expected = expected;
  }

  /** Puts a document that is in no set and has no time to live. */
  public static DocumentChange put(String key, byte[] value) {
    return new DocumentChange(key, value.clone(), Map.of(), null, Condition.NONE, new byte[0]);
  }

  /** Deletes a document, if there is one. */
  public static DocumentChange delete(String key) {
    return new DocumentChange(key, null, Map.of(), null, Condition.NONE, new byte[0]);
  }

  /**
   * Puts it into these sets, too, at one place.
   *
   * @throws IllegalArgumentException where the place has more than 53 bits
   */
  public DocumentChange in(Set<String> sets, long place) {
    if (Math.abs(place) > Documents.MOST_PLACE) {
      throw new IllegalArgumentException("place is out of range: place=" + place);
    }
    Map<String, Long> all = new TreeMap<>(places);
    sets.forEach(set -> all.put(set, place));
    return new DocumentChange(key, value, all, timeToLive, condition, expected);
  }

  /**
   * Puts it into a set, too, at the set's next number: 1 for the first one that ever was put so,
   * and for each one more than for the one before. Who has seen a number has seen all before it
   * that there are.
   */
  public DocumentChange numberedIn(String set) {
    Map<String, Long> all = new TreeMap<>(places);
    all.put(set, NEXT_NUMBER);
    return new DocumentChange(key, value, all, timeToLive, condition, expected);
  }

  /** Has it end after a time above zero. */
  public DocumentChange endingAfter(Duration time) {
    return new DocumentChange(key, value, places, Deadline.checked(time), condition, expected);
  }

  /** Only where there is no document under the key. */
  public DocumentChange ifAbsent() {
    return new DocumentChange(key, value, places, timeToLive, Condition.ABSENT, new byte[0]);
  }

  /** Only where the document has these bytes. */
  public DocumentChange ifEqual(byte[] bytes) {
    return new DocumentChange(key, value, places, timeToLive, Condition.EQUAL, bytes.clone());
  }

  public String key() {
    return key;
  }

  /** Whether it deletes rather than puts. */
  public boolean deletes() {
    return value == null;
  }

  /** What is put, not copied: for stores. Empty where it deletes. */
  public byte[] value() {
    return value == null ? new byte[0] : value;
  }

  /** The place in each of its sets, or {@link #NEXT_NUMBER}; sorted by set. */
  public Map<String, Long> places() {
    return Collections.unmodifiableMap(places);
  }

  /** How long it lives; null for ever. */
  public @Nullable Duration timeToLive() {
    return timeToLive;
  }

  /** What has to hold. */
  public Condition condition() {
    return condition;
  }

  /** What has to be there with {@link Condition#EQUAL}, not copied: for stores. */
  public byte[] expected() {
    return expected;
  }

  /** Whether the condition holds where these bytes are there; null for none. */
  public boolean isAllowed(byte @Nullable [] present) {
    return switch (condition) {
      case NONE -> true;
      case ABSENT -> present == null;
      case EQUAL -> Arrays.equals(present, expected);
    };
  }

  /**
   * Refuses batches with what a store may not hold, or with a key twice.
   *
   * @throws StoreException PERMANENT
   */
  public static void check(List<List<DocumentChange>> batches, Limits limits) {
    for (List<DocumentChange> batch : batches) {
      Set<String> keys = new HashSet<>();
      for (DocumentChange change : batch) {
        if (!keys.add(limits.checkKey(change.key))) {
          throw new StoreException(
              StoreException.Category.PERMANENT, "key is twice in a batch: key=" + change.key);
        }
        change.places.keySet().forEach(limits::checkKey);
        limits.checkValue(change.value());
      }
    }
  }

  /** What has to hold before a change is made. */
  public enum Condition {
    /** Nothing. */
    NONE,
    /** There is no document. */
    ABSENT,
    /** The document has the expected bytes. */
    EQUAL
  }
}
