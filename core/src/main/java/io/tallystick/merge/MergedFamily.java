package io.tallystick.merge;

import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.PrometheusNaming;
import io.prometheus.metrics.model.snapshots.Unit;
import io.tallystick.shm.FamilyDescriptor;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.GaugeMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A metric family with the values of all processes that have it.
 *
 * <p>Series are numbered as they come; {@link #order()} sorts them. Values are kept in arrays: for
 * each series some long words (buckets, counts, states, times) and one double as a sum of two, so
 * that what it shows does not depend on the order in which processes are added (Dekker, "A
 * floating-point technique for extending the available precision", 1971).
 */
public final class MergedFamily {
  private static final int FIRST_CAPACITY = 8;

  private final FamilyType type;
  private final GaugeMode mode;
  private final List<String> states;
  private final List<List<String>> schemas = new ArrayList<>();
  private MetricMetadata metadata;
  private long createdMs = Long.MAX_VALUE;
  private long describedMs = Long.MIN_VALUE;
  private double @Nullable [] bounds;
  private int boundsVersion;

  private int size;
  private int[] table = new int[2 * FIRST_CAPACITY]; // series + 1 by key, open addressing
  private byte[][] keys = new byte[FIRST_CAPACITY][];
  private Labels[] labels = new Labels[FIRST_CAPACITY];
  private byte[][] labelTexts = new byte[FIRST_CAPACITY][]; // null where not made yet
  private long[] seriesCreatedMs = new long[FIRST_CAPACITY];
  private int[] order = {};

  private int width;
  private long[] longs;
  private double[] highs = new double[FIRST_CAPACITY];
  private double[] lows = new double[FIRST_CAPACITY];
  private boolean[] seen = new boolean[FIRST_CAPACITY];

  MergedFamily(FamilyDescriptor first) {
    this.type = first.type();
    this.mode = first.mode();
    this.states = first.states();
    this.metadata = metadataOf(first);
    this.width = widthOf(first);
    this.longs = new long[FIRST_CAPACITY * width];
  }

  static MetricMetadata metadataOf(FamilyDescriptor family) {
    String unit = family.unit();
    MetricMetadata.Builder builder =
        MetricMetadata.builder()
            .name(family.name())
            .expositionBaseName(family.expositionBaseName())
            .originalName(family.originalName());
    if (family.help() != null) {
      builder.help(family.help());
    }
    if (unit != null) {
      builder.unit(new Unit(unit));
    }
    return builder.build();
  }

  private static int widthOf(FamilyDescriptor family) {
    return switch (family.type()) {
      case HISTOGRAM -> family.bounds().length;
      case STATESET -> 1 + family.states().size();
      default -> 1;
    };
  }

  public FamilyType type() {
    return type;
  }

  /** How a gauge's processes merge. */
  public GaugeMode mode() {
    return mode;
  }

  public MetricMetadata metadata() {
    return metadata;
  }

  /** When it was first registered by a process that is still counted. */
  public long createdMs() {
    return createdMs;
  }

  /** Whether all names fit the character set that needs no escaping. */
  public boolean hasLegacyNames() {
    return PrometheusNaming.isValidLegacyMetricName(metadata.getName())
        && schemas.stream()
            .flatMap(List::stream)
            .allMatch(PrometheusNaming::isValidLegacyLabelName);
  }

  /** A histogram's upper bounds: those that all its processes have. */
  public double[] bounds() {
    return bounds == null ? new double[0] : bounds;
  }

  /** A state set's states. */
  public List<String> states() {
    return states;
  }

  /** How many series there are, seen or not. */
  public int size() {
    return size;
  }

  public Labels labels(int series) {
    return labels[series];
  }

  /** When the series was first created, in milliseconds of the Unix epoch. */
  public long createdMs(int series) {
    return seriesCreatedMs[series];
  }

  /** The labels as the text formats write them between braces, in UTF-8. */
  public byte[] labelText(int series) {
    byte[] text = labelTexts[series];
    if (text == null) {
      text = LabelText.of(labels[series]);
      labelTexts[series] = text;
    }
    return text;
  }

  /** Whether any process that counts has the series at present. */
  public boolean isSeen(int series) {
    return seen[series];
  }

  /** A counter's, gauge's or distribution's double. */
  public double sum(int series) {
    double rest = lows[series];
    return rest == 0 ? highs[series] : highs[series] + rest; // a gauge can be -0.0
  }

  /** What rounding took from {@link #sum}. */
  double rest(int series) {
    double rest = highs[series] - sum(series) + lows[series];
    return Double.isFinite(rest) ? rest : 0;
  }

  /** A counter's total. */
  public double total(int series) {
    return Math.max(0, longs[series] + sum(series)); // below only where a retired file lies
  }

  /** Word {@code index} of a series: a bucket, a count, a state or a time. */
  public long word(int series, int index) {
    return longs[series * width + index];
  }

  /** The numbers of the series, sorted by their labels as client_java sorts them. */
  public int[] order() {
    if (order.length != size) {
      order = sorted();
    }
    return order;
  }

  private int[] sorted() {
    Integer[] numbers = new Integer[size];
    for (int i = 0; i < order.length; i++) {
      numbers[i] = order[i]; // a sorted run, which the sort then only merges
    }
    for (int i = order.length; i < size; i++) {
      numbers[i] = i;
    }
    Arrays.sort(numbers, (a, b) -> labels[a].compareTo(labels[b]));
    return Arrays.stream(numbers).mapToInt(Integer::intValue).toArray();
  }

  /** What a retired file says of the family, for series with these labels. */
  FamilyDescriptor describe(List<String> labelNames) {
    Unit unit = metadata.getUnit();
    return new FamilyDescriptor(
        type,
        mode,
        metadata.getName(),
        metadata.getOriginalName(),
        metadata.getExpositionBaseName(),
        metadata.getHelp(),
        unit == null ? null : unit.toString(),
        labelNames,
        List.of(),
        List.of(),
        bounds(),
        states,
        createdMs);
  }

  // ---- joining: what a process says of the family ----

  /** Forgets what processes said, before those that are left say it again. */
  void leaveAll() {
    createdMs = Long.MAX_VALUE;
    describedMs = Long.MIN_VALUE;
    bounds = null;
  }

  /**
   * Takes in a process' description: the newest process' texts win, the bounds are those that all
   * have.
   */
  void join(FamilyDescriptor family, long theirDescribedMs) {
    createdMs = Math.min(createdMs, family.createdMs());
    if (theirDescribedMs >= describedMs) {
      describedMs = theirDescribedMs;
      metadata = metadataOf(family);
    }
    if (type == FamilyType.HISTOGRAM) {
      joinBounds(family.bounds());
    }
  }

  private void joinBounds(double[] theirs) {
    double[] ours = bounds;
    if (ours == null) {
      bounds = theirs;
      if (width != theirs.length) {
        width = theirs.length;
        longs = new long[keys.length * width];
      }
      boundsVersion++;
    } else if (!Arrays.equals(ours, theirs)) {
      double[] common = Buckets.common(ours, theirs);
      if (common.length != ours.length) {
        narrow(ours, common);
      }
    }
  }

  /** Adds up the buckets that have become one. */
  private void narrow(double[] from, double[] to) {
    int[] map = Buckets.map(from, to);
    long[] narrowed = new long[keys.length * to.length];
    for (int series = 0; series < size; series++) {
      for (int i = 0; i < from.length; i++) {
        int at = series * to.length + map[i];
        long sum = narrowed[at] + longs[series * width + i];
        narrowed[at] = sum < 0 ? Long.MAX_VALUE : sum;
      }
    }
    bounds = to;
    width = to.length;
    longs = narrowed;
    boundsVersion++;
  }

  /** Changes whenever the buckets do. */
  int boundsVersion() {
    return boundsVersion;
  }

  /** Number of the sorted label names among those that the family's processes use. */
  int schema(List<String> sortedNames) {
    int known = schemas.indexOf(sortedNames);
    if (known >= 0) {
      return known;
    }
    schemas.add(sortedNames);
    return schemas.size() - 1;
  }

  List<String> schemaNames(int series) {
    return schemas.get(Key.schema(keys[series]));
  }

  /** The values of the names of {@link #schemaNames}. */
  String[] labelValues(int series) {
    return Key.values(keys[series], schemaNames(series).size());
  }

  /** The series with this key, which is added where there is none. */
  int series(byte[] key, int length, long created) {
    int mask = table.length - 1;
    int slot = Key.hash(key, length) & mask;
    while (table[slot] != 0) {
      int series = table[slot] - 1;
      if (Key.equals(keys[series], key, length)) {
        seriesCreatedMs[series] = Math.min(seriesCreatedMs[series], Math.max(0, created));
        return series;
      }
      slot = (slot + 1) & mask;
    }
    int series = size;
    ensureCapacity(series + 1);
    keys[series] = Arrays.copyOf(key, length);
    labels[series] = Key.labels(keys[series], schemas.get(Key.schema(key)));
    seriesCreatedMs[series] = Math.max(0, created);
    size++;
    if (2 * size > table.length) {
      rebuildTable();
    } else {
      table[slot] = size;
    }
    return series;
  }

  private void ensureCapacity(int needed) {
    if (needed <= keys.length) {
      return;
    }
    int capacity = 2 * keys.length;
    keys = Arrays.copyOf(keys, capacity);
    labels = Arrays.copyOf(labels, capacity);
    labelTexts = Arrays.copyOf(labelTexts, capacity);
    seriesCreatedMs = Arrays.copyOf(seriesCreatedMs, capacity);
    longs = Arrays.copyOf(longs, capacity * width);
    highs = Arrays.copyOf(highs, capacity);
    lows = Arrays.copyOf(lows, capacity);
    seen = Arrays.copyOf(seen, capacity);
  }

  private void rebuildTable() {
    int length = Math.max(2 * FIRST_CAPACITY, Integer.highestOneBit(Math.max(1, size)) * 4);
    table = new int[length];
    for (int series = 0; series < size; series++) {
      byte[] key = keys[series];
      int slot = Key.hash(key, key.length) & (length - 1);
      while (table[slot] != 0) {
        slot = (slot + 1) & (length - 1);
      }
      table[slot] = series + 1;
    }
  }

  /**
   * Drops the series that are not kept.
   *
   * @return the new number of each series, or null where all are kept
   */
  int @Nullable [] retain(boolean[] keep) {
    int[] renumbered = new int[size];
    int kept = 0;
    for (int series = 0; series < size; series++) {
      renumbered[series] = keep[series] ? kept++ : -1;
    }
    if (kept == size) {
      return null;
    }
    int[] sorted = order();
    int[] keptOrder = new int[kept];
    int at = 0;
    for (int series : sorted) {
      if (keep[series]) {
        keptOrder[at++] = renumbered[series];
      }
    }
    for (int series = 0; series < size; series++) {
      if (keep[series]) {
        int to = renumbered[series];
        keys[to] = keys[series];
        labels[to] = labels[series];
        labelTexts[to] = labelTexts[series];
        seriesCreatedMs[to] = seriesCreatedMs[series];
      }
    }
    for (int series = kept; series < size; series++) {
      keys[series] = new byte[0];
      labels[series] = Labels.EMPTY;
      labelTexts[series] = null;
    }
    size = kept;
    order = keptOrder;
    rebuildTable();
    return renumbered;
  }

  // ---- values ----

  /** Makes all values zero and all series unseen. */
  void reset() {
    Arrays.fill(longs, 0, size * width, 0);
    Arrays.fill(highs, 0, size, 0);
    Arrays.fill(lows, 0, size, 0);
    Arrays.fill(seen, 0, size, false);
  }

  /** Notes that a process counts a series, be it with zeros. */
  void see(int series) {
    seen[series] = true;
  }

  /** Adds a count that is not negative; what is more than a long can hold stays the most it can. */
  void addCount(int series, int index, long count) {
    long sum = longs[series * width + index] + count;
    longs[series * width + index] = sum < 0 ? Long.MAX_VALUE : sum;
  }

  void addDouble(int series, double amount) {
    double high = highs[series];
    double sum = high + amount;
    double added = sum - high;
    double rest = high - (sum - added) + (amount - added);
    highs[series] = sum;
    if (Double.isFinite(rest)) {
      lows[series] += rest;
    }
  }

  /** Takes in one process' value of a gauge. */
  void addGauge(int series, double value, long writtenMs) {
    boolean first = !seen[series];
    seen[series] = true;
    long latestMs = longs[series];
    longs[series] = first ? writtenMs : Math.max(latestMs, writtenMs);
    if (mode == GaugeMode.SUM || mode == GaugeMode.LIVESUM) {
      addDouble(series, value);
      return;
    }
    double present = highs[series];
    boolean wins =
        switch (mode) {
          case MIN, LIVEMIN -> value < present || Double.isNaN(present);
          case MAX, LIVEMAX -> value > present || Double.isNaN(present);
          default -> writtenMs > latestMs;
        };
    if (first || wins) {
      highs[series] = value;
    }
  }

  /** Takes in that a process has an info series. */
  void addInfo(int series, long writtenMs) {
    longs[series] = Math.max(longs[series], writtenMs);
    seen[series] = true;
  }

  /** Whether a state set that was written at this time replaces what is there. */
  boolean winsStates(int series, long writtenMs) {
    boolean wins = !seen[series] || writtenMs > longs[series * width];
    seen[series] = true;
    return wins;
  }

  void putWord(int series, int index, long word) {
    longs[series * width + index] = word;
  }
}
