package io.tallystick.store;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Bytes under string keys, each with a time to live or without.
 *
 * <p>Each operation is atomic, and seen by all that begin after it returned. A key whose time to
 * live ran out is as one that was deleted. A time to live is above zero and kept to the millisecond
 * by the store's clock. Values are copied. Threading: any.
 *
 * <p>Every method throws {@link StoreException}: PERMANENT for a key or value beyond the store's
 * {@link Limits}, where the store is full, and where it was closed.
 */
public interface KeyValues {
  /** For how long a store remembers at least what a writer has added to a key. */
  Duration ADDITION_KEPT = Duration.ofHours(1);

  /** The value of a key; empty where there is none. */
  Optional<byte[]> get(String key);

  /** Puts a value that has no time to live in the place of what is there. */
  void put(String key, byte[] value);

  /** Puts a value in the place of what is there, for a time. */
  void put(String key, byte[] value, Duration timeToLive);

  /** Puts a value that has no time to live; false where the key is there. */
  boolean putIfAbsent(String key, byte[] value);

  /** Puts a value for a time; false where the key is there. */
  boolean putIfAbsent(String key, byte[] value, Duration timeToLive);

  /**
   * Puts a value in the place of one of the same bytes as expected; what is left of the time to
   * live stays. False where another value is there, or none.
   */
  boolean compareAndSet(String key, byte[] expected, byte[] value);

  /** Deletes a key; false where there was none. */
  boolean delete(String key);

  /** Whether a key is there. */
  boolean exists(String key);

  /** Gives a key another time to live; false where there is none. */
  boolean expire(String key, Duration timeToLive);

  /** What is left of a key's time to live; empty where it has none, or is not there. */
  Optional<Duration> timeToLive(String key);

  /**
   * Adds to a whole number, which is stored as decimal text ({@code -17}) and 0 where there is no
   * key; its time to live stays.
   *
   * @return the sum
   * @throws StoreException PERMANENT where the value is no such number or the sum no long
   */
  long increment(String key, long amount);

  /**
   * Adds as {@link #increment(String, long)} does, but once: where this writer has added to the key
   * under this number or a greater one, nothing is added. So whoever does not know whether an
   * addition took place can repeat it. What is remembered for that is changed in one step with the
   * sum, whatever becomes of the key, and kept for {@link #ADDITION_KEPT} at least after it was
   * used last; it is not restored from a backup.
   *
   * @param writer who adds: a name that nobody else uses, as a key may be
   * @param number above those of the writer's earlier additions to the key
   * @return the sum, or what is there where nothing was added
   * @throws StoreException as {@link #increment(String, long)}
   */
  long increment(String key, long amount, String writer, long number);

  /**
   * A page of the keys that begin with a prefix, which is taken literally. A key that is there from
   * the first page to the last is in one at least; others may be. Pages have no order.
   *
   * @param cursor where to go on: {@link Page#next}, or null for the first page
   * @param limit about how many keys, above zero; a page may have more, fewer, or none
   */
  Page scan(String prefix, @Nullable String cursor, int limit);

  /** Shows all keys that begin with a prefix, as {@link #scan} finds them. */
  default void forEachKey(String prefix, Consumer<String> action) {
    String cursor = null;
    do {
      Page page = scan(prefix, cursor, 1_000);
      page.keys().forEach(action);
      cursor = page.next();
    } while (cursor != null);
  }

  /**
   * Some of the keys that a scan finds.
   *
   * @param next where the next page begins, which only this store understands; null at the end
   */
  record Page(List<String> keys, @Nullable String next) {
    /** Copies the list. */
    public Page {
      keys = List.copyOf(keys);
    }
  }
}
