package io.tallystick.shm;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decodes the records of descriptor blocks; every length is checked against its record. */
final class RecordReader {
  private static final int MAX_LIST = 0xFFFF;

  private final SeriesRecord series = new SeriesRecord();
  private ByteBuffer bytes = ByteBuffer.allocate(0);
  private int at;
  private int end;

  /** Starts on a record and returns its kind. */
  int start(ByteBuffer block, int position, int limit) throws CorruptFileException {
    bytes = block;
    at = position;
    end = limit;
    need(Records.HEADER_LENGTH);
    int length = block.getShort(position) & 0xFFFF;
    if (length < Records.HEADER_LENGTH || length > limit - position) {
      throw new CorruptFileException(
          "record length outside its block: length=" + length + " left=" + (limit - position));
    }
    end = position + length;
    at = position + Records.HEADER_LENGTH;
    return block.get(position + 2);
  }

  /** Where the record ends and the next one starts. */
  int end() {
    return end;
  }

  FamilyDescriptor family() throws CorruptFileException {
    FamilyType type = FamilyType.ofCode(readByte());
    GaugeMode mode = GaugeMode.ofCode(readByte());
    if (type == null || mode == null) {
      throw new CorruptFileException("unknown type or mode of a family");
    }
    long createdMs = readLong();
    String name = readText();
    String originalName = readText();
    String expositionBaseName = readText();
    String help = readNullableText();
    String unit = readNullableText();
    List<String> labelNames = readTexts();
    List<String> constLabelNames = readTexts();
    List<String> constLabelValues = readTexts();
    double[] bounds = readDoubles();
    List<String> states = readTexts();
    double[] parameters = at < end ? readDoubles() : new double[0];
    if (constLabelNames.size() != constLabelValues.size()) {
      throw new CorruptFileException("constant labels without values: family=" + name);
    }
    FamilyDescriptor family =
        new FamilyDescriptor(
            type,
            mode,
            name,
            originalName,
            expositionBaseName,
            help,
            unit,
            labelNames,
            constLabelNames,
            constLabelValues,
            bounds,
            states,
            parameters,
            createdMs);
    if (!Records.isWithinShares(family)) {
      throw new CorruptFileException(
          "names, labels, bounds or states are too long: family=" + name);
    }
    return family;
  }

  int readInt() throws CorruptFileException {
    need(Integer.BYTES);
    at += Integer.BYTES;
    return bytes.getInt(at - Integer.BYTES);
  }

  /** The series behind its family and cell, which the caller has read. */
  SeriesRecord series(int family, int cell, int values) throws CorruptFileException {
    int flags = bytes.get(recordFlags());
    series.family = family;
    series.cell = cell;
    series.createdMs = readLong();
    series.bytes = bytes;
    series.values = values;
    if (series.starts.length < values) {
      series.starts = new int[values];
      series.lengths = new int[values];
    }
    for (int i = 0; i < values; i++) {
      int length = readCount(1) - 1;
      if (length < 0) {
        throw new CorruptFileException("label value is null: family=" + family);
      }
      need(length);
      requireUtf8(length);
      series.starts[i] = at;
      series.lengths[i] = length;
      at += length;
    }
    series.instance = (flags & Records.FLAG_INSTANCE) != 0 ? readText() : null;
    series.hasLife = (flags & Records.FLAG_LIFE) != 0;
    series.lifeCell = series.hasLife ? readInt() : 0;
    return series;
  }

  /** Two texts that are not UTF-8 could be decoded to one. */
  private void requireUtf8(int length) throws CorruptFileException {
    for (int i = 0; i < length; i++) {
      if (bytes.get(at + i) < 0) {
        try {
          UTF_8.newDecoder().decode(bytes.slice(at, length));
          return;
        } catch (CharacterCodingException e) {
          throw new CorruptFileException("text is not UTF-8: position=" + at);
        }
      }
    }
  }

  private int recordFlags() {
    // family and cell have been read: the flags are the last byte of the record's header
    return at - 2 * Integer.BYTES - 1;
  }

  private void need(int length) throws CorruptFileException {
    if (length < 0 || length > end - at) {
      throw new CorruptFileException("record is cut: needed=" + length + " left=" + (end - at));
    }
  }

  private double[] readDoubles() throws CorruptFileException {
    double[] doubles = new double[readCount(Long.BYTES)];
    for (int i = 0; i < doubles.length; i++) {
      doubles[i] = Double.longBitsToDouble(readLong());
    }
    return doubles;
  }

  private int readByte() throws CorruptFileException {
    need(1);
    return bytes.get(at++) & 0xFF;
  }

  private long readLong() throws CorruptFileException {
    need(Long.BYTES);
    at += Long.BYTES;
    return bytes.getLong(at - Long.BYTES);
  }

  private int readCount(int bytesEach) throws CorruptFileException {
    int count = 0;
    int shift = 0;
    int next;
    do {
      next = readByte();
      count |= (next & 0x7F) << shift;
      shift += 7;
    } while (next >= 0x80 && shift <= 21);
    if (next >= 0x80 || count > MAX_LIST + 1 || (long) (count - 1) * bytesEach > end - at) {
      throw new CorruptFileException("count outside its record: count=" + count);
    }
    return count;
  }

  private @Nullable String readNullableText() throws CorruptFileException {
    int length = readCount(1) - 1;
    if (length < 0) {
      return null;
    }
    need(length);
    requireUtf8(length);
    byte[] text = new byte[length];
    bytes.get(at, text);
    at += length;
    return new String(text, UTF_8);
  }

  private String readText() throws CorruptFileException {
    String text = readNullableText();
    if (text == null) {
      throw new CorruptFileException("text is missing");
    }
    return text;
  }

  private List<String> readTexts() throws CorruptFileException {
    int count = readCount(1);
    List<String> texts = new ArrayList<>(Math.min(count, 64));
    for (int i = 0; i < count; i++) {
      texts.add(readText());
    }
    return List.copyOf(texts);
  }
}
