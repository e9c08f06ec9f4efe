package io.tallystick.merge;

import io.prometheus.metrics.model.snapshots.Exemplar;
import io.prometheus.metrics.model.snapshots.Label;
import io.tallystick.shm.CellLayout;
import io.tallystick.shm.ExemplarSlots;
import io.tallystick.shm.FamilyDescriptor;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.NativeLayout;
import io.tallystick.shm.NativeShape;
import io.tallystick.shm.RetiredFileWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Writes the series of one merged family into a retired file. */
final class RetiredFamilyWriter {
  private final RetiredFileWriter writer;
  private final MergedFamily family;
  private final long nowMs;
  private final Map<List<String>, Schema> schemas = new HashMap<>();

  RetiredFamilyWriter(RetiredFileWriter writer, MergedFamily family, long nowMs) {
    this.writer = writer;
    this.family = family;
    this.nowMs = nowMs;
  }

  /** Writes all but the series that expired and that no other file has. */
  void write() throws IOException {
    Lifespans lifespans = family.lifespans();
    for (int series = 0; series < family.size(); series++) {
      if (family.isSeen(series) && (lifespans == null || !lifespans.isGone(series, nowMs))) {
        writeSeries(series);
      }
    }
  }

  private void writeSeries(int series) throws IOException {
    Schema schema = schemas.get(family.index().schemaNames(series));
    if (schema == null) {
      schema = schemaOf(family.index().schemaNames(series));
      schemas.put(family.index().schemaNames(series), schema);
    }
    List<String> values = new ArrayList<>(List.of(family.index().labelValues(series)));
    String instance = schema.instance < 0 ? null : values.remove(schema.instance);
    Lifespans lifespans = family.lifespans();
    RetiredFileWriter.Row row =
        writer.addSeries(
            schema.number,
            schema.descriptor,
            values,
            family.createdMs(series),
            instance,
            lifespans == null ? null : lifespans.lifetime(series, nowMs));
    put(row, series);
    putExemplars(row, series);
  }

  private void put(RetiredFileWriter.Row row, int series) {
    double sum = family.sum(series);
    double rest = family.rest(series);
    switch (family.type()) {
      case COUNTER -> {
        row.put(CellLayout.COUNTER_LONG, family.word(series, 0));
        row.put(CellLayout.COUNTER_DOUBLE, sum, rest);
      }
      case SUMMARY -> {
        row.put(CellLayout.DISTRIBUTION_SUM, sum, rest);
        row.put(CellLayout.SUMMARY_COUNT, family.word(series, 0));
        family.quantiles().put(series, row);
      }
      case HISTOGRAM -> {
        row.put(CellLayout.DISTRIBUTION_SUM, sum, rest);
        for (int i = 0; i < family.bounds().length; i++) {
          row.put(CellLayout.HISTOGRAM_BUCKETS + i, family.word(series, i));
        }
        putNatives(row, series);
      }
      case GAUGE -> {
        row.put(CellLayout.GAUGE_VALUE, sum);
        row.put(CellLayout.GAUGE_WRITTEN_MS, family.word(series, 0));
      }
      case INFO -> {
        row.put(CellLayout.GAUGE_VALUE, 1.0);
        row.put(CellLayout.GAUGE_WRITTEN_MS, family.word(series, 0));
      }
      case STATESET -> {
        for (int i = 0; i <= family.states().size(); i++) {
          row.put(i, family.word(series, i));
        }
      }
    }
  }

  private void putExemplars(RetiredFileWriter.Row row, int series) throws IOException {
    List<Exemplar> exemplars = family.exemplars(series);
    if (exemplars.isEmpty()) {
      return;
    }
    ExemplarSlots slots = writer.addExemplars(row, exemplars.size());
    int slot = 0;
    for (Exemplar exemplar : exemplars) {
      List<String> labels = new ArrayList<>();
      for (Label label : exemplar.getLabels()) {
        labels.add(label.getName());
        labels.add(label.getValue());
      }
      byte[] text = ExemplarSlots.encode(labels);
      if (text != null) { // as it was read from a slot
        slots.put(slot++, exemplar.getTimestampMillis(), exemplar.getValue(), text, false);
      }
    }
  }

  private void putNatives(RetiredFileWriter.Row row, int series) {
    NativeShape shape = family.nativeShape();
    if (shape == null) {
      return;
    }
    NativeBuckets buckets = family.nativeBuckets(series);
    buckets.limit(shape.capacity());
    int part = CellLayout.HISTOGRAM_BUCKETS + family.bounds().length;
    double zeroThreshold = buckets.zeroThreshold();
    row.put(part + NativeLayout.SCHEMA, NativeLayout.schemaWord(buckets.schema()));
    row.put(part + NativeLayout.ZERO_COUNT, buckets.zeroCount());
    row.put(part + NativeLayout.ZERO_THRESHOLD, zeroThreshold == 0 ? -0.0 : zeroThreshold);
    int at = part + NativeLayout.ENTRIES;
    for (boolean negative : new boolean[] {false, true}) {
      for (int index : buckets.indexes(negative)) {
        row.put(at++, NativeLayout.key(buckets.schema(), negative, index));
        row.put(at++, buckets.count(negative, index));
      }
    }
    row.put(part + NativeLayout.USED, buckets.size());
  }

  private Schema schemaOf(List<String> names) throws IOException {
    List<String> own = new ArrayList<>(names);
    boolean perProcess = family.type() == FamilyType.GAUGE && family.mode().isPerProcess();
    int instance = perProcess ? own.indexOf(LabelSet.PID) : -1;
    if (instance >= 0) {
      own.remove(instance);
    }
    FamilyDescriptor descriptor = family.describe(own);
    return new Schema(writer.addFamily(descriptor), descriptor, instance);
  }

  /**
   * @param instance where the process stands among the sorted values; -1 where it does not
   */
  private record Schema(int number, FamilyDescriptor descriptor, int instance) {}
}
