package io.tallystick.python;

import io.tallystick.shm.FamilyDescriptor;
import io.tallystick.shm.GaugeMode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The merge rules of client_python's multiprocess mode in the plainest form, one exposition at a
 * time: what {@code samples.py} writes of MultiProcessCollector, made of what we read.
 */
final class PythonMerge {
  private final Map<String, FamilyDescriptor> families = new TreeMap<>();
  private final Map<Sample, Double> samples = new HashMap<>();
  private final Map<Sample, Double> writtenSeconds = new HashMap<>();
  private final Map<Sample, TreeMap<Double, Double>> buckets = new HashMap<>();

  private PythonMerge() {}

  /** The lines of {@code samples.py}, sorted. */
  static List<String> lines(Collection<Readings> files) {
    PythonMerge merge = new PythonMerge();
    files.forEach(merge::add);
    return merge.lines();
  }

  private void add(Readings readings) {
    for (Readings.Series series : readings.series()) {
      FamilyDescriptor descriptor = readings.families().get(series.family());
      families.putIfAbsent(descriptor.name(), descriptor);
      Map<String, String> labels = new TreeMap<>();
      for (int i = 0; i < series.labelValues().size(); i++) {
        labels.put(descriptor.labelNames().get(i), series.labelValues().get(i));
      }
      PythonFamily family = readings.file().family(series.family());
      add(descriptor, family, series.cell(), labels, readings.file().name().pid());
    }
  }

  private void add(
      FamilyDescriptor descriptor,
      PythonFamily family,
      int cell,
      Map<String, String> labels,
      String pid) {
    String name = descriptor.name();
    switch (descriptor.type()) {
      case COUNTER ->
          samples.merge(new Sample(name + "_total", labels), family.value(cell), Double::sum);
      case SUMMARY -> {
        samples.merge(new Sample(name + "_sum", labels), family.sumAcquire(cell), Double::sum);
        samples.merge(new Sample(name + "_count", labels), family.count(cell), Double::sum);
      }
      case HISTOGRAM -> {
        samples.merge(new Sample(name + "_sum", labels), family.sumAcquire(cell), Double::sum);
        TreeMap<Double, Double> counts =
            buckets.computeIfAbsent(new Sample(name, labels), sample -> new TreeMap<>());
        for (int i = 0; i < descriptor.bounds().length; i++) {
          counts.merge(descriptor.bounds()[i], family.bucket(cell, i), Double::sum);
        }
      }
      default -> addGauge(descriptor, family, cell, labels, pid);
    }
  }

  private void addGauge(
      FamilyDescriptor descriptor,
      PythonFamily family,
      int cell,
      Map<String, String> labels,
      String pid) {
    GaugeMode mode = descriptor.mode();
    double value = family.value(cell);
    Sample sample = new Sample(descriptor.name(), labels);
    switch (mode) {
      case ALL, LIVEALL -> {
        labels.put("pid", pid);
        samples.put(sample, value);
      }
      case MIN, LIVEMIN -> samples.merge(sample, value, Math::min);
      case MAX, LIVEMAX -> samples.merge(sample, value, Math::max);
      case SUM, LIVESUM -> samples.merge(sample, value, Double::sum);
      default -> {
        double written = family.writtenSeconds(cell);
        if (written > writtenSeconds.getOrDefault(sample, 0.0)) {
          writtenSeconds.put(sample, written);
          samples.put(sample, value);
        }
      }
    }
  }

  private List<String> lines() {
    TreeSet<String> lines = new TreeSet<>();
    for (FamilyDescriptor family : families.values()) {
      String type = family.type().name().toLowerCase(java.util.Locale.ROOT);
      lines.add(PythonJson.dumps(List.of("family", family.name(), type, family.help())));
    }
    buckets.forEach(
        (sample, counts) -> {
          double cumulated = 0;
          for (Map.Entry<Double, Double> bucket : counts.entrySet()) {
            cumulated += bucket.getValue();
            Map<String, String> labels = new TreeMap<>(sample.labels());
            labels.put("le", PythonFloat.repr(bucket.getKey()));
            samples.put(new Sample(sample.name() + "_bucket", labels), cumulated);
          }
          samples.put(new Sample(sample.name() + "_count", sample.labels()), cumulated);
        });
    samples.forEach((sample, value) -> lines.add(line(sample.name(), sample.labels(), value)));
    return new ArrayList<>(lines);
  }

  /** A sample's line. */
  static String line(String name, Map<String, String> labels, double value) {
    return PythonJson.dumps(List.of("sample", name, labels, value));
  }

  private record Sample(String name, Map<String, String> labels) {}
}
