package io.tallystick.scrape;

import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.tallystick.merge.MergedFamily;
import io.tallystick.python.PythonFileWriter;
import io.tallystick.shm.GaugeMode;
import java.util.List;
import java.util.function.Predicate;

/**
 * Gives merged families to a writer of client_python's files, with the samples that the text format
 * 0.0.4 shows: infos and state sets are gauges.
 */
final class PythonDump {
  private PythonDump() {}

  static void write(
      List<MergedFamily> families, Predicate<String> includedNames, PythonFileWriter writer) {
    for (MergedFamily family : families) {
      if (!NameFilter.includes(includedNames, family.metadata())) {
        continue;
      }
      for (int series : family.order()) {
        if (family.isSeen(series)) {
          write(family, series, writer);
        }
      }
    }
  }

  private static void write(MergedFamily family, int series, PythonFileWriter writer) {
    MetricMetadata metadata = family.metadata();
    String name = metadata.getName();
    String help = metadata.getHelp() == null ? "" : metadata.getHelp();
    Labels labels = family.labels(series);
    switch (family.type()) {
      case COUNTER -> writer.counter(name, help, labels, family.total(series));
      case SUMMARY ->
          writer.summary(name, help, labels, family.word(series, 0), family.sum(series));
      case HISTOGRAM -> {
        double[] bounds = family.bounds();
        long[] counts = new long[bounds.length];
        for (int i = 0; i < counts.length; i++) {
          counts[i] = family.word(series, i);
        }
        writer.histogram(name, help, labels, bounds, counts, family.sum(series));
      }
      case GAUGE -> {
        double writtenSeconds = family.word(series, 0) / 1e3;
        writer.gauge(family.mode(), name, help, labels, family.sum(series), writtenSeconds);
      }
      case INFO -> writer.gauge(GaugeMode.MAX, name + "_info", help, labels, 1, 0);
      case STATESET -> {
        for (int i = 0; i < family.states().size(); i++) {
          Labels state = labels.merge(Labels.of(name, family.states().get(i)));
          double value = family.word(series, 1 + i) == 0 ? 0 : 1;
          writer.gauge(GaugeMode.MAX, name, help, state, value, 0);
        }
      }
    }
  }
}
