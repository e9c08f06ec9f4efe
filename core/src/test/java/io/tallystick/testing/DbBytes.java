package io.tallystick.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.python.PythonFileName;
import io.tallystick.python.PythonLayout;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/** A file as client_python makes it, byte by byte, and with whatever faults a test wants. */
public final class DbBytes {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PythonLayout layout;
  private final ByteOrder order;
  private final List<Integer> entries = new ArrayList<>();
  private Integer used;

  private DbBytes(PythonLayout layout, ByteOrder order) {
    this.layout = layout;
    this.order = order;
    bytes.writeBytes(new byte[8]);
  }

  public static DbBytes of(PythonLayout layout) {
    return new DbBytes(layout, ByteOrder.LITTLE_ENDIAN);
  }

  /** One in the layout that client_python has now. */
  public static DbBytes recent() {
    return of(PythonLayout.WITH_TIMESTAMP);
  }

  public static DbBytes bigEndian() {
    return new DbBytes(PythonLayout.WITH_TIMESTAMP, ByteOrder.BIG_ENDIAN);
  }

  /** A key without labels; quotes are single. */
  public DbBytes entry(String key, double value) {
    return entry(key, value, 0);
  }

  public DbBytes entry(String key, double value, double timestamp) {
    byte[] json = key.replace('\'', '"').getBytes(UTF_8);
    return rawEntry(json.length, json, value, timestamp);
  }

  /** Counters {@code a} with a label {@code i} of these numbers, which are their values too. */
  public DbBytes counters(int from, int to) {
    for (int i = from; i < to; i++) {
      entry("['a', 'a_total', {'i': '" + i + "'}, '']", i);
    }
    return this;
  }

  /** A histogram {@code latency}: its label {@code k}, its sum, and bounds with their buckets. */
  public DbBytes histogram(String k, double sum, Object... buckets) {
    entry("['latency', 'latency_sum', {'k': '" + k + "'}, '']", sum);
    List<Object> pairs = List.of(buckets);
    for (int i = 0; i < pairs.size(); i += 2) {
      bucket(k, (String) pairs.get(i), (Integer) pairs.get(i + 1));
    }
    return this;
  }

  public DbBytes bucket(String k, String le, int count) {
    return entry(
        "['latency', 'latency_bucket', {'k': '" + k + "', 'le': '" + le + "'}, '']", count);
  }

  /** One good series in a file of this name. */
  public DbBytes good(String fileName, String family) {
    String start = "['" + family + "', '" + family;
    return switch (PythonFileName.parse(fileName).type()) {
      case COUNTER -> entry(start + "_total', {}, '']", 1);
      case GAUGE -> entry(start + "', {}, '']", 1);
      case SUMMARY -> entry(start + "_count', {}, '']", 1).entry(start + "_sum', {}, '']", 1);
      default -> histogram(family, 1, "1.0", 1, "+Inf", 1);
    };
  }

  /** An entry whose length need not be that of its key. */
  public DbBytes rawEntry(int length, byte[] key, double value, double timestamp) {
    entries.add(bytes.size());
    int padding = 8 - (4 + key.length) % 8;
    int values = layout == PythonLayout.WITH_TIMESTAMP ? 16 : 8;
    ByteBuffer entry = ByteBuffer.allocate(4 + key.length + padding + values).order(order);
    entry.putInt(length).put(key).put(" ".repeat(padding).getBytes(UTF_8)).putDouble(value);
    if (layout == PythonLayout.WITH_TIMESTAMP) {
      entry.putDouble(timestamp);
    }
    bytes.writeBytes(entry.array());
    return this;
  }

  /** Says another length of the part in use than it has. */
  public DbBytes used(int length) {
    used = length;
    return this;
  }

  /** The length of the part in use. */
  public int length() {
    return bytes.size();
  }

  /** Where the entries start. */
  public List<Integer> entries() {
    return entries;
  }

  /** The file as long as its part in use. */
  public byte[] toArray() {
    byte[] array = bytes.toByteArray();
    ByteBuffer.wrap(array).order(order).putInt(0, used == null ? array.length : used);
    return array;
  }

  public ByteBuffer toArrayBuffer() {
    return ByteBuffer.wrap(toArray());
  }

  /** Writes the file as long as client_python would, over what is there. */
  public Path writeTo(Path directory, String name) throws IOException {
    Path file = directory.resolve(name);
    int length = 64 << 10;
    while (length < bytes.size()) {
      length *= 2;
    }
    ByteBuffer all = ByteBuffer.allocate(length).put(toArray()).clear();
    // in place, as another process that has it mapped would
    try (var channel =
        Files.newByteChannel(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.write(all);
    }
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    return file;
  }
}
