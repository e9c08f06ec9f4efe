package io.tallystick.python;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.shm.CorruptFileException;
import io.tallystick.shm.FamilyDescriptor;
import io.tallystick.shm.PageFaults;
import io.tallystick.shm.RecordVisitor;
import io.tallystick.shm.SeriesRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What was read of one file so far, and its values now. */
final class Readings implements RecordVisitor {
  private final PythonFile file;
  private final List<FamilyDescriptor> families = new ArrayList<>();
  private final List<Series> series = new ArrayList<>();
  private final Set<String> refused = new HashSet<>();
  private String fault;

  private Readings(PythonFile file) {
    this.file = file;
  }

  /** Opens a file and reads what it has. */
  static Readings of(Path path) throws IOException, CorruptFileException {
    return of(PythonFile.open(path));
  }

  static Readings of(PythonFile file) throws IOException {
    Readings readings = new Readings(file);
    readings.poll();
    return readings;
  }

  /** Refuses a family from now on. */
  Readings refuse(String family) {
    refused.add(family);
    return this;
  }

  Readings poll() throws IOException {
    try {
      file.poll(this);
      fault = null;
    } catch (CorruptFileException e) {
      fault = e.getMessage();
    }
    return this;
  }

  /** Why the last poll ended early, or null. */
  String fault() {
    return fault;
  }

  PythonFile file() {
    return file;
  }

  List<FamilyDescriptor> families() {
    return families;
  }

  List<Series> series() {
    return series;
  }

  @Override
  public void family(int family, FamilyDescriptor descriptor) throws CorruptFileException {
    if (refused.contains(descriptor.name())) {
      throw new CorruptFileException("refused: family=" + descriptor.name());
    }
    if (family != families.size()) {
      throw new AssertionError("family out of order: family=" + family);
    }
    families.add(descriptor);
  }

  @Override
  public void series(SeriesRecord record) {
    List<String> values = new ArrayList<>();
    for (int i = 0; i < record.values(); i++) {
      byte[] value = new byte[record.lengthBytes(i)];
      record.copyValue(i, value, 0);
      values.add(new String(value, UTF_8));
    }
    series.add(new Series(record.family(), record.cell(), List.copyOf(values)));
  }

  @Override
  public void removed(int family, int cell) {
    if (!series.removeIf(known -> known.family() == family && known.cell() == cell)) {
      throw new AssertionError("removed what was not there: family=" + family + " cell=" + cell);
    }
  }

  /**
   * The values now: {@code requests{path=/}}, {@code latency[sum]}, {@code latency[0.5]}. Of two
   * series with the same labels both are there, with a {@code +}.
   */
  Map<String, Double> values() {
    Map<String, Double> values = new TreeMap<>();
    for (Series each : series) {
      FamilyDescriptor descriptor = families.get(each.family());
      PythonFamily family = file.family(each.family());
      String name = descriptor.name() + labels(descriptor.labelNames(), each.labelValues());
      int cell = each.cell();
      switch (descriptor.type()) {
        case SUMMARY -> {
          put(values, name + "[sum]", family.sumAcquire(cell));
          put(values, name + "[count]", family.count(cell));
        }
        case HISTOGRAM -> {
          put(values, name + "[sum]", family.sumAcquire(cell));
          double[] bounds = descriptor.bounds();
          for (int i = 0; i < bounds.length; i++) {
            put(values, name + "[" + bounds[i] + "]", family.bucket(cell, i));
          }
        }
        default -> put(values, name, family.value(cell));
      }
    }
    PageFaults.throwPending();
    return values;
  }

  private static void put(Map<String, Double> values, String name, double value) {
    String free = name;
    while (values.containsKey(free)) {
      free += "+";
    }
    values.put(free, value);
  }

  private static String labels(List<String> names, List<String> values) {
    if (names.isEmpty()) {
      return "";
    }
    List<String> pairs = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      pairs.add(names.get(i) + "=" + values.get(i));
    }
    return "{" + String.join(",", pairs) + "}";
  }

  /** A series as the visitor was told of it. */
  record Series(int family, int cell, List<String> labelValues) {}
}
