package io.tallystick.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/**
 * The bytes of a process file or a retired file, to be looked at and changed by a test.
 *
 * <p>Its offsets are those of the format's description, written down a second time.
 */
public final class TallyBytes {
  public static final int MAJOR = 8;
  public static final int MINOR = 10;
  public static final int KIND = 12;
  public static final int CREATED_MS = 32;
  public static final int PUBLISHED = 48;
  public static final int RESUMABLE_MS = 80;
  public static final int INSTANCE_LENGTH = 96;
  public static final int HEADER_LENGTH = 256;

  public static final int DESCRIPTORS = 1;
  public static final int CELLS = 2;
  public static final int SINGLE_CELLS = 3;
  public static final int TOKENS = 4;

  private static final int TOKEN = 16;

  public static final int FAMILY = 1;
  public static final int SERIES = 2;
  public static final int REMOVED = 3;

  private final byte[] bytes;

  private TallyBytes(byte[] bytes) {
    this.bytes = bytes;
  }

  /** A copy of a file as it is now. */
  public static TallyBytes of(Path file) throws IOException {
    return new TallyBytes(Files.readAllBytes(file));
  }

  public static TallyBytes of(byte[] bytes) {
    return new TallyBytes(bytes.clone());
  }

  /** Whether the next process of its role may go on with it. */
  public boolean isResumable() {
    long ms = length() < HEADER_LENGTH ? 0 : buffer().getLong(RESUMABLE_MS);
    return ms > 0 && ms <= 3_600_000;
  }

  public TallyBytes copy() {
    return of(bytes);
  }

  public byte[] toArray() {
    return bytes.clone();
  }

  public int length() {
    return bytes.length;
  }

  /** The bytes themselves, little-endian. */
  public ByteBuffer buffer() {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  public TallyBytes put(int at, int value) {
    bytes[at] = (byte) value;
    return this;
  }

  public TallyBytes putShort(int at, int value) {
    buffer().putShort(at, (short) value);
    return this;
  }

  public TallyBytes putInt(int at, int value) {
    buffer().putInt(at, value);
    return this;
  }

  public TallyBytes putLong(int at, long value) {
    buffer().putLong(at, value);
    return this;
  }

  public TallyBytes cutTo(int length) {
    return of(Arrays.copyOf(bytes, length));
  }

  /** The blocks, in order. */
  public List<Block> blocks() {
    List<Block> blocks = new ArrayList<>();
    ByteBuffer buffer = buffer();
    long end = buffer.getLong(PUBLISHED);
    for (int at = HEADER_LENGTH; at < end; ) {
      Block block =
          new Block(
              at,
              buffer.getInt(at),
              buffer.getInt(at + 4),
              (int) buffer.getLong(at + 8),
              buffer.getInt(at + 16),
              buffer.getInt(at + 20),
              (int) buffer.getLong(at + 24));
      blocks.add(block);
      at += block.length;
    }
    return blocks;
  }

  /** The first block of a kind. */
  public Block block(int kind) {
    return blocks().stream().filter(block -> block.kind == kind).findFirst().orElseThrow();
  }

  /** The records of all descriptor blocks, in order. */
  public List<Entry> records() {
    List<Entry> records = new ArrayList<>();
    ByteBuffer buffer = buffer();
    for (Block block : blocks()) {
      if (block.kind == DESCRIPTORS) {
        int end = block.payload() + block.published;
        for (int at = block.payload(); at < end; ) {
          int length = buffer.getShort(at) & 0xFFFF;
          records.add(new Entry(at, length, buffer.get(at + 2)));
          at += length;
        }
      }
    }
    return records;
  }

  /** The first record of a kind. */
  public Entry record(int kind) {
    return records().stream().filter(record -> record.kind == kind).findFirst().orElseThrow();
  }

  /** Where the first copy of a cell is. */
  public int positionOf(int cell) {
    for (Block block : blocks()) {
      if (block.cells() > 0
          && cell >= block.firstCell()
          && cell < block.firstCell() + block.cells()) {
        return block.payload() + 8 * (cell - block.firstCell());
      }
    }
    throw new IllegalArgumentException("no such cell: cell=" + cell);
  }

  /** The first record of a kind that has a text in it. */
  public Entry record(int kind, String text) {
    byte[] wanted = text.getBytes(UTF_8);
    for (Entry record : records()) {
      if (record.kind == kind) {
        for (int at = record.position; at <= record.end() - wanted.length; at++) {
          if (Arrays.equals(bytes, at, at + wanted.length, wanted, 0, wanted.length)) {
            return record;
          }
        }
      }
    }
    throw new IllegalArgumentException("no such record: text=" + text);
  }

  /** The first series of the family whose name is this text. */
  public Entry seriesOf(String family) {
    int number = 0;
    for (Entry record : records()) {
      if (record.kind == FAMILY) {
        if (record.equals(record(FAMILY, family))) {
          break;
        }
        number++;
      }
    }
    for (Entry record : records()) {
      if (record.kind == SERIES && buffer().getInt(record.position + 4) == number) {
        return record;
      }
    }
    throw new IllegalArgumentException("no series: family=" + family);
  }

  /** The first cell of the first series of a family. */
  public int cellOf(String family) {
    return buffer().getInt(seriesOf(family).position + 8);
  }

  /** Where the record of the first series of a family says where its life is. */
  public int lifePositionOf(String family) {
    return seriesOf(family).end() - Integer.BYTES;
  }

  /** The first cell of the life of the first series of a family. */
  public int lifeOf(String family) {
    return buffer().getInt(lifePositionOf(family));
  }

  /** The token in the header, as a file name has it. */
  public String token() {
    return String.format("%016x%016x", buffer().getLong(TOKEN), buffer().getLong(TOKEN + 8));
  }

  /** The bytes that a file of this name gets: with its token, which a reader compares. */
  public byte[] toArrayFor(Path file) {
    String name = file.getFileName().toString();
    byte[] named = bytes.clone();
    if (name.matches("[0-9a-f]{32}\\.tally") && named.length >= TOKEN + 16) {
      ByteBuffer.wrap(named)
          .order(ByteOrder.LITTLE_ENDIAN)
          .putLong(TOKEN, HexFormat.fromHexDigitsToLong(name, 0, 16))
          .putLong(TOKEN + 8, HexFormat.fromHexDigitsToLong(name, 16, 32));
    }
    return named;
  }

  /** Puts the bytes in a file's place in one step, as a file of this user's alone. */
  public void writeTo(Path file) throws IOException {
    Path unfinished = file.resolveSibling("unfinished-" + file.getFileName() + ".test");
    try (FileChannel channel =
        FileChannel.open(
            unfinished,
            Set.of(
                StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      ByteBuffer rest = ByteBuffer.wrap(toArrayFor(file));
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
    }
    Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /** A block's header, and where it is. */
  public record Block(
      int position, int kind, int column, int length, int firstCell, int cells, int published) {
    public int payload() {
      return position + 64;
    }
  }

  /** Where a record is. */
  public record Entry(int position, int length, int kind) {
    public int end() {
      return position + length;
    }
  }
}
