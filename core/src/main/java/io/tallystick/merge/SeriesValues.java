package io.tallystick.merge;

import io.tallystick.shm.NativeShape;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The merged values of a family's series, by their numbers.
 *
 * <p>Of each series some long words (buckets, counts, states, times) and one double, as a sum of
 * two: so what it shows does not depend on the order in which processes are added, as far as twice
 * a double's precision goes (Dekker, "A floating-point technique for extending the available
 * precision", 1971).
 */
final class SeriesValues {
  private static final long[] NO_WORDS = {};

  private int width; // long words of a series
  private long[] longs = NO_WORDS;
  private double[] highs = new double[SeriesIndex.FIRST_CAPACITY];
  private double[] lows = new double[SeriesIndex.FIRST_CAPACITY];
  private boolean[] seen = new boolean[SeriesIndex.FIRST_CAPACITY];
  private NativeBuckets[] natives = {}; // for as many series as there were at most

  /** Makes room for so many series of so many words, all zero and unseen. */
  void reset(int size, int capacity, int width, @Nullable NativeShape shape) {
    int words = Math.multiplyExact(capacity, width);
    if (this.width != width || longs.length != words) {
      this.width = width;
      longs = new long[words];
    } else {
      Arrays.fill(longs, 0, size * width, 0);
    }
    if (highs.length != capacity) {
      highs = new double[capacity];
      lows = new double[capacity];
      seen = new boolean[capacity];
    } else {
      Arrays.fill(highs, 0, size, 0);
      Arrays.fill(lows, 0, size, 0);
      Arrays.fill(seen, 0, size, false);
    }
    if (shape != null) {
      growNatives(capacity, shape);
      for (int series = 0; series < size; series++) {
        natives[series].reset(shape);
      }
    }
  }

  private void growNatives(int capacity, NativeShape shape) {
    int known = natives.length;
    if (known < capacity) {
      natives = Arrays.copyOf(natives, capacity);
      for (int series = known; series < capacity; series++) {
        natives[series] = new NativeBuckets(shape);
      }
    }
  }

  /** Makes room for more series, and keeps the values. */
  void grow(int capacity, @Nullable NativeShape shape) {
    if (shape != null) {
      growNatives(capacity, shape);
    }
    if (capacity > highs.length) {
      longs = Arrays.copyOf(longs, Math.multiplyExact(capacity, width));
      highs = Arrays.copyOf(highs, capacity);
      lows = Arrays.copyOf(lows, capacity);
      seen = Arrays.copyOf(seen, capacity);
    }
  }

  /** Adds up the words that have become one: {@code map} says where each goes. */
  void narrow(int[] map, int newWidth) {
    long[] narrowed = new long[Math.multiplyExact(highs.length, newWidth)];
    for (int from = 0; from < longs.length; from++) {
      int at = from / width * newWidth + map[from % width];
      narrowed[at] = saturated(narrowed[at] + longs[from]);
    }
    longs = narrowed;
    width = newWidth;
  }

  boolean isSeen(int series) {
    return seen[series];
  }

  /** Notes that a process counts a series, be it with zeros. */
  void see(int series) {
    seen[series] = true;
  }

  double sum(int series) {
    double rest = lows[series];
    return rest == 0 ? highs[series] : highs[series] + rest; // a gauge can be -0.0
  }

  /** Whether series have all these values, but for native buckets. */
  boolean are(int from, int to, long[] words, double[] sums, double[] rests, boolean[] isSeen) {
    return Arrays.equals(longs, from * width, to * width, words, from * width, to * width)
        && Arrays.equals(highs, from, to, sums, from, to)
        && Arrays.equals(lows, from, to, rests, from, to)
        && Arrays.equals(seen, from, to, isSeen, from, to);
  }

  /** The greater part of the sum as it is kept. */
  double high(int series) {
    return highs[series];
  }

  /** The smaller part. */
  double low(int series) {
    return lows[series];
  }

  /** What rounding took from {@link #sum}. */
  double rest(int series) {
    double rest = highs[series] - sum(series) + lows[series];
    return Double.isFinite(rest) ? rest : 0;
  }

  long word(int series, int index) {
    return longs[series * width + index];
  }

  void putWord(int series, int index, long word) {
    longs[series * width + index] = word;
  }

  /** Puts a double in the place of what was added. */
  void putDouble(int series, double value) {
    highs[series] = value;
    lows[series] = 0;
  }

  /** Adds a count that is not negative; what is more than a long can hold stays the most it can. */
  void addCount(int series, int index, long count) {
    int at = series * width + index;
    longs[at] = saturated(longs[at] + count);
  }

  private static long saturated(long sum) {
    return sum < 0 ? Long.MAX_VALUE : sum;
  }

  /**
   * Makes the count of classic buckets that of native ones. An observation that is being made is in
   * its native bucket first: until its classic one follows it is above all bounds but +Inf.
   */
  void settle(int series, NativeShape shape) {
    int last = width - 1;
    long classic = 0;
    for (int bucket = 0; bucket <= last; bucket++) {
      classic = saturated(classic + word(series, bucket));
    }
    long inNative = natives[series].settle(shape);
    if (Math.max(classic, inNative) == Long.MAX_VALUE) { // only where a file lies
      for (int bucket = 0; bucket < last; bucket++) {
        putWord(series, bucket, 0);
      }
      putWord(series, last, Long.MAX_VALUE);
      natives[series].collapse(Long.MAX_VALUE);
    } else if (inNative > classic) {
      addCount(series, last, inNative - classic);
    } else {
      natives[series].addUnknown(classic - inNative); // as above
    }
  }

  NativeBuckets nativeBuckets(int series) {
    return natives[series];
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
}
