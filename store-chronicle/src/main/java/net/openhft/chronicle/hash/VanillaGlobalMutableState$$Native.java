package net.openhft.chronicle.hash;

import net.openhft.chronicle.bytes.BytesStore;

/**
 * The part of a Chronicle Map's header that changes, as Chronicle Map's specification lays it out
 * (Chronicle Map 3 data store structure, "Global mutable state"), read and written in place.
 *
 * <p>Chronicle Map looks for a class of this very name, and where there is none writes its source
 * and calls the Java compiler when a process opens its first map. With it nothing is compiled at
 * run time, and neither the compiler nor the JVM flags that open it are needed.
 *
 * <pre>
 *  0      3          8          13         17              25
 *  +------+----------+----------+----------+---------------+
 *  | bulks| free tier| tiers    | segment  | data store    |
 *  |      | index    | in use   | headers  | size          |
 *  +------+----------+----------+----------+---------------+
 * </pre>
 *
 * <p>Threading: who holds the lock with which Chronicle Map guards it.
 */
@SuppressWarnings({"checkstyle:TypeName", "TypeNameShadowing"})
public final class VanillaGlobalMutableState$$Native implements VanillaGlobalMutableState {
  private static final int BULKS = 0;
  private static final int FREE_TIER = 3;
  private static final int TIERS_IN_USE = 8;
  private static final int SEGMENT_HEADERS = 13;
  private static final int DATA_STORE_SIZE = 17;
  private static final int LENGTH = 25;

  private static final long BITS_24 = (1L << 24) - 1;
  private static final long BITS_40 = (1L << 40) - 1;
  private static final long BITS_32 = (1L << 32) - 1;

  private BytesStore<?, ?> bytes;
  private long base;

  @Override
  public int getAllocatedExtraTierBulks() {
    return (int) (bytes.readInt(base + BULKS) & BITS_24);
  }

  @Override
  public void setAllocatedExtraTierBulks(int bulks) {
    int others = bytes.readInt(base + BULKS) & (int) ~BITS_24;
    bytes.writeInt(base + BULKS, others | (int) checked(bulks, BITS_24));
  }

  @Override
  public long getFirstFreeTierIndex() {
    return bytes.readLong(base + FREE_TIER) & BITS_40;
  }

  @Override
  public void setFirstFreeTierIndex(long index) {
    put40(FREE_TIER, index);
  }

  @Override
  public long getExtraTiersInUse() {
    return bytes.readLong(base + TIERS_IN_USE) & BITS_40;
  }

  @Override
  public void setExtraTiersInUse(long tiers) {
    put40(TIERS_IN_USE, tiers);
  }

  private void put40(int offset, long number) {
    long others = bytes.readLong(base + offset) & ~BITS_40;
    bytes.writeLong(base + offset, others | checked(number, BITS_40));
  }

  @Override
  public long getSegmentHeadersOffset() {
    return bytes.readInt(base + SEGMENT_HEADERS) & BITS_32;
  }

  @Override
  public void setSegmentHeadersOffset(long offset) {
    bytes.writeInt(base + SEGMENT_HEADERS, (int) checked(offset, BITS_32));
  }

  @Override
  public long getDataStoreSize() {
    return bytes.readLong(base + DATA_STORE_SIZE);
  }

  @Override
  public void setDataStoreSize(long size) {
    bytes.writeLong(base + DATA_STORE_SIZE, checked(size, Long.MAX_VALUE));
  }

  @Override
  public long addDataStoreSize(long addition) {
    long size = getDataStoreSize() + addition;
    setDataStoreSize(size);
    return size;
  }

  private static long checked(long number, long most) {
    if (number < 0 || number > most) {
      throw new IllegalArgumentException("number out of range: number=" + number + " most=" + most);
    }
    return number;
  }

  @Override
  @SuppressWarnings("rawtypes") // as it is declared
  public void bytesStore(BytesStore store, long offset, long length) {
    if (length != LENGTH) {
      throw new IllegalArgumentException("length is not that of the state: length=" + length);
    }
    bytes = store;
    base = offset;
  }

  @Override
  public BytesStore<?, ?> bytesStore() {
    return bytes;
  }

  @Override
  public long offset() {
    return base;
  }

  @Override
  public long maxSize() {
    return LENGTH;
  }
}
