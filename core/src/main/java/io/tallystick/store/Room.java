package io.tallystick.store;

import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.store.StoreException.Category;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** How many bytes a memory store's entries take, and may take. Threading: any. */
final class Room {
  /** What it takes to find an entry, about. */
  private static final long ENTRY_BYTES = 100;

  private static final long SERIES_BYTES = 250;
  private static final long NUMBER_BYTES = 24;
  private static final long BUCKET_BYTES = 80;

  private final long maxBytes;
  private final AtomicLong used = new AtomicLong();

  Room(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** What an entry takes. */
  static long bytesOf(String key, byte[] value) {
    return bytesOf(key) + value.length;
  }

  /** What an entry without a value takes. */
  static long bytesOf(String key) {
    return ENTRY_BYTES + 2L * key.length();
  }

  /** What a family and its series take. */
  static long bytesOf(FamilyValues family) {
    return SERIES_BYTES
        + NUMBER_BYTES * family.bounds().size()
        + family.series().stream().mapToLong(Room::bytesOf).sum();
  }

  /** What a series takes. */
  static long bytesOf(SeriesValues series) {
    long bytes = SERIES_BYTES;
    Labels labels = series.labels();
    for (int i = 0; i < labels.size(); i++) {
      bytes += ENTRY_BYTES + labels.getValue(i).length();
    }
    return bytes + bytesOfValues(series);
  }

  /** How much more a series takes than another one of the same labels. */
  static long growth(SeriesValues before, SeriesValues after) {
    return bytesOfValues(after) - bytesOfValues(before);
  }

  private static long bytesOfValues(SeriesValues series) {
    long bytes = NUMBER_BYTES * series.counts().size() + SERIES_BYTES * series.exemplars().size();
    NativeValues natives = series.nativeValues();
    if (natives != null) {
      bytes += BUCKET_BYTES * (1 + natives.positive().size() + natives.negative().size());
    }
    QuantileValues quantiles = series.quantileValues();
    if (quantiles != null) {
      for (List<QuantileValues.Entry> slice : quantiles.slices().values()) {
        bytes += BUCKET_BYTES + 2 * NUMBER_BYTES * slice.size();
      }
    }
    return bytes;
  }

  /**
   * Takes room for what grows by so many bytes; what shrinks always may.
   *
   * @throws StoreException PERMANENT where there is none
   */
  void take(long bytes) {
    long now = used.addAndGet(bytes);
    if (bytes > 0 && now > maxBytes) {
      used.addAndGet(-bytes);
      throw new StoreException(
          Category.PERMANENT, "store is full: backend=memory maxBytes=" + maxBytes);
    }
  }

  /** Takes room whether there is any or not. */
  void add(long bytes) {
    used.addAndGet(bytes);
  }

  void give(long bytes) {
    used.addAndGet(-bytes);
  }

  long used() {
    return used.get();
  }
}
