package io.tallystick.merge;

import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.tallystick.shm.NativeShape;
import io.tallystick.shm.QuantileShape;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The values that a merged family's series had when somebody looked at them last, to tell which
 * have changed. A copy of numbers, so that looking makes no garbage where nothing has changed.
 *
 * <p>To be looked at after a refresh of the family, by one who publishes it. Not thread-safe.
 */
public final class SeriesChanges {
  private static final int[] NONE = {};
  private static final int RUN = 256; // series that are compared at once

  private final MergedFamily family;
  private Shape shape = Shape.NONE;
  private @Nullable MetricMetadata metadata;
  private long familyCreatedMs;
  private boolean isNew = true;
  private boolean isDescribedAnew;
  private boolean hasGone;
  private boolean areCreatedAnew; // some of them; else the created times need no look
  private int createdVersion;
  private boolean[] seen = {};
  private long[] words = {};
  private double[] highs = {};
  private double[] lows = {};
  private long[] created = {};
  private long[] natives = {}; // fingerprints
  private int[] found = NONE;

  SeriesChanges(MergedFamily family) {
    this.family = family;
  }

  /**
   * Looks at the series that are seen.
   *
   * @param all whether all of them are wanted; else those that have changed
   * @return their numbers
   */
  public int[] look(boolean all) {
    Shape present = Shape.of(family);
    boolean isOther = !present.equals(shape);
    shape = present;
    isDescribedAnew = describe();
    makeRoom(present.width());
    int version = family.index().createdVersion();
    areCreatedAnew = isNew || family.lifespans() != null || version != createdVersion;
    createdVersion = version;
    boolean mayHaveRuns =
        !all && !isOther && !areCreatedAnew && present.natives() == null && family.hasValues();
    int count = 0;
    int size = family.size();
    int series = 0;
    while (series < size) {
      if (mayHaveRuns && series % RUN == 0) {
        int end = Math.min(series + RUN, size);
        if (family.values().are(series, end, words, highs, lows, seen)) {
          series = end;
          continue;
        }
      }
      if (!family.isSeen(series)) {
        hasGone |= seen[series];
        seen[series] = false;
      } else if (take(series, present) || all || isOther) {
        if (count == found.length) {
          found = Arrays.copyOf(found, Math.max(64, 2 * count));
        }
        found[count++] = series;
      }
      series++;
    }
    isNew = false;
    return count == 0 ? NONE : Arrays.copyOf(found, count);
  }

  /** Whether the last look found another text, or an older registration, than the one before. */
  public boolean isDescribedAnew() {
    return isDescribedAnew;
  }

  /** Whether a series has gone that was found; until {@link #forgetGone}. */
  public boolean hasGone() {
    return hasGone;
  }

  public void forgetGone() {
    hasGone = false;
  }

  private boolean describe() {
    MetricMetadata before = metadata;
    MetricMetadata present = family.metadata();
    metadata = present;
    boolean isOlder = familyCreatedMs != family.createdMs();
    familyCreatedMs = family.createdMs();
    return !isNew && (isOlder || (before != present && !isSame(before, present)));
  }

  private static boolean isSame(@Nullable MetricMetadata a, MetricMetadata b) {
    return a != null
        && Objects.equals(a.getHelp(), b.getHelp())
        && Objects.equals(a.getUnit(), b.getUnit())
        && a.getOriginalName().equals(b.getOriginalName())
        && a.getExpositionBaseName().equals(b.getExpositionBaseName());
  }

  private void makeRoom(int width) {
    int capacity = family.index().capacity();
    if (seen.length != capacity) {
      seen = Arrays.copyOf(seen, capacity);
      highs = Arrays.copyOf(highs, capacity);
      lows = Arrays.copyOf(lows, capacity);
      created = Arrays.copyOf(created, capacity);
    }
    if (words.length != capacity * width) {
      words = Arrays.copyOf(words, capacity * width);
    }
    if (shape.natives() != null && natives.length != capacity) {
      natives = Arrays.copyOf(natives, capacity);
    }
  }

  /** Takes in a series' values; whether they are others than before. */
  private boolean take(int series, Shape present) {
    int width = present.width();
    boolean isOther = !seen[series];
    seen[series] = true;
    int end = (series + 1) * width;
    for (int i = series * width, from = 0; i < end; i++, from++) {
      long word = family.word(series, from);
      if (words[i] != word) {
        words[i] = word;
        isOther = true;
      }
    }
    double high = family.values().high(series);
    double low = family.values().low(series);
    if (!isSame(highs[series], high) || !isSame(lows[series], low)) {
      highs[series] = high;
      lows[series] = low;
      isOther = true;
    }
    if (areCreatedAnew || isOther) {
      long createdMs = family.createdMs(series);
      isOther |= created[series] != createdMs;
      created[series] = createdMs;
    }
    if (present.natives() != null) {
      long fingerprint = family.nativeBuckets(series).fingerprint();
      isOther |= natives[series] != fingerprint;
      natives[series] = fingerprint;
    }
    return isOther;
  }

  private static boolean isSame(double a, double b) {
    return Double.doubleToRawLongBits(a) == Double.doubleToRawLongBits(b);
  }

  /** Takes in that series have other numbers, none greater than before; -1 where they have gone. */
  void renumber(int[] renumbered) {
    int width = shape.width();
    int known = Math.min(renumbered.length, seen.length);
    for (int from = 0; from < known; from++) {
      int to = renumbered[from];
      if (to < 0) {
        hasGone |= seen[from];
      } else if (to != from) {
        seen[to] = seen[from];
        highs[to] = highs[from];
        lows[to] = lows[from];
        created[to] = created[from];
        System.arraycopy(words, from * width, words, to * width, width);
        if (natives.length > from) {
          natives[to] = natives[from];
        }
      }
      if (to != from) {
        seen[from] = false;
      }
    }
  }

  /** What all series of the family have in common that decides where their numbers stand. */
  private record Shape(
      int width,
      @SuppressWarnings("ArrayRecordComponent") double[] bounds,
      @Nullable NativeShape natives,
      @SuppressWarnings("ArrayRecordComponent") double[] quantiles) {
    private static final double[] EMPTY = {};
    private static final Shape NONE = new Shape(0, EMPTY, null, EMPTY);

    static Shape of(MergedFamily family) {
      QuantileShape quantiles = family.quantiles().shape();
      return new Shape(
          family.width(),
          family.bounds(),
          family.nativeShape(),
          quantiles == null ? EMPTY : quantiles.toParameters());
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Shape that
          && width == that.width
          && Arrays.equals(bounds, that.bounds)
          && Objects.equals(natives, that.natives)
          && Arrays.equals(quantiles, that.quantiles);
    }

    @Override
    public int hashCode() {
      return Objects.hash(width, Arrays.hashCode(bounds), natives, Arrays.hashCode(quantiles));
    }
  }
}
