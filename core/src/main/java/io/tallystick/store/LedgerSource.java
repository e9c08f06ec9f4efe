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
    publish(all, version, publishedMs, leaseEndMs);
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

  /** How many more bytes it takes once these are published. */
  long growth(List<FamilyValues> changes) {
    long bytes = 0;
    for (FamilyValues family : changes) {
      LedgerFamily known = families.get(family.identity());
      bytes += known == null ? Room.bytesOf(family) : known.growth(family);
    }
    return bytes;
  }

  void publish(List<FamilyValues> changes, long newVersion, long nowMs, long newLeaseEndMs) {
    for (FamilyValues family : changes) {
      LedgerFamily known = families.get(family.identity());
      if (known == null) {
        families.put(family.identity(), new LedgerFamily(family));
      } else {
        known.put(family);
      }
    }
    version = newVersion;
    publishedMs = nowMs;
    leaseEndMs = newLeaseEndMs;
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
}
