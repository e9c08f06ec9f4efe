package io.tallystick.shm;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A series as a reader found it; one object for all records, valid during the visit.
 *
 * <p>Label values are left as bytes, so that whoever knows them already need not decode them.
 */
public final class SeriesRecord {
  /** The most bytes that a retired file has for a series' label values. */
  public static final int MAX_VALUES_LENGTH =
      Records.MAX_LENGTH - Records.SERIES_LENGTH - Records.LIFE_LENGTH;

  int family;
  int cell;
  long createdMs;
  ByteBuffer bytes = ByteBuffer.allocate(0);
  int values;
  int[] starts = new int[8];
  int[] lengths = new int[8];
  @Nullable String instance;
  boolean hasLife;
  int lifeCell;

  SeriesRecord() {}

  /** A series that no process file has a record of, such as one of another kind of file. */
  public static SeriesRecord of(int family, int cell, List<String> labelValues) {
    return of(family, cell, labelValues, null, 0);
  }

  /** As above, with the process that a gauge belonged to, and when the series was created. */
  public static SeriesRecord of(
      int family, int cell, List<String> labelValues, @Nullable String instance, long createdMs) {
    SeriesRecord series = new SeriesRecord();
    series.instance = instance;
    series.createdMs = createdMs;
    series.family = family;
    series.cell = cell;
    series.values = labelValues.size();
    series.starts = new int[series.values];
    series.lengths = new int[series.values];
    byte[][] texts = new byte[series.values][];
    int length = 0;
    for (int i = 0; i < series.values; i++) {
      texts[i] = labelValues.get(i).getBytes(UTF_8);
      series.starts[i] = length;
      series.lengths[i] = texts[i].length;
      length += texts[i].length;
    }
    series.bytes = ByteBuffer.allocate(length);
    for (byte[] text : texts) {
      series.bytes.put(text);
    }
    return series;
  }

  /** Number of the family in its file. */
  public int family() {
    return family;
  }

  /** Index of the series' first cell in its file. */
  public int cell() {
    return cell;
  }

  public long createdMs() {
    return createdMs;
  }

  /** The process that a retired gauge belonged to, or null. */
  public @Nullable String instance() {
    return instance;
  }

  /** Whether the series can expire. */
  public boolean hasLife() {
    return hasLife;
  }

  /** Index of the first cell of its life in its file, laid out as {@link LifeLayout} says. */
  public int lifeCell() {
    return lifeCell;
  }

  public int values() {
    return values;
  }

  /** Length of a label value in UTF-8. */
  public int lengthBytes(int value) {
    return lengths[value];
  }

  /** Copies a label value's UTF-8 and returns the index behind it. */
  public int copyValue(int value, byte[] into, int at) {
    bytes.get(starts[value], into, at, lengths[value]);
    return at + lengths[value];
  }
}
