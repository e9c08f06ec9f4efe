package io.tallystick.shm;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A series as a reader found it; one object for all records, valid during the visit.
 *
 * <p>Label values are left as bytes, so that whoever knows them already need not decode them.
 */
public final class SeriesRecord {
  /** The most bytes that a retired file has for a series' label values. */
  public static final int MAX_VALUES_LENGTH = Records.MAX_LENGTH - Records.SERIES_LENGTH;

  int family;
  int cell;
  long createdMs;
  ByteBuffer bytes = ByteBuffer.allocate(0);
  int values;
  int[] starts = new int[8];
  int[] lengths = new int[8];
  @Nullable String instance;

  SeriesRecord() {}

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
