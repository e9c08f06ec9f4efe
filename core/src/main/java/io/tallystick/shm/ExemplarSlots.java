package io.tallystick.shm;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.invoke.VarHandle;
import java.nio.LongBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A series' places for exemplars: for each of its buckets one, for a counter one.
 *
 * <pre>
 *   | sequence | time, ms | value | length 4, custom 4 | label names and values, UTF-8, 160 B |
 * </pre>
 *
 * <p>Threading: any. A writer makes the sequence odd by compare-and-set, writes, and makes it even;
 * where it is odd already another exemplar is being written, and this one is left out. A reader
 * that finds it odd, or another than before, shows none: also where a writer was killed there. Each
 * name and each value ends with a zero byte.
 */
public final class ExemplarSlots {
  /** Longer label names and values are not kept. */
  public static final int MAX_TEXT_BYTES = 160;

  static final int SLOT_CELLS = 24;

  private static final int SEQUENCE = 0;
  private static final int TIME_MS = 1;
  private static final int VALUE = 2;
  private static final int LENGTH = 3;
  private static final int TEXT = 4;

  /** Beside the length. */
  private static final long CUSTOM = 1L << 32;

  private final Column column;
  private final int firstCell;
  private final int slots;

  ExemplarSlots(Column column, int firstCell, int slots) {
    this.column = column;
    this.firstCell = firstCell;
    this.slots = slots;
  }

  static ExemplarSlots of(SeriesLog.Location location, int slots) {
    return new ExemplarSlots(location.segment().singleColumn(), location.cell(), slots);
  }

  /** Empties slots that a killed process was writing to, so that they can be written again. */
  void emptyUnfinished() {
    for (int slot = 0; slot < slots; slot++) {
      int cell = cellOf(slot);
      if ((column.getPlain(cell + SEQUENCE) & 1) != 0) {
        column.putRelease(cell + TIME_MS, 0);
        column.putRelease(cell + LENGTH, 0);
        column.putRelease(cell + SEQUENCE, 0);
      }
    }
  }

  public int slots() {
    return slots;
  }

  /** When the exemplar of a slot was taken; 0 where there is none. */
  public long timeMs(int slot) {
    return column.getAcquire(cellOf(slot) + TIME_MS);
  }

  /** Whether the exemplar of a slot was put there with labels of the caller's. */
  public boolean isCustom(int slot) {
    return (column.getAcquire(cellOf(slot) + LENGTH) & CUSTOM) != 0;
  }

  /** Puts an exemplar in the place of what is there, unless another one is being put there. */
  public void put(int slot, long timeMs, double value, byte[] text, boolean custom) {
    int cell = cellOf(slot);
    long sequence = column.getPlain(cell + SEQUENCE);
    boolean isFree = (sequence & 1) == 0;
    if (!isFree || !column.compareAndSet(cell + SEQUENCE, sequence, sequence + 1)) {
      return;
    }
    column.putRelease(cell + TIME_MS, timeMs);
    column.putRelease(cell + VALUE, Double.doubleToRawLongBits(value));
    column.putRelease(cell + LENGTH, custom ? text.length | CUSTOM : text.length);
    for (int at = 0; at < text.length; at += Long.BYTES) {
      column.putRelease(cell + TEXT + (at >> 3), wordAt(text, at));
    }
    column.putRelease(cell + SEQUENCE, sequence + 2);
  }

  /**
   * Label names and values in turn, as a slot holds them.
   *
   * @return null where there is no room for them
   */
  public static byte @Nullable [] encode(List<String> labels) {
    StringBuilder text = new StringBuilder();
    for (String label : labels) {
      if (label.indexOf('\0') >= 0) {
        return null;
      }
      text.append(label).append('\0');
    }
    byte[] bytes = text.toString().getBytes(UTF_8);
    return bytes.length > MAX_TEXT_BYTES ? null : bytes;
  }

  private static long wordAt(byte[] text, int at) {
    long word = 0;
    for (int i = 0; i < Long.BYTES && at + i < text.length; i++) {
      word |= (text[at + i] & 0xFFL) << (i << 3);
    }
    return word;
  }

  private int cellOf(int slot) {
    return firstCell + slot * SLOT_CELLS;
  }

  /**
   * The exemplar of a slot in a segment's cells; null where there is none, or none that is whole.
   */
  public static @Nullable RawExemplar read(LongBuffer cells, int firstCell, int slot)
      throws CorruptFileException {
    int cell = firstCell + slot * SLOT_CELLS;
    long sequence = cells.get(cell + SEQUENCE);
    if (sequence == 0 || (sequence & 1) != 0) {
      return null;
    }
    VarHandle.acquireFence();
    long timeMs = cells.get(cell + TIME_MS);
    double value = Double.longBitsToDouble(cells.get(cell + VALUE));
    long length = cells.get(cell + LENGTH) & ~CUSTOM;
    byte[] text = new byte[(int) Math.max(0, Math.min(length, MAX_TEXT_BYTES))];
    for (int at = 0; at < text.length; at++) {
      text[at] = (byte) (cells.get(cell + TEXT + (at >> 3)) >>> ((at & 7) << 3));
    }
    VarHandle.acquireFence();
    if (cells.get(cell + SEQUENCE) != sequence) {
      return null; // another one is coming: the next scrape shows it
    }
    if (length < 0 || length > MAX_TEXT_BYTES || timeMs < 0) {
      throw new CorruptFileException("exemplar outside its slot: length=" + length);
    }
    return new RawExemplar(timeMs, value, text);
  }

  /**
   * An exemplar as its slot has it.
   *
   * @param text label names and values in turn, each ended by a zero byte
   */
  public record RawExemplar(
      long timeMs, double value, @SuppressWarnings("ArrayRecordComponent") byte[] text) {
    /** The label names and values in turn. */
    public String[] labels() {
      String all = new String(text, UTF_8);
      return all.isEmpty() ? new String[0] : all.substring(0, all.length() - 1).split("\0", -1);
    }
  }
}
