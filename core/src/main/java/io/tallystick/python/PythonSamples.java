package io.tallystick.python;

import static io.tallystick.python.PythonFamilies.shortened;

import io.tallystick.shm.CorruptFileException;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.RecordVisitor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes series of the entries of one file, each of which is a sample.
 *
 * <p>Counters and gauges are series at once. The parts of histograms and summaries are collected,
 * and become series in {@link #publish}; one that gets another bucket later becomes a series of the
 * family that has these bounds, and leaves the one where it was.
 */
final class PythonSamples {
  /** More buckets of one histogram are skipped. */
  static final int MAX_BUCKETS = 1 << 10;

  private final PythonFileName file;
  private final PythonFamilies families;
  private final Map<PythonDistribution.Key, PythonDistribution> distributions = new HashMap<>();
  private final Set<PythonDistribution> unpublished = new LinkedHashSet<>();

  PythonSamples(PythonFileName file, PythonFamilies families) {
    this.file = file;
    this.families = families;
  }

  PythonFamilies families() {
    return families;
  }

  /**
   * Takes in an entry.
   *
   * @throws CorruptFileException where no series can be of it; it is then left out, no other is
   */
  void take(PythonKey key, int position, RecordVisitor visitor) throws CorruptFileException {
    switch (file.type()) {
      case COUNTER -> {
        String name = withoutTotal(key.family());
        requireSample(isSample(key, name, PythonFamilies.TOTAL), key);
        add(name, key, position, visitor);
      }
      case GAUGE -> {
        requireSample(isSample(key, key.family(), ""), key);
        boolean keepsProcesses = file.mode().isPerProcess();
        PythonKey own = keepsProcesses ? key : key.without(PythonFamilies.PID);
        add(key.family(), own, position, visitor);
      }
      case SUMMARY -> takePart(key, position);
      default -> takeHistogram(key, position);
    }
  }

  private static String withoutTotal(String family) {
    String total = PythonFamilies.TOTAL;
    return family.endsWith(total) ? family.substring(0, family.length() - total.length()) : family;
  }

  private static boolean isSample(PythonKey key, String name, String suffix) {
    String sample = key.sample();
    return sample.length() == name.length() + suffix.length()
        && sample.startsWith(name)
        && sample.endsWith(suffix);
  }

  private static void requireSample(boolean condition, PythonKey key) throws CorruptFileException {
    if (!condition) {
      throw new CorruptFileException(
          "sample is none of its family's: family="
              + shortened(key.family())
              + " sample="
              + shortened(key.sample()));
    }
  }

  /** Refuses label values that have no UTF-8, so that two could be taken for one. */
  private static void requireText(PythonKey key) throws CorruptFileException {
    if (!key.isText()) {
      throw new CorruptFileException("label value is no text: family=" + shortened(key.family()));
    }
  }

  private void add(String name, PythonKey key, int position, RecordVisitor visitor)
      throws CorruptFileException {
    requireText(key);
    PythonFamily family =
        families.find(name, key.labelNames(), PythonFamilies.NO_BOUNDS, key.help(), visitor);
    PythonFamilies.add(family, key.labelValues(), visitor, position);
  }

  private void takeHistogram(PythonKey key, int position) throws CorruptFileException {
    if (isSample(key, key.family(), "_count")) {
      return; // the sum of the buckets, whatever it says
    }
    if (!isSample(key, key.family(), "_bucket")) {
      takePart(key, position);
      return;
    }
    int le = key.labelNames().indexOf(PythonFamilies.LE);
    requireSample(le >= 0, key);
    double bound = bound(key.labelValues().get(le));
    PythonDistribution distribution = distribution(key.without(PythonFamilies.LE));
    if (distribution.buckets() == MAX_BUCKETS) {
      throw new CorruptFileException("too many buckets: family=" + shortened(key.family()));
    }
    if (!distribution.putBucket(bound, position)) {
      another(distribution).putBucket(bound, position);
    }
  }

  private static double bound(String le) throws CorruptFileException {
    try {
      double bound = PythonFloat.parse(le);
      if (!Double.isNaN(bound)) {
        return bound + 0.0; // one zero, not two
      }
    } catch (NumberFormatException e) {
      // as below
    }
    throw new CorruptFileException("bound is no number: le=" + shortened(le));
  }

  /** A summary's count, and the sum of both types. */
  private void takePart(PythonKey key, int position) throws CorruptFileException {
    boolean isSum = isSample(key, key.family(), "_sum");
    boolean isCount = file.type() == FamilyType.SUMMARY && isSample(key, key.family(), "_count");
    requireSample(isSum || isCount, key);
    PythonDistribution distribution = distribution(key);
    if (!put(distribution, isSum, position)) {
      put(another(distribution), isSum, position);
    }
  }

  private static boolean put(PythonDistribution distribution, boolean isSum, int position) {
    return isSum ? distribution.putSum(position) : distribution.putCount(position);
  }

  private PythonDistribution distribution(PythonKey key) throws CorruptFileException {
    PythonDistribution.Key series =
        new PythonDistribution.Key(key.family(), key.labelNames(), key.labelValues());
    PythonDistribution distribution = distributions.get(series);
    if (distribution == null) {
      requireText(key);
      distribution = new PythonDistribution(series, key.help());
      distributions.put(series, distribution);
    }
    unpublished.add(distribution);
    return distribution;
  }

  /** A series beside one that has the part already: both count, as in client_python. */
  private PythonDistribution another(PythonDistribution distribution) {
    PythonDistribution another = new PythonDistribution(distribution.key(), distribution.help());
    distributions.put(distribution.key(), another);
    unpublished.add(another);
    return another;
  }

  /**
   * Makes series of the histograms and summaries that are complete.
   *
   * @return why the first of those is left out of which no series can be, or null
   */
  @Nullable String publish(RecordVisitor visitor) {
    String fault = null;
    for (PythonDistribution distribution : unpublished) {
      try {
        if (distribution.isComplete()) {
          publish(distribution, visitor);
        }
      } catch (CorruptFileException e) {
        fault = fault == null ? e.getMessage() : fault;
      }
    }
    unpublished.clear();
    return fault;
  }

  private void publish(PythonDistribution distribution, RecordVisitor visitor)
      throws CorruptFileException {
    boolean isHistogram = file.type() == FamilyType.HISTOGRAM;
    double[] bounds = isHistogram ? distribution.bounds() : PythonFamilies.NO_BOUNDS;
    PythonFamily before = distribution.family();
    if (before != null) {
      if (Arrays.equals(before.descriptor().bounds(), bounds)) {
        return; // it got nothing but parts that are kept aside
      }
      before.remove(distribution.series());
      visitor.removed(before.number(), distribution.series());
      distribution.setFamily(null, 0);
    }
    PythonDistribution.Key key = distribution.key();
    PythonFamily family =
        families.find(key.family(), key.labelNames(), bounds, distribution.help(), visitor);
    PythonFamilies.add(family, key.labelValues(), visitor, distribution.positions());
    distribution.setFamily(family, family.size() - 1);
  }
}
