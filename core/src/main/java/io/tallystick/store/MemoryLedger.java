package io.tallystick.store;

import io.tallystick.store.BackupRecord.Base;
import io.tallystick.store.BackupRecord.LedgerState;
import io.tallystick.store.BackupRecord.Tombstone;
import io.tallystick.store.StoreException.Category;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The ledger of a memory store. Threading: any; one call at a time. */
final class MemoryLedger implements Ledger {
  private static final long TOMBSTONE_MS = Duration.ofDays(1).toMillis();

  private final MemoryStore store;
  private final LedgerBase base;
  private final Map<String, LedgerSource> sources = new TreeMap<>();
  private final Map<String, Tombstone> retired = new LinkedHashMap<>(); // the first one first
  private final Set<String> merged = new HashSet<>(); // the ids of other ledgers
  private String id;

  MemoryLedger(MemoryStore store, String id) {
    this.store = store;
    this.base = new LedgerBase(store.room());
    this.id = id;
  }

  @Override
  public synchronized String id() {
    store.requireOpen();
    return id;
  }

  @Override
  public synchronized Result publish(Publication publication) {
    store.requireOpen();
    String name = store.limits().checkKey(publication.source());
    if (retired.containsKey(name)) {
      return Result.RETIRED;
    }
    LedgerSource source = sources.get(name);
    if (source != null && publication.version() <= source.version()) {
      return Result.STALE;
    }
    if (publication.since() > 0 && (source == null || source.version() != publication.since())) {
      return Result.INCOMPLETE;
    }
    List<FamilyValues> families = publication.families();
    long nowMs = store.clock().millis();
    long leaseEndMs = Deadline.after(nowMs, publication.lease());
    if (publication.isOfAll()) {
      long before = source == null ? 0 : bytesOf(name, source);
      LedgerSource all = new LedgerSource(families, publication.version(), nowMs, leaseEndMs);
      store.room().take(bytesOf(name, all) - before);
      sources.put(name, all);
      return Result.ACCEPTED;
    }
    if (source == null || !source.fits(families)) {
      return Result.INCOMPLETE;
    }
    LedgerSource.Change change = source.change(families);
    store.room().take(change.growth());
    change.make(publication.version(), nowMs, leaseEndMs);
    return Result.ACCEPTED;
  }

  private static long bytesOf(String name, LedgerSource source) {
    return Room.bytesOf(name) + source.bytes();
  }

  static long bytesOf(String name, List<FamilyValues> families) {
    return Room.bytesOf(name) + families.stream().mapToLong(Room::bytesOf).sum();
  }

  @Override
  public synchronized boolean retire(String source) {
    store.requireOpen();
    return fold(store.limits().checkKey(source), false);
  }

  private boolean fold(String name, boolean withBaseline) {
    LedgerSource source = sources.get(name);
    if (source == null) {
      return false;
    }
    long nowMs = store.clock().millis();
    List<FamilyValues> values = source.values();
    base.fold(name, source.publishedMs(), values, nowMs);
    remove(name);
    forgetRetired(nowMs);
    bury(new Tombstone(name, nowMs, withBaseline ? values : null));
    return true;
  }

  private void bury(Tombstone tombstone) {
    retired.put(tombstone.name(), tombstone);
    store.room().add(bytesOf(tombstone));
  }

  static long bytesOf(Tombstone tombstone) {
    List<FamilyValues> baseline = tombstone.baseline();
    return bytesOf(tombstone.name(), baseline == null ? List.of() : baseline);
  }

  private void forgetRetired(long nowMs) {
    var each = retired.values().iterator();
    while (each.hasNext()) {
      Tombstone tombstone = each.next();
      if (nowMs - tombstone.retiredMs() < TOMBSTONE_MS) {
        return;
      }
      store.room().give(bytesOf(tombstone));
      each.remove();
    }
  }

  @Override
  public synchronized List<String> retireExpired() {
    store.requireOpen();
    long nowMs = store.clock().millis();
    forgetRetired(nowMs);
    List<String> expired = new ArrayList<>();
    sources.forEach(
        (name, source) -> {
          if (source.leaseEndMs() <= nowMs) {
            expired.add(name);
          }
        });
    expired.forEach(name -> fold(name, true));
    return expired;
  }

  @Override
  public synchronized Optional<List<FamilyValues>> baseline(String source) {
    store.requireOpen();
    Tombstone tombstone = retired.get(store.limits().checkKey(source));
    return tombstone == null ? Optional.empty() : Optional.ofNullable(tombstone.baseline());
  }

  @Override
  public synchronized List<Source> sources() {
    store.requireOpen();
    List<Source> all = new ArrayList<>();
    sources.forEach((name, s) -> all.add(new Source(name, s.version(), s.leaseEndMs())));
    return all;
  }

  @Override
  public synchronized LedgerParts parts(Set<String> without) {
    store.requireOpen();
    long nowMs = store.clock().millis();
    List<LedgerParts.Part> parts = new ArrayList<>();
    parts.add(LedgerParts.Part.ofBase(base.values()));
    sources.forEach(
        (name, source) -> {
          if (!without.contains(name)) {
            boolean live = source.leaseEndMs() > nowMs;
            parts.add(new LedgerParts.Part(name, live, source.publishedMs(), source.values()));
          }
        });
    return new LedgerParts(nowMs, parts);
  }

  synchronized int sourceCount() {
    return sources.size();
  }

  synchronized long seriesCount() {
    return base.size() + sources.values().stream().mapToLong(LedgerSource::size).sum();
  }

  synchronized boolean isEmpty() {
    return sources.isEmpty() && retired.isEmpty() && base.isEmpty();
  }

  // ---- backup ----

  synchronized List<BackupRecord> toRecords() {
    List<BackupRecord> records = new ArrayList<>();
    records.add(new LedgerState(id, merged));
    base.values().forEach(family -> records.add(new Base(family)));
    sources.forEach(
        (name, s) ->
            records.add(
                new BackupRecord.Source(
                    name, s.version(), s.publishedMs(), s.leaseEndMs(), s.values())));
    records.addAll(retired.values());
    return records;
  }

  /**
   * Whether the base of a backed-up ledger is to be taken in.
   *
   * @throws StoreException PERMANENT where parts of it are here already
   */
  synchronized boolean lacksBaseOf(LedgerState other) {
    if (isEmpty()) {
      return true;
    }
    Set<String> ours = new HashSet<>(merged);
    ours.add(id);
    if (ours.contains(other.id())) {
      return false;
    }
    Set<String> theirs = new HashSet<>(other.merged());
    if (!Collections.disjoint(ours, theirs)) {
      throw new StoreException(
          Category.PERMANENT, "backup has a part of this ledger in its base: ledger=" + id);
    }
    return true;
  }

  synchronized void restore(LedgerState other, boolean takesBase, boolean resumes) {
    if (resumes) {
      id = other.id();
      merged.addAll(other.merged());
    } else if (takesBase) {
      merged.add(other.id());
      merged.addAll(other.merged());
    }
  }

  /** Takes in a family of another ledger's base. */
  synchronized void restore(FamilyValues family) {
    base.add(family, store.clock().millis());
  }

  /** Takes in a source, unless this ledger has more of it or may have had it before. */
  synchronized void restore(BackupRecord.Source other, boolean takesBase) {
    LedgerSource present = sources.get(other.name());
    if (retired.containsKey(other.name())
        || (present != null && present.version() >= other.version())) {
      return;
    }
    boolean mayBeForgotten = other.publishedMs() <= store.clock().millis() - TOMBSTONE_MS;
    if (present == null && !takesBase && mayBeForgotten) {
      return; // it may have been retired here, and its name not be remembered any more
    }
    remove(other.name());
    LedgerSource source =
        new LedgerSource(
            other.families(), other.version(), other.publishedMs(), other.leaseEndMs());
    store.room().add(bytesOf(other.name(), source));
    sources.put(other.name(), source);
  }

  /** Takes in that a source is retired, with its values where the other ledger's base has none. */
  synchronized void restore(Tombstone other, boolean takesBase) {
    if (retired.containsKey(other.name())) {
      return;
    }
    if (takesBase) {
      remove(other.name());
      bury(other);
    } else if (!fold(other.name(), true)) {
      bury(other);
    }
  }

  private void remove(String name) {
    LedgerSource source = sources.remove(name);
    if (source != null) {
      store.room().give(bytesOf(name, source));
    }
  }
}
