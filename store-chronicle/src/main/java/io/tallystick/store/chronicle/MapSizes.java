package io.tallystick.store.chronicle;

import io.tallystick.store.StoreUrl;
import java.util.Set;
import net.openhft.chronicle.map.ChronicleMapBuilder;

/**
 * How much the maps of a new directory have room for.
 *
 * @param keys keys with values
 * @param jobs jobs, dead letters included
 * @param series series of the ledger
 * @param valueBytes what a value or a payload has on the average
 */
record MapSizes(long keys, long jobs, long series, int valueBytes) {
  static final MapSizes DEFAULT = new MapSizes(100_000, 50_000, 200_000, 200);

  private static final String KEYS = "keys";
  private static final String JOBS = "jobs";
  private static final String SERIES = "series";
  private static final String VALUE_BYTES = "valueBytes";

  private static final int KEY_BYTES = 40;
  private static final int SERIES_KEY_BYTES = 17;
  private static final int SERIES_BYTES = 150;
  private static final int ENTRIES_A_JOB = 3; // itself, its place in the row, its deadline

  /** A value of the largest size finds room in a segment that has this many bytes. */
  private static final long SEGMENT_BYTES = 4L << 20;

  private static final int MOST_SEGMENTS = 1 << 10;

  /** Room for values of other sizes than the average, and for keys that hash unevenly. */
  private static final int BLOAT = 4;

  static MapSizes of(StoreUrl url) {
    url.requireOptions(Set.of(KEYS, JOBS, SERIES, VALUE_BYTES));
    return new MapSizes(
        url.positive(KEYS, DEFAULT.keys),
        url.positive(JOBS, DEFAULT.jobs),
        url.positive(SERIES, DEFAULT.series),
        (int) Math.min(url.positive(VALUE_BYTES, DEFAULT.valueBytes), 1 << 20));
  }

  ChronicleMapBuilder<byte[], byte[]> builder(MapKind kind) {
    return switch (kind) {
      case KEYS -> builder(kind, keys, KEY_BYTES, valueBytes + Long.BYTES);
      case JOBS -> builder(kind, jobs * ENTRIES_A_JOB, KEY_BYTES, valueBytes / 2 + KEY_BYTES);
      case LEDGER -> builder(kind, series, SERIES_KEY_BYTES, SERIES_BYTES);
    };
  }

  private static ChronicleMapBuilder<byte[], byte[]> builder(
      MapKind kind, long wanted, int averageKey, int averageValue) {
    int entryBytes = averageKey + averageValue;
    long entries = Math.max(wanted, SEGMENT_BYTES / entryBytes);
    long segments = Long.highestOneBit(Math.max(1, entries * entryBytes / SEGMENT_BYTES));
    return ChronicleMapBuilder.of(byte[].class, byte[].class)
        .name("tallystick-" + kind)
        .entries(entries)
        .averageKeySize(averageKey)
        .averageValueSize(averageValue)
        .actualSegments((int) Math.min(segments, MOST_SEGMENTS))
        .checksumEntries(true)
        .skipCloseOnExitHook(true) // hooks of applications may use the store still, and close it
        .maxBloatFactor(BLOAT);
  }
}
