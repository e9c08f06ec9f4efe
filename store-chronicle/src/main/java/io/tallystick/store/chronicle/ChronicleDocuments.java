package io.tallystick.store.chronicle;

import io.tallystick.store.BackupRecord;
import io.tallystick.store.Deadline;
import io.tallystick.store.DocumentChange;
import io.tallystick.store.Documents;
import io.tallystick.store.Limits;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The documents of a directory, in the map of keys and values. A batch is a call. Each takes some
 * documents out that have ended.
 */
final class ChronicleDocuments implements Documents {
  private static final int MOST_SEEN = 5_000; // by one search
  private static final int MOST_SWEPT = 20;

  private final Session session;
  private final InstantSource clock;
  private final Limits limits;
  private final ChronicleKeyValues entries;

  ChronicleDocuments(
      Session session, InstantSource clock, Limits limits, ChronicleKeyValues entries) {
    this.session = session;
    this.clock = clock;
    this.limits = limits;
    this.entries = entries;
  }

  private MemberPages set(String name) {
    return new MemberPages(entries, DocumentKeys.of(DocumentKeys.SET, name));
  }

  private MemberPages ends() {
    return new MemberPages(entries, DocumentKeys.of(DocumentKeys.ENDS, ""));
  }

  private @Nullable StoredDocument stored(String key) {
    byte[] entry = entries.raw(DocumentKeys.of(DocumentKeys.DOCUMENT, key));
    return entry == null ? null : StoredDocument.of(entry);
  }

  private @Nullable StoredDocument living(String key) {
    StoredDocument document = stored(key);
    return document == null || document.endMs() <= clock.millis() ? null : document;
  }

  @Override
  public List<Optional<byte[]>> getAll(List<String> keys) {
    session.requireOpen();
    keys.forEach(limits::checkKey);
    return session.call(
        () -> {
          List<Optional<byte[]>> values = new ArrayList<>(keys.size());
          for (String key : keys) {
            values.add(Optional.ofNullable(living(key)).map(StoredDocument::value));
          }
          return values;
        });
  }

  @Override
  public List<Boolean> applyEach(List<List<DocumentChange>> batches) {
    session.requireOpen();
    DocumentChange.check(batches, limits);
    List<Boolean> made = new ArrayList<>(batches.size());
    batches.forEach(batch -> made.add(session.call(() -> isMade(batch))));
    return made;
  }

  private boolean isMade(List<DocumentChange> batch) {
    sweep();
    for (DocumentChange change : batch) {
      StoredDocument present = living(change.key());
      if (!change.isAllowed(present == null ? null : present.value())) {
        return false;
      }
    }
    for (DocumentChange change : batch) {
      if (change.deletes()) {
        remove(change.key());
      } else {
        long endMs =
            change.timeToLive() == null
                ? Deadline.NEVER_MS
                : Deadline.after(clock.millis(), change.timeToLive());
        put(change.key(), change.value(), endMs, change.places());
      }
    }
    return true;
  }

  private void put(String key, byte[] value, long endMs, Map<String, Long> places) {
    StoredDocument before = stored(key);
    Map<String, Long> numbered = new TreeMap<>();
    places.forEach(
        (set, place) ->
            numbered.put(set, place == DocumentChange.NEXT_NUMBER ? nextNumber(set) : place));
    if (before != null) {
      leave(key, before, numbered, endMs);
    }
    numbered.forEach(
        (set, place) -> {
          if (before == null || !place.equals(before.places().get(set))) {
            set(set).add(new Found(key, place));
          }
        });
    if (endMs != Deadline.NEVER_MS && (before == null || before.endMs() != endMs)) {
      ends().add(new Found(key, endMs));
    }
    entries.putRaw(
        DocumentKeys.of(DocumentKeys.DOCUMENT, key),
        new StoredDocument(value, endMs, numbered).toBytes());
  }

  /** One more than the last; where that was lost in a recovery, than of any that is there. */
  private long nextNumber(String set) {
    byte[] key = DocumentKeys.of(DocumentKeys.NUMBER, set);
    if (entries.raw(key) == null) {
      set(set)
          .walk(
              new Found("", Long.MAX_VALUE),
              true,
              last -> {
                entries.raiseNumber(key, Math.max(0, last.place()));
                return false;
              });
    }
    return entries.nextNumber(key);
  }

  private void leave(String key, StoredDocument before, Map<String, Long> stays, long endMs) {
    before
        .places()
        .forEach(
            (set, place) -> {
              if (!place.equals(stays.get(set))) {
                set(set).remove(new Found(key, place));
              }
            });
    if (before.endMs() != Deadline.NEVER_MS && before.endMs() != endMs) {
      ends().remove(new Found(key, before.endMs()));
    }
  }

  private void remove(String key) {
    StoredDocument before = stored(key);
    if (before != null) {
      leave(key, before, Map.of(), Deadline.NEVER_MS);
      entries.removeRaw(DocumentKeys.of(DocumentKeys.DOCUMENT, key));
    }
  }

  private void sweep() {
    long nowMs = clock.millis();
    List<Found> ended = new ArrayList<>();
    ends()
        .walk(
            new Found("", Long.MIN_VALUE),
            false,
            member -> member.place() <= nowMs && ended.add(member) && ended.size() < MOST_SWEPT);
    for (Found member : ended) {
      remove(member.key());
      ends().remove(member); // also where the document was lost in a recovery
    }
  }

  @Override
  public Page find(Search search) {
    session.requireOpen();
    search.sets().forEach(limits::checkKey);
    return session.call(() -> page(search));
  }

  private Page page(Search search) {
    List<MemberPages> sets = new ArrayList<>();
    search.sets().forEach(set -> sets.add(set(set)));
    if (sets.size() > 1) {
      sets.sort(Comparator.comparingLong(MemberPages::size));
    }
    List<MemberPages> others = sets.subList(1, sets.size());
    Found after = search.after();
    Found from = after == null ? first(search) : after;
    List<Found> found = new ArrayList<>();
    int[] seen = new int[1];
    Found[] last = new Found[1];
    sets.get(0)
        .walk(
            from,
            search.descending(),
            member -> {
              if (member.place() < search.from() || member.place() > search.to()) {
                return false;
              }
              if (!member.equals(after) && others.stream().allMatch(set -> set.contains(member))) {
                found.add(member);
              }
              if (found.size() == search.limit() || ++seen[0] == MOST_SEEN) {
                last[0] = member;
                return false;
              }
              return true;
            });
    return new Page(found, last[0]);
  }

  /** What stands before all members at the places of a search. No key is empty. */
  private static Found first(Search search) {
    return search.descending()
        ? new Found("", search.to() == Long.MAX_VALUE ? Long.MAX_VALUE : search.to() + 1)
        : new Found("", search.from());
  }

  @Override
  public long count(String set, long from, long to) {
    session.requireOpen();
    limits.checkKey(set);
    return session.call(
        () -> {
          long[] count = new long[1];
          set(set)
              .walk(
                  new Found("", from),
                  false,
                  member -> {
                    boolean isIn = member.place() <= to;
                    count[0] += isIn ? 1 : 0;
                    return isIn;
                  });
          return count[0];
        });
  }

  /** In a call: what a backup has of an entry of the map; null where that is none of its own. */
  @Nullable BackupRecord toRecord(byte[] key, byte[] entry) {
    if (DocumentKeys.isOf(DocumentKeys.DOCUMENT, key)) {
      StoredDocument document = StoredDocument.of(entry);
      return document.endMs() <= clock.millis()
          ? null
          : new BackupRecord.Document(
              DocumentKeys.name(key), document.value(), document.endMs(), document.places());
    }
    return DocumentKeys.isOf(DocumentKeys.NUMBER, key)
        ? new BackupRecord.LatestNumber(DocumentKeys.name(key), ChronicleKeyValues.number(entry))
        : null;
  }

  /** In a call: takes in a document, unless it is here. */
  void restore(BackupRecord.Document document) {
    limits.checkValue(document.value());
    String key = limits.checkKey(document.key());
    if (document.endMs() > clock.millis() && living(key) == null) {
      put(key, document.value(), document.endMs(), document.places());
    }
  }

  /** In a call: has a set count on from no less. */
  void restore(BackupRecord.LatestNumber number) {
    entries.raiseNumber(
        DocumentKeys.of(DocumentKeys.NUMBER, limits.checkKey(number.set())), number.number());
  }
}
