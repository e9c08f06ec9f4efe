package io.tallystick.merge;

import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.model.snapshots.Exemplar;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.Unit;
import io.tallystick.shm.FamilyDescriptor;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.GaugeMode;
import io.tallystick.shm.NativeReader;
import io.tallystick.shm.NativeShape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A metric family with the values of all processes that have it.
 *
 * <p>Series are numbered as they come; {@link #order()} sorts them. What a process says of the
 * family is joined first; {@link #reset} then makes room for values.
 */
public final class MergedFamily {
  private final FamilyType type;
  private final GaugeMode mode;
  private final List<String> states;
  private final FamilyDescription description;
  private final SeriesIndex index = new SeriesIndex();
  private final SeriesValues values = new SeriesValues();
  private final NativeReader nativeReader = new NativeReader();
  private final MergedExemplars exemplars = new MergedExemplars(this);
  private final MergedQuantiles quantiles = new MergedQuantiles();
  private @Nullable Lifespans lifespans; // null where no series expires
  private @Nullable SeriesChanges changes; // null where nobody asks for them
  private boolean hasValues; // false while the bounds are not settled, and where nobody asks

  MergedFamily(FamilyDescriptor first) {
    this.type = first.type();
    this.mode = first.mode();
    this.states = first.states();
    this.description = new FamilyDescription(first);
  }

  /** The long words of a series. */
  int width() {
    return switch (type) {
      case HISTOGRAM -> bounds().length;
      case STATESET -> 1 + states.size();
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
    return description.metadata();
  }

  /** When it was first registered by a process that is still counted. */
  public long createdMs() {
    return description.createdMs();
  }

  /** A histogram's upper bounds: those that all its processes have. */
  public double[] bounds() {
    return description.bounds();
  }

  /** What a histogram's native buckets are kept within; null where not all processes have them. */
  public @Nullable NativeShape nativeShape() {
    return description.nativeShape();
  }

  private double[] parameters() {
    NativeShape shape = nativeShape();
    return shape == null ? quantiles.parameters() : shape.toParameters();
  }

  /** A state set's states. */
  public List<String> states() {
    return states;
  }

  /** How many series there are, seen or not. */
  public int size() {
    return index.size();
  }

  public Labels labels(int series) {
    return index.labels(series);
  }

  /** When the series was first created, in milliseconds of the Unix epoch. */
  public long createdMs(int series) {
    long createdMs = index.createdMs(series);
    return lifespans == null ? createdMs : lifespans.createdMs(series, createdMs);
  }

  /**
   * The labels as the text formats write them between braces, in UTF-8. Those of a state set are
   * never quoted, as client_java writes them.
   */
  public byte[] labelText(int series, EscapingScheme escaping) {
    return index.labelText(series, escaping, type != FamilyType.STATESET);
  }

  /** The numbers of the series, sorted by their labels as client_java sorts them. */
  public int[] order() {
    return index.order();
  }

  /** Whether any process that counts has the series at present. */
  public boolean isSeen(int series) {
    return hasValues && values.isSeen(series);
  }

  /** Whether there is a series to show at present. */
  public boolean isSeen() {
    for (int series = 0; series < index.size(); series++) {
      if (isSeen(series)) {
        return true;
      }
    }
    return false;
  }

  /** How many series there are to show at present. */
  int seenSize() {
    int seen = 0;
    for (int series = 0; series < index.size(); series++) {
      if (isSeen(series)) {
        seen++;
      }
    }
    return seen;
  }

  /** A counter's, gauge's or distribution's double. */
  public double sum(int series) {
    return values.sum(series);
  }

  /** What rounding took from {@link #sum}. */
  public double rest(int series) {
    return values.rest(series);
  }

  /** A counter's total. */
  public double total(int series) {
    // below zero only where a retired file lies
    return Math.max(0, values.word(series, 0) + values.sum(series));
  }

  /** Word {@code index} of a series: a bucket, a count, a state or a time. */
  public long word(int series, int index) {
    return values.word(series, index);
  }

  /** A series' native buckets, where the family has them. */
  public NativeBuckets nativeBuckets(int series) {
    return values.nativeBuckets(series);
  }

  /** A series' exemplars, in the order of their buckets. */
  public List<Exemplar> exemplars(int series) {
    return exemplars.of(series);
  }

  /** The exemplar of a bucket, or with 0 of a counter's total; null where there is none. */
  public @Nullable Exemplar exemplar(int series, int bucket) {
    return exemplars.of(series, bucket);
  }

  /** Where the exemplars of all series are merged. */
  MergedExemplars exemplars() {
    return exemplars;
  }

  /** The quantiles of a summary: their ranks, and the values of each series. */
  public MergedQuantiles quantiles() {
    return quantiles;
  }

  /** Reads one copy of a series' native buckets after the other. */
  NativeReader nativeReader() {
    return nativeReader;
  }

  /** When the series lived; null where none expires. */
  @Nullable Lifespans lifespans() {
    return lifespans;
  }

  /** As {@link #lifespans}, from now on. */
  Lifespans makeLifespans() {
    Lifespans present = lifespans;
    if (present == null) {
      present = new Lifespans();
      lifespans = present;
    }
    return present;
  }

  /** What has changed since one asked the last time; for one who asks again and again. */
  public SeriesChanges changes() {
    SeriesChanges present = changes;
    if (present == null) {
      present = new SeriesChanges(this);
      changes = present;
    }
    return present;
  }

  /** Takes in that series have other numbers, or -1 where they have gone. */
  void renumber(int[] renumbered) {
    if (changes != null) {
      changes.renumber(renumbered);
    }
  }

  /** Where the values of all series are added up. */
  SeriesValues values() {
    return values;
  }

  /** Where the series are found by their keys. */
  SeriesIndex index() {
    return index;
  }

  /** What a retired file says of the family, for series with these labels. */
  FamilyDescriptor describe(List<String> labelNames) {
    MetricMetadata metadata = metadata();
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
        parameters(),
        createdMs());
  }

  // ---- joining: what a process says of the family ----

  /** Forgets what processes said, before those that are left say it again. */
  void leaveAll() {
    description.leaveAll();
    quantiles.leaveAll();
    hasValues = false;
  }

  /** Takes in a process' description, as {@link FamilyDescription#join} says. */
  void join(FamilyDescriptor family, long theirDescribedMs) {
    double[] before = bounds();
    description.join(family, theirDescribedMs);
    quantiles.join(family, theirDescribedMs);
    if (hasValues && bounds().length < before.length) {
      values.narrow(Buckets.map(before, bounds()), bounds().length);
    }
  }

  /** Changes whenever the buckets do. */
  int boundsVersion() {
    return description.boundsVersion();
  }

  /** The series with this key, which is added where there is none. */
  int series(byte[] key, int length, long created) {
    int series = index.find(key, length, created);
    if (hasValues) {
      values.grow(index.capacity(), nativeShape());
    }
    return series;
  }

  // ---- values ----

  /** Makes room for values where there is none; what was added to a family is kept. */
  void makeRoom(long nowMs) {
    if (!hasValues) {
      reset(nowMs);
    }
  }

  /** Makes all values zero and all series unseen. Windows of time end now. */
  void reset(long nowMs) {
    values.reset(index.size(), index.capacity(), width(), nativeShape());
    exemplars.clear();
    quantiles.reset(nowMs);
    if (lifespans != null) {
      lifespans.reset(index.size());
    }
    hasValues = true;
  }

  /** Forgets the values, which nobody asks for; none are added before there is room again. */
  void skip() {
    hasValues = false;
  }

  /** Whether values are added. */
  boolean hasValues() {
    return hasValues;
  }

  /** Ends the adding of lives, as {@link Lifespans#settle} says. */
  void settleLives(long expireBeforeMs) {
    if (lifespans != null && hasValues) {
      lifespans.settle(expireBeforeMs);
    }
  }

  /** Ends the adding of values: makes native and classic buckets of histograms agree. */
  void settle() {
    NativeShape shape = nativeShape();
    if (shape == null || !hasValues) {
      return;
    }
    for (int series = 0; series < index.size(); series++) {
      values.settle(series, shape);
    }
  }

  /** Takes in one process' value of a gauge. */
  void addGauge(int series, double value, long writtenMs) {
    boolean first = !values.isSeen(series);
    values.see(series);
    long latestMs = values.word(series, 0);
    values.putWord(series, 0, first ? writtenMs : Math.max(latestMs, writtenMs));
    if (mode == GaugeMode.SUM || mode == GaugeMode.LIVESUM) {
      values.addDouble(series, value);
      return;
    }
    double present = values.sum(series);
    boolean wins =
        switch (mode) {
          case MIN, LIVEMIN -> value < present || Double.isNaN(present);
          case MAX, LIVEMAX -> value > present || Double.isNaN(present);
          default -> writtenMs > latestMs;
        };
    if (first || wins) {
      values.putDouble(series, value);
    }
  }

  /** Takes in that a process has an info series. */
  void addInfo(int series, long writtenMs) {
    values.putWord(series, 0, Math.max(values.word(series, 0), writtenMs));
    values.see(series);
  }

  /** Whether a state set that was written at this time replaces what is there. */
  boolean winsStates(int series, long writtenMs) {
    boolean wins = !values.isSeen(series) || writtenMs > values.word(series, 0);
    values.see(series);
    return wins;
  }
}
