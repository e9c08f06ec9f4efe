package io.tallystick.python;

import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.PrometheusNaming;
import io.tallystick.shm.CorruptFileException;
import io.tallystick.shm.FamilyDescriptor;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.RecordVisitor;
import io.tallystick.shm.SeriesRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The families of one file, each with the series that have its name, labels and bounds. */
final class PythonFamilies {
  static final String TOTAL = "_total";
  static final String PID = "pid"; // the label that each process' own gauges get
  static final String LE = "le";
  static final double[] NO_BOUNDS = {};

  private static final String QUANTILE = "quantile";

  private final PythonFileName file;
  private final PythonBytes bytes;
  private final boolean hasTimestamps;
  private final Map<Identity, PythonFamily> byIdentity = new HashMap<>();
  private final List<PythonFamily> byNumber = new ArrayList<>();
  private @Nullable PythonFamily latest; // entries of a family mostly follow each other

  PythonFamilies(PythonFileName file, PythonBytes bytes, PythonLayout layout) {
    this.file = file;
    this.bytes = bytes;
    this.hasTimestamps = layout == PythonLayout.WITH_TIMESTAMP;
  }

  PythonFamily get(int number) {
    return byNumber.get(number);
  }

  /** The family of this name, these labels and bounds, which is made where there is none. */
  PythonFamily find(
      String name, List<String> labelNames, double[] bounds, String help, RecordVisitor visitor)
      throws CorruptFileException {
    PythonFamily present = latest;
    if (present != null
        && present.descriptor().name().equals(name)
        && present.descriptor().labelNames().equals(labelNames)
        && Arrays.equals(present.descriptor().bounds(), bounds)) {
      return present;
    }
    Identity identity = new Identity(name, labelNames, Arrays.stream(bounds).boxed().toList());
    PythonFamily family = byIdentity.get(identity);
    if (family == null) {
      check(name, labelNames);
      int number = byNumber.size();
      FamilyDescriptor descriptor = describe(name, labelNames, bounds, help);
      visitor.family(number, descriptor);
      family = new PythonFamily(number, descriptor, bytes, hasTimestamps);
      byNumber.add(family);
      byIdentity.put(identity, family);
    }
    latest = family;
    return family;
  }

  /** Adds a series to a family, unless the visitor refuses it. */
  static void add(
      PythonFamily family, List<String> labelValues, RecordVisitor visitor, int... positions)
      throws CorruptFileException {
    visitor.series(SeriesRecord.of(family.number(), family.size(), labelValues));
    family.add(positions);
  }

  /** A text from a file as far as a message has room for it. */
  static String shortened(@Nullable String text) {
    String whole = String.valueOf(text);
    return whole.length() <= 100 ? whole : whole.substring(0, 100) + "…";
  }

  private FamilyDescriptor describe(
      String name, List<String> labelNames, double[] bounds, String help) {
    String shown = file.type() == FamilyType.COUNTER ? name + TOTAL : name;
    return new FamilyDescriptor(
        file.type(),
        file.mode(),
        name,
        shown,
        shown,
        help,
        null,
        labelNames,
        List.of(),
        List.of(),
        bounds,
        List.of(),
        new double[0],
        Long.MAX_VALUE);
  }

  /** Refuses what client_java would refuse at every scrape. */
  private void check(String name, List<String> labelNames) throws CorruptFileException {
    if (!PrometheusNaming.isValidMetricName(name)) {
      throw new CorruptFileException("illegal name: family=" + shortened(name));
    }
    String[] values = new String[labelNames.size()];
    Arrays.fill(values, "");
    try {
      Labels.of(labelNames.toArray(String[]::new), values);
    } catch (IllegalArgumentException e) {
      throw new CorruptFileException(
          "illegal labels: family=" + shortened(name) + " " + shortened(e.getMessage()));
    }
    String reserved =
        switch (file.type()) {
          case HISTOGRAM -> LE;
          case SUMMARY -> QUANTILE;
          case GAUGE -> PID; // of a mode without, it was left out before
          default -> null;
        };
    if (reserved != null && labelNames.contains(reserved)) {
      throw new CorruptFileException("reserved label " + reserved + ": family=" + shortened(name));
    }
  }

  /** What the series of a family have in common. */
  private record Identity(String name, List<String> labelNames, List<Double> bounds) {}
}
