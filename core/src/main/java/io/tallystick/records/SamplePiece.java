package io.tallystick.records;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Older samples of a metric as one document, in the order in which they came there.
 *
 * <pre>
 *   | version 1 | tags count 4 | (length 4 | JSON) ... | sample count 4 |
 *   sample: | microseconds 8 | value 8 | which tags 4 |
 * </pre>
 *
 * <p>Big-endian. A piece only grows: who knows how many samples it had reads just these of it.
 */
final class SamplePiece {
  private static final byte VERSION = 1;
  private static final int SAMPLE_BYTES = 2 * Long.BYTES + Integer.BYTES;

  private SamplePiece() {}

  static byte[] toBytes(List<Sample> samples) {
    Map<Map<String, @Nullable Object>, Integer> numbers = new LinkedHashMap<>();
    samples.forEach(sample -> numbers.putIfAbsent(sample.tags(), numbers.size()));
    List<byte[]> tags = new ArrayList<>();
    int length = Byte.BYTES + 2 * Integer.BYTES + samples.size() * SAMPLE_BYTES;
    for (Map<String, @Nullable Object> each : numbers.keySet()) {
      byte[] json = new JsonWriter().value(each).toBytes();
      tags.add(json);
      length += Integer.BYTES + json.length;
    }
    ByteBuffer bytes = ByteBuffer.allocate(length).put(VERSION).putInt(tags.size());
    tags.forEach(json -> bytes.putInt(json.length).put(json));
    bytes.putInt(samples.size());
    for (Sample sample : samples) {
      bytes.putLong(Times.micros(sample.timestamp())).putDouble(sample.value());
      bytes.putInt(numbers.getOrDefault(sample.tags(), 0));
    }
    return bytes.array();
  }

  /**
   * The first samples of a piece.
   *
   * @throws IllegalArgumentException where it is none, or of a later version
   */
  static List<Sample> samples(byte[] piece, int count) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(piece);
      List<Map<String, @Nullable Object>> tags = tags(bytes);
      int stored = Math.min(count, bytes.getInt());
      List<Sample> samples = new ArrayList<>(Math.max(0, stored));
      for (int i = 0; i < stored; i++) {
        samples.add(
            new Sample(
                Times.ofMicros(bytes.getLong()), bytes.getDouble(), tags.get(bytes.getInt())));
      }
      return samples;
    } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
      throw new IllegalArgumentException("samples are cut short", e);
    }
  }

  private static List<Map<String, @Nullable Object>> tags(ByteBuffer bytes) {
    requireVersion(bytes);
    List<Map<String, @Nullable Object>> tags = new ArrayList<>();
    for (int left = bytes.getInt(); left > 0; left--) {
      byte[] json = new byte[length(bytes)];
      bytes.get(json);
      tags.add(json.length == 2 ? Map.of() : JsonValues.copy(JsonReader.object(json)));
    }
    return tags;
  }

  private static void requireVersion(ByteBuffer bytes) {
    byte version = bytes.get();
    if (version != VERSION) {
      throw new IllegalArgumentException("record is of a later version: version=" + version);
    }
  }

  private static int length(ByteBuffer bytes) {
    int length = bytes.getInt();
    if (length < 0 || length > bytes.remaining()) {
      throw new IllegalArgumentException("samples are cut short: length=" + length);
    }
    return length;
  }

  /**
   * Shows the times, in microseconds, and values of the first samples of a piece.
   *
   * @throws IllegalArgumentException where it is none, or of a later version
   */
  static void forEach(byte[] piece, int count, Visitor visitor) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(piece);
      requireVersion(bytes);
      for (int left = bytes.getInt(); left > 0; left--) {
        int length = length(bytes);
        bytes.position(bytes.position() + length);
      }
      for (int left = Math.min(count, bytes.getInt()); left > 0; left--) {
        visitor.visit(bytes.getLong(), bytes.getDouble());
        int unused = bytes.getInt();
      }
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("samples are cut short", e);
    }
  }

  /** Takes a sample. */
  interface Visitor {
    void visit(long micros, double value);
  }
}
