package io.tallystick.shm;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Encodes the records of a descriptor block.
 *
 * <pre>
 *   family:  | length 2 | 1 1 | 0 1 | type 1 | mode 1 | created 8 | name | original | base | help |
 *            | unit | labels | const labels | const values | bounds | states | [parameters] |
 *   series:  | length 2 | 2 1 | flags 1 | family 4 | cell 4 | created 8 | value ... | [instance] |
 *            | [life 4] |
 *   removed: | length 2 | 3 1 | 0 1 | family 4 | cell 4 |
 *   exemplars: | length 2 | 4 1 | 0 1 | family 4 | cell 4 | first cell 4 | slots 4 |
 * </pre>
 *
 * <p>A text is a variable-length count of bytes, plus one, then UTF-8; zero says null. A list is a
 * variable-length count, then its members. A record is not aligned and has no padding.
 */
final class Records {
  static final int FAMILY = 1;
  static final int SERIES = 2;
  static final int REMOVED = 3;
  static final int EXEMPLARS = 4;

  static final int FLAG_INSTANCE = 1;
  static final int FLAG_LIFE = 2;

  static final int HEADER_LENGTH = 4;
  static final int SERIES_LENGTH = 20;
  static final int LIFE_LENGTH = Integer.BYTES;
  static final int MAX_LENGTH = 0xFFFF;

  /** The most bytes of a family's names, of its label names, and of its bounds or states. */
  static final int MAX_NAMES_LENGTH = 15 << 10;

  static final int MAX_SHAPE_LENGTH = 32 << 10;

  private Records() {}

  /**
   * Whether each part of a family leaves room for the others'. Families are merged from the parts
   * of several processes' descriptors, and what comes of it must fit a record; only the help, which
   * can be left out then, has no share of its own.
   */
  static boolean isWithinShares(FamilyDescriptor family) {
    Out names = new Out(0, 0);
    names.writeText(family.name());
    names.writeText(family.originalName());
    names.writeText(family.expositionBaseName());
    names.writeText(family.unit());
    List<String> labels = new ArrayList<>(family.labelNames()); // in a fold they become one list
    labels.addAll(family.constLabelNames());
    return names.size() <= MAX_NAMES_LENGTH
        && textBytes(labels) <= MAX_NAMES_LENGTH
        && (family.bounds().length + family.parameters().length) * Long.BYTES
                + textBytes(family.states())
            <= MAX_SHAPE_LENGTH;
  }

  /** A family's record, or null where it is longer than a record can be. */
  static byte @Nullable [] family(FamilyDescriptor family) {
    Out out = new Out(FAMILY, 0);
    out.write(family.type().code);
    out.write(family.mode().code);
    out.writeLong(family.createdMs());
    out.writeText(family.name());
    out.writeText(family.originalName());
    out.writeText(family.expositionBaseName());
    out.writeText(family.help());
    out.writeText(family.unit());
    out.writeTexts(family.labelNames());
    out.writeTexts(family.constLabelNames());
    out.writeTexts(family.constLabelValues());
    out.writeDoubles(family.bounds());
    out.writeTexts(family.states());
    if (family.parameters().length > 0) {
      out.writeDoubles(family.parameters());
    }
    return out.record();
  }

  /** A series' record with zeros for family, cell and life, or null where it is too long. */
  static byte @Nullable [] series(
      long createdMs, List<String> labelValues, @Nullable String instance, boolean hasLife) {
    Out out = new Out(SERIES, (instance == null ? 0 : FLAG_INSTANCE) | (hasLife ? FLAG_LIFE : 0));
    out.writeInt(0);
    out.writeInt(0);
    out.writeLong(createdMs);
    for (String value : labelValues) {
      out.writeText(value);
    }
    if (instance != null) {
      out.writeText(instance);
    }
    if (hasLife) {
      out.writeInt(0);
    }
    return out.record();
  }

  /** Says where the exemplars of a series are; its own first cell is filled in later. */
  static byte[] exemplars(int family, int cell, int slots) {
    return ints(EXEMPLARS, family, cell, 0, slots);
  }

  /** Fills in where the slots of an {@link #exemplars} record are. */
  static void locateSlots(byte[] exemplars, int firstCell) {
    ByteBuffer.wrap(exemplars)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(HEADER_LENGTH + 2 * Integer.BYTES, firstCell);
  }

  static byte[] removed(int family, int cell) {
    return ints(REMOVED, family, cell);
  }

  private static byte[] ints(int kind, int... values) {
    Out out = new Out(kind, 0);
    for (int value : values) {
      out.writeInt(value);
    }
    byte[] record = out.record();
    if (record == null) {
      throw new AssertionError();
    }
    return record;
  }

  /** The most bytes that a list's texts take in a record. */
  static int textBytes(List<String> texts) {
    Out out = new Out(0, 0);
    out.writeTexts(texts);
    return out.size();
  }

  /** The bytes of a series' record with these label values. */
  static int seriesBytes(byte[][] labelValues) {
    int bytes = SERIES_LENGTH;
    for (byte[] value : labelValues) {
      int count = value.length + 1;
      bytes += (count < 1 << 7 ? 1 : count < 1 << 14 ? 2 : 3) + value.length;
    }
    return bytes;
  }

  /** Fills in what is known once the cells are allocated. */
  static void locate(byte[] series, int family, int cell) {
    ByteBuffer.wrap(series)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(HEADER_LENGTH, family)
        .putInt(HEADER_LENGTH + 4, cell);
  }

  /** Fills in where the life of a series is, whose record has room for that. */
  static void locateLife(byte[] series, int lifeCell) {
    ByteBuffer.wrap(series)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(series.length - LIFE_LENGTH, lifeCell);
  }

  private static final class Out extends ByteArrayOutputStream {
    Out(int kind, int flags) {
      super(64);
      write(0);
      write(0);
      write(kind);
      write(flags);
    }

    void writeInt(int value) {
      for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
        write(value >>> shift);
      }
    }

    void writeLong(long value) {
      for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
        write((int) (value >>> shift));
      }
    }

    void writeCount(int count) {
      int rest = count;
      while (rest >= 0x80) {
        write((rest & 0x7F) | 0x80);
        rest >>>= 7;
      }
      write(rest);
    }

    void writeText(@Nullable String text) {
      if (text == null) {
        writeCount(0);
        return;
      }
      byte[] bytes = text.getBytes(UTF_8);
      writeCount(bytes.length + 1);
      write(bytes, 0, bytes.length);
    }

    void writeTexts(List<String> texts) {
      writeCount(texts.size());
      texts.forEach(this::writeText);
    }

    void writeDoubles(double[] doubles) {
      writeCount(doubles.length);
      for (double value : doubles) {
        writeLong(Double.doubleToRawLongBits(value));
      }
    }

    byte @Nullable [] record() {
      if (count > MAX_LENGTH) {
        return null;
      }
      buf[0] = (byte) count;
      buf[1] = (byte) (count >>> 8);
      return toByteArray();
    }
  }
}
