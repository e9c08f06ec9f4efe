package io.tallystick.merge;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.shm.CorruptFileException;
import io.tallystick.shm.FamilyDescriptor;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.SeriesRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The label names of a family of one file, sorted as client_java sorts them, and where each label's
 * value comes from: the record of a series, a constant label, or the process.
 *
 * <p>The bytes of a series' values in this order, under the number of the sorted names, are its
 * key: equal for equal label sets, in whatever order a process declared them.
 */
final class LabelSet {
  static final String PID = "pid";

  private static final int FROM_CONSTANT = -1;
  private static final int FROM_INSTANCE = -2;

  private final List<String> names;
  private final int[] sources;
  private final byte[][] constants;

  private LabelSet(List<String> names, int[] sources, byte[][] constants) {
    this.names = names;
    this.sources = sources;
    this.constants = constants;
  }

  static LabelSet of(FamilyDescriptor family) throws CorruptFileException {
    List<Label> labels = new ArrayList<>();
    for (int i = 0; i < family.labelNames().size(); i++) {
      labels.add(new Label(family.labelNames().get(i), i, null));
    }
    for (int i = 0; i < family.constLabelNames().size(); i++) {
      byte[] value = family.constLabelValues().get(i).getBytes(UTF_8);
      labels.add(new Label(family.constLabelNames().get(i), FROM_CONSTANT, value));
    }
    if (hasInstance(family)) {
      labels.add(new Label(PID, FROM_INSTANCE, null));
    }
    labels.sort(Comparator.comparing(Label::name));
    String[] names = labels.stream().map(Label::name).toArray(String[]::new);
    String[] values = new String[names.length];
    Arrays.fill(values, "");
    try {
      Labels.of(names, values); // refuses what client_java would refuse when it is scraped
    } catch (IllegalArgumentException e) {
      throw new CorruptFileException("illegal labels: family=" + family.name() + " " + e);
    }
    return new LabelSet(
        List.of(names),
        labels.stream().mapToInt(Label::source).toArray(),
        labels.stream().map(Label::constant).toArray(byte[][]::new));
  }

  /** Whether each process has its own series, told apart by the label {@code pid}. */
  static boolean hasInstance(FamilyDescriptor family) {
    return family.type() == FamilyType.GAUGE && family.mode().isPerProcess();
  }

  /** The sorted names. */
  List<String> names() {
    return names;
  }

  /** The most bytes that a series' key has. */
  int keyBytes(SeriesRecord series, byte[] instance) {
    int length = 0;
    for (int i = 0; i < sources.length; i++) {
      length += Key.MAX_COUNT_LENGTH + valueBytes(series, i, instance);
    }
    return length + Key.MAX_COUNT_LENGTH;
  }

  /** The most bytes of a series' values in the retired file. */
  int recordBytes(SeriesRecord series, byte[] instance) {
    int length = 0;
    for (int i = 0; i < sources.length; i++) {
      int value = valueBytes(series, i, instance);
      length += Key.countBytes(value + 1) + value;
    }
    return length;
  }

  /** Writes a series' key and returns its length. */
  int writeKey(int schema, SeriesRecord series, byte[] instance, byte[] into) {
    int at = Key.writeCount(schema, into, 0);
    for (int i = 0; i < sources.length; i++) {
      int length = valueBytes(series, i, instance);
      at = Key.writeCount(length, into, at);
      if (sources[i] >= 0) {
        at = series.copyValue(sources[i], into, at);
      } else {
        System.arraycopy(fixed(i, instance), 0, into, at, length);
        at += length;
      }
    }
    return at;
  }

  private int valueBytes(SeriesRecord series, int label, byte[] instance) {
    int source = sources[label];
    return source >= 0 ? series.lengthBytes(source) : fixed(label, instance).length;
  }

  private byte[] fixed(int label, byte[] instance) {
    return sources[label] == FROM_INSTANCE ? instance : constants[label];
  }

  private record Label(
      String name,
      int source,
      @SuppressWarnings("ArrayRecordComponent") byte @Nullable [] constant) {}
}
