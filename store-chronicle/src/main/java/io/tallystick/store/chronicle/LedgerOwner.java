package io.tallystick.store.chronicle;

import io.tallystick.store.FamilyBytes;
import io.tallystick.store.FamilyValues;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A source that lives, the name of a retired one, or the base: whose families are in the ledger's
 * map. Not thread-safe.
 *
 * <p>Layout, big-endian: version, when it published, when its lease ends, when it was retired, its
 * place among those that live (8 bytes each), 1 where it is retired and 2 where it has a baseline
 * (1 byte); then each family: its number, what its labels are known by, how many series it has (8
 * bytes each), the length of its description (4) and that.
 */
final class LedgerOwner {
  private static final int FIXED = 5 * Long.BYTES + 1;
  private static final int RETIRED = 1;
  private static final int BASELINE = 1 << 1;

  final List<Family> families = new ArrayList<>();
  long version;
  long publishedMs;
  long leaseEndMs;
  long retiredMs;
  long place;
  boolean isRetired;
  boolean hasBaseline;

  /** A family without its series. */
  static final class Family {
    final long number;
    FamilyValues description;

    /** Another number after each change of which series there are. */
    long labelsStamp;

    long size;

    Family(long number, FamilyValues description) {
      this.number = number;
      this.description = description;
    }
  }

  static LedgerOwner of(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    LedgerOwner owner = new LedgerOwner();
    owner.version = buffer.getLong();
    owner.publishedMs = buffer.getLong();
    owner.leaseEndMs = buffer.getLong();
    owner.retiredMs = buffer.getLong();
    owner.place = buffer.getLong();
    int flags = buffer.get();
    owner.isRetired = (flags & RETIRED) != 0;
    owner.hasBaseline = (flags & BASELINE) != 0;
    while (buffer.hasRemaining()) {
      long number = buffer.getLong();
      long labelsStamp = buffer.getLong();
      long size = buffer.getLong();
      byte[] description = new byte[buffer.getInt()];
      buffer.get(description);
      Family family = new Family(number, FamilyBytes.toFamily(description, List.of()));
      family.labelsStamp = labelsStamp;
      family.size = size;
      owner.families.add(family);
    }
    return owner;
  }

  byte[] toBytes() {
    List<byte[]> descriptions =
        families.stream().map(each -> FamilyBytes.ofFamily(each.description)).toList();
    int length =
        descriptions.stream().mapToInt(d -> 3 * Long.BYTES + Integer.BYTES + d.length).sum();
    ByteBuffer buffer =
        ByteBuffer.allocate(FIXED + length)
            .putLong(version)
            .putLong(publishedMs)
            .putLong(leaseEndMs)
            .putLong(retiredMs)
            .putLong(place)
            .put((byte) ((isRetired ? RETIRED : 0) | (hasBaseline ? BASELINE : 0)));
    for (int i = 0; i < families.size(); i++) {
      Family family = families.get(i);
      byte[] description = descriptions.get(i);
      buffer
          .putLong(family.number)
          .putLong(family.labelsStamp)
          .putLong(family.size)
          .putInt(description.length)
          .put(description);
    }
    return buffer.array();
  }

  @Nullable Family family(FamilyValues.Identity identity) {
    for (Family family : families) {
      if (family.description.identity().equals(identity)) {
        return family;
      }
    }
    return null;
  }

  long size() {
    return families.stream().mapToLong(family -> family.size).sum();
  }
}
