package io.tallystick.python;

import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.model.snapshots.Label;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.PrometheusNaming;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.GaugeMode;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes files that client_python's {@code MultiProcessCollector} reads as the values given here.
 *
 * <p>Names are escaped as the text format 0.0.4 has them. Each series is to be given once. Nothing
 * is written before {@link #commit}. Not thread-safe.
 *
 * <p>What client_python cannot hold: a label {@code pid} of a gauge whose mode does not keep
 * processes apart, which its reader takes off; and a character that would end the pid in a file's
 * name, which becomes a hyphen.
 */
public final class PythonFileWriter {
  private static final double FIRST_SECOND = 1; // at 0 a most recent gauge was never set

  private final Path directory;
  private final String pid;
  private final PythonLayout layout;
  private final Map<PythonFileName, PythonFileBytes> files = new LinkedHashMap<>();
  private final Map<String, String> fileNamePids = new HashMap<>();

  private PythonFileWriter(Path directory, String pid, PythonLayout layout) {
    this.directory = directory;
    this.pid = pid;
    this.layout = layout;
  }

  /**
   * A writer to a directory, which is there.
   *
   * @param pid whose files they are, where they are of one process
   * @throws FileAlreadyExistsException where the directory has such files already, which would be
   *     added up with the new ones
   */
  public static PythonFileWriter create(Path directory, String pid, PythonLayout layout)
      throws IOException {
    try (var files = Files.newDirectoryStream(directory, "*" + PythonFileName.ENDING)) {
      Iterator<Path> present = files.iterator();
      if (present.hasNext()) {
        throw new FileAlreadyExistsException(present.next().toString());
      }
    }
    return new PythonFileWriter(directory, pid, layout);
  }

  /**
   * Adds a counter.
   *
   * @param name with or without {@code _total}
   */
  public void counter(String name, String help, Labels labels, double value) {
    String total = "_total";
    String base = name.endsWith(total) ? name.substring(0, name.length() - total.length()) : name;
    add(FamilyType.COUNTER, GaugeMode.ALL, pid).append(key(base, total, labels, help), value, 0);
  }

  /**
   * Adds a gauge.
   *
   * @param labels in a mode that keeps processes apart, {@code pid} names the process
   * @param writtenSeconds when it was set, in seconds of the Unix epoch
   */
  public void gauge(
      GaugeMode mode,
      String name,
      String help,
      Labels labels,
      double value,
      double writtenSeconds) {
    String owner = pid;
    Labels own = labels;
    if (mode.isPerProcess() && labels.contains("pid")) {
      owner = pidForFileName(String.valueOf(labels.get("pid")));
      own = without("pid", labels);
    }
    add(FamilyType.GAUGE, layout == PythonLayout.VALUE_ONLY ? knownBefore(mode) : mode, owner)
        .append(key(name, "", own, help), value, Math.max(FIRST_SECOND, writtenSeconds));
  }

  /** Adds a summary. */
  public void summary(String name, String help, Labels labels, long count, double sum) {
    PythonFileBytes file = add(FamilyType.SUMMARY, GaugeMode.ALL, pid);
    file.append(key(name, "_count", labels, help), (double) count, 0);
    file.append(key(name, "_sum", labels, help), sum, 0);
  }

  /**
   * Adds a histogram.
   *
   * @param bounds the upper bounds, ascending, the last one +Inf
   * @param counts the observations in each bucket alone
   */
  public void histogram(
      String name, String help, Labels labels, double[] bounds, long[] counts, double sum) {
    PythonFileBytes file = add(FamilyType.HISTOGRAM, GaugeMode.ALL, pid);
    file.append(key(name, "_sum", labels, help), sum, 0);
    for (int i = 0; i < bounds.length; i++) {
      Labels bucket = labels.merge(Labels.of("le", PythonFloat.le(bounds[i])));
      file.append(key(name, "_bucket", bucket, help), (double) counts[i], 0);
    }
  }

  /** Writes the files and returns how many; where that fails, none is left. */
  public int commit() throws IOException {
    List<Path> written = new ArrayList<>();
    try {
      for (Map.Entry<PythonFileName, PythonFileBytes> file : files.entrySet()) {
        Path path = directory.resolve(file.getKey().toString());
        file.getValue().writeTo(path, written);
      }
      return written.size();
    } catch (IOException e) {
      for (Path path : written) {
        Files.deleteIfExists(path);
      }
      throw e;
    }
  }

  private PythonFileBytes add(FamilyType type, GaugeMode mode, String owner) {
    return files.computeIfAbsent(
        new PythonFileName(type, mode, owner), name -> new PythonFileBytes(layout));
  }

  /** The mode with the same result for one process that is as old as the layout. */
  private static GaugeMode knownBefore(GaugeMode mode) {
    return switch (mode) {
      case MOSTRECENT -> GaugeMode.MAX;
      case LIVEMOSTRECENT -> GaugeMode.LIVEMAX;
      default -> mode;
    };
  }

  private static PythonKey key(String name, String suffix, Labels labels, String help) {
    List<String> names = new ArrayList<>();
    List<String> values = new ArrayList<>();
    for (Label label : labels) {
      names.add(escaped(label.getName()));
      values.add(label.getValue());
    }
    String family = escaped(name);
    return new PythonKey(family, family + suffix, names, values, help);
  }

  private static String escaped(String name) {
    return PrometheusNaming.escapeName(name, EscapingScheme.UNDERSCORE_ESCAPING);
  }

  private static Labels without(String name, Labels labels) {
    Labels.Builder others = Labels.builder();
    for (Label label : labels) {
      if (!label.getName().equals(name)) {
        others.label(label.getName(), label.getValue());
      }
    }
    return others.build();
  }

  /** The part of a file's name for this process, another for each. */
  private String pidForFileName(String process) {
    String known = fileNamePids.get(process);
    if (known == null) {
      String plain = process.isEmpty() ? "-" : process.replaceAll("[_/\0]", "-");
      known = plain;
      for (int i = 2; fileNamePids.containsValue(known); i++) {
        known = plain + "-" + i;
      }
      fileNamePids.put(process, known);
    }
    return known;
  }
}
