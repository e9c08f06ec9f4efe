package io.tallystick.store;

import io.tallystick.store.FamilyValues.Identity;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a source has published to a memory store. Not thread-safe. */
final class LedgerSource {
  private final Map<Identity, LedgerFamily> families = new HashMap<>();
  private long version;
  private long publishedMs;
  private long leaseEndMs;

  /** A source with all of its families. */
  LedgerSource(List<FamilyValues> all, long version, long publishedMs, long leaseEndMs) {
    all.forEach(family -> families.put(family.identity(), new LedgerFamily(family)));
    renew(version, publishedMs, leaseEndMs);
  }

  private void renew(long newVersion, long nowMs, long newLeaseEndMs) {
    version = newVersion;
    publishedMs = nowMs;
    leaseEndMs = newLeaseEndMs;
  }

  /** Whether all series can stand beside those that are there. */
  boolean fits(List<FamilyValues> changes) {
    for (FamilyValues family : changes) {
      LedgerFamily known = families.get(family.identity());
      if (known != null && !known.description().hasShapeOf(family)) {
        return false;
      }
    }
    return true;
  }

  /** What is to become of the source. Until it is made so, nothing else may change it. */
  Change change(List<FamilyValues> changes) {
    Change change = new Change();
    for (FamilyValues family : changes) {
      LedgerFamily known = families.get(family.identity());
      if (known == null) {
        change.add(new LedgerFamily(family));
      } else {
        change.add(known.change(family));
      }
    }
    return change;
  }

  long version() {
    return version;
  }

  long publishedMs() {
    return publishedMs;
  }

  long leaseEndMs() {
    return leaseEndMs;
  }

  List<FamilyValues> values() {
    List<FamilyValues> values = new ArrayList<>();
    families.values().forEach(family -> values.add(family.values()));
    return values;
  }

  long size() {
    return families.values().stream().mapToLong(LedgerFamily::size).sum();
  }

  /** What its families take, about. */
  long bytes() {
    return families.values().stream().mapToLong(LedgerFamily::bytes).sum();
  }

  /** Families that come, and changes of those that are there. */
  final class Change {
    private final List<LedgerFamily> coming = new ArrayList<>();
    private final List<LedgerFamily.Change> changes = new ArrayList<>();
    private long growth;

    private void add(LedgerFamily family) {
      coming.add(family);
      growth += family.bytes();
    }

    private void add(LedgerFamily.Change change) {
      changes.add(change);
      growth += change.growth();
    }

    /** How many more bytes the source takes then. */
    long growth() {
      return growth;
    }

    void make(long newVersion, long nowMs, long newLeaseEndMs) {
      coming.forEach(family -> families.put(family.description().identity(), family));
      changes.forEach(LedgerFamily.Change::make);
      renew(newVersion, nowMs, newLeaseEndMs);
    }
  }
}
