package io.tallystick.store;

import io.prometheus.metrics.model.snapshots.Label;
import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.GaugeMode;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Families and series as bytes, for stores and backups. {@code docs/store-format.md} has the
 * layout.
 */
public final class FamilyBytes {
  private static final int WRITTEN = 1;
  private static final int REST = 1 << 1;
  private static final int NATIVES = 1 << 2;
  private static final int QUANTILES = 1 << 3;
  private static final int EXEMPLARS = 1 << 4;
  private static final int ALL = (1 << 5) - 1;

  private FamilyBytes() {}

  /** A family without its series. */
  public static byte[] ofFamily(FamilyValues family) {
    BytesWriter writer = new BytesWriter();
    putFamily(writer, family);
    return writer.toBytes();
  }

  /**
   * A family from its bytes, and these series.
   *
   * @throws IllegalArgumentException where they are no family's
   */
  public static FamilyValues toFamily(byte[] bytes, List<SeriesValues> series) {
    BytesReader reader = new BytesReader(bytes);
    FamilyValues family = getFamily(reader, series);
    reader.requireEnd();
    return family;
  }

  /** A series. */
  public static byte[] ofSeries(SeriesValues series) {
    BytesWriter writer = new BytesWriter();
    putSeries(writer, series);
    return writer.toBytes();
  }

  /**
   * A series from its bytes.
   *
   * @throws IllegalArgumentException where they are no series'
   */
  public static SeriesValues toSeries(byte[] bytes) {
    BytesReader reader = new BytesReader(bytes);
    SeriesValues series = getSeries(reader);
    reader.requireEnd();
    return series;
  }

  /** Families with their series, one behind the other: series first, then what they share. */
  static void putFamilies(BytesWriter writer, List<FamilyValues> families) {
    writer.putList(
        families,
        (w, family) -> {
          w.putList(family.series(), FamilyBytes::putSeries);
          putFamily(w, family);
        });
  }

  static List<FamilyValues> getFamilies(BytesReader reader) {
    return reader.getList(r -> getFamily(r, r.getList(FamilyBytes::getSeries)));
  }

  private static void putFamily(BytesWriter writer, FamilyValues family) {
    writer.putText(family.type().name());
    writer.putText(family.mode().name());
    writer.putText(family.name());
    writer.putText(family.originalName());
    writer.putText(family.expositionBaseName());
    writer.putOptionalText(family.help());
    writer.putOptionalText(family.unit());
    writer.putList(family.bounds(), BytesWriter::putDouble);
    writer.putList(family.states(), BytesWriter::putText);
    writer.putList(family.parameters(), BytesWriter::putDouble);
    writer.putLong(family.createdMs());
  }

  private static FamilyValues getFamily(BytesReader reader, List<SeriesValues> series) {
    FamilyType type = FamilyType.valueOf(reader.getText());
    GaugeMode mode = GaugeMode.valueOf(reader.getText());
    return new FamilyValues(
        reader.getText(),
        reader.getText(),
        reader.getText(),
        type,
        mode,
        reader.getOptionalText(),
        reader.getOptionalText(),
        reader.getList(BytesReader::getDouble),
        reader.getList(BytesReader::getText),
        reader.getList(BytesReader::getDouble),
        reader.getLong(),
        series);
  }

  private static void putSeries(BytesWriter writer, SeriesValues series) {
    NativeValues natives = series.nativeValues();
    QuantileValues quantiles = series.quantileValues();
    int parts =
        (series.writtenMs() == 0 ? 0 : WRITTEN)
            | (Double.doubleToRawLongBits(series.rest()) == 0 ? 0 : REST)
            | (natives == null ? 0 : NATIVES)
            | (quantiles == null ? 0 : QUANTILES)
            | (series.exemplars().isEmpty() ? 0 : EXEMPLARS);
    writer.putByte(parts);
    putLabels(writer, series.labels());
    writer.putLong(series.createdMs());
    writer.putList(series.counts(), BytesWriter::putLong);
    writer.putDouble(series.sum());
    if ((parts & WRITTEN) != 0) {
      writer.putLong(series.writtenMs());
    }
    if ((parts & REST) != 0) {
      writer.putDouble(series.rest());
    }
    if (natives != null) {
      putNatives(writer, natives);
    }
    if (quantiles != null) {
      putQuantiles(writer, quantiles);
    }
    if ((parts & EXEMPLARS) != 0) {
      writer.putList(series.exemplars(), FamilyBytes::putExemplar);
    }
  }

  private static SeriesValues getSeries(BytesReader reader) {
    int parts = reader.getByte();
    if ((parts & ~ALL) != 0) {
      throw new IllegalArgumentException("series has unknown parts: parts=" + parts);
    }
    Labels labels = getLabels(reader);
    long createdMs = reader.getLong();
    List<Long> counts = reader.getList(BytesReader::getLong);
    double sum = reader.getDouble();
    long writtenMs = (parts & WRITTEN) == 0 ? 0 : reader.getLong();
    double rest = (parts & REST) == 0 ? 0 : reader.getDouble();
    @Nullable NativeValues natives = (parts & NATIVES) == 0 ? null : getNatives(reader);
    @Nullable QuantileValues quantiles = (parts & QUANTILES) == 0 ? null : getQuantiles(reader);
    List<ExemplarValue> exemplars =
        (parts & EXEMPLARS) == 0 ? List.of() : reader.getList(FamilyBytes::getExemplar);
    return new SeriesValues(
        labels, createdMs, writtenMs, counts, sum, rest, natives, quantiles, exemplars);
  }

  private static void putLabels(BytesWriter writer, Labels labels) {
    writer.putInt(labels.size());
    for (Label label : labels) {
      writer.putText(label.getName());
      writer.putText(label.getValue());
    }
  }

  private static Labels getLabels(BytesReader reader) {
    int size = reader.getSize(2 * Integer.BYTES); // the lengths of two texts
    String[] names = new String[size];
    String[] values = new String[size];
    for (int i = 0; i < size; i++) {
      names[i] = reader.getText();
      values[i] = reader.getText();
    }
    return Labels.of(names, values);
  }

  private static void putNatives(BytesWriter writer, NativeValues natives) {
    writer.putInt(natives.schema());
    writer.putDouble(natives.zeroThreshold());
    writer.putLong(natives.zeroCount());
    putBuckets(writer, natives.positive());
    putBuckets(writer, natives.negative());
  }

  private static void putBuckets(BytesWriter writer, SortedMap<Integer, Long> buckets) {
    writer.putInt(buckets.size());
    buckets.forEach(
        (index, count) -> {
          writer.putInt(index);
          writer.putLong(count);
        });
  }

  private static NativeValues getNatives(BytesReader reader) {
    return new NativeValues(
        reader.getInt(),
        reader.getDouble(),
        reader.getLong(),
        getBuckets(reader),
        getBuckets(reader));
  }

  private static SortedMap<Integer, Long> getBuckets(BytesReader reader) {
    SortedMap<Integer, Long> buckets = new TreeMap<>();
    reader.getList(r -> buckets.put(r.getInt(), r.getLong()));
    return buckets;
  }

  private static void putQuantiles(BytesWriter writer, QuantileValues quantiles) {
    writer.putInt(quantiles.slices().size());
    quantiles
        .slices()
        .forEach(
            (startMs, entries) -> {
              writer.putLong(startMs);
              writer.putList(entries, FamilyBytes::putEntry);
            });
  }

  private static void putEntry(BytesWriter writer, QuantileValues.Entry entry) {
    writer.putDouble(entry.value());
    writer.putInt((int) entry.lower());
    writer.putInt((int) entry.upper());
  }

  private static QuantileValues getQuantiles(BytesReader reader) {
    SortedMap<Long, List<QuantileValues.Entry>> slices = new TreeMap<>();
    reader.getList(r -> slices.put(r.getLong(), r.getList(FamilyBytes::getEntry)));
    return new QuantileValues(slices);
  }

  private static QuantileValues.Entry getEntry(BytesReader reader) {
    return new QuantileValues.Entry(
        reader.getDouble(),
        Integer.toUnsignedLong(reader.getInt()),
        Integer.toUnsignedLong(reader.getInt()));
  }

  private static void putExemplar(BytesWriter writer, ExemplarValue exemplar) {
    writer.putDouble(exemplar.value());
    writer.putLong(exemplar.timeMs());
    putLabels(writer, exemplar.labels());
  }

  private static ExemplarValue getExemplar(BytesReader reader) {
    double value = reader.getDouble();
    long timeMs = reader.getLong();
    return new ExemplarValue(value, getLabels(reader), timeMs);
  }
}
