package io.tallystick.fallback;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A row of the {@link Journal}: what was done in the first store's place, and what a key then is.
 * {@code docs/fallback.md} has its bytes.
 *
 * @param id what tells it from all others
 * @param timeMs when it was written, in milliseconds of the Unix epoch
 * @param name the key, queue or source
 * @param value the key's value from then on, null where it is gone; else what a kind has to say
 * @param endMs when the key's time to live ends
 * @param amount what was added
 * @param writer who has sent an addition to the first already; empty where nobody has
 * @param number under which number that was
 */
record JournalEntry(
    Kind kind,
    String id,
    long timeMs,
    String name,
    @SuppressWarnings("ArrayRecordComponent") byte @Nullable [] value,
    long endMs,
    long amount,
    String writer,
    long number) {
  /** The longest row beside its name and value, in bytes. */
  static final int MOST_OVERHEAD = 1_024;

  private static final int VERSION = 1;

  /** What was done. */
  enum Kind {
    /** From here on the second store is used. */
    BEGIN(1),
    /** From here on the first one is. */
    END(2),
    PUT(3),
    DELETE(4),
    EXPIRE(5),
    ADD(6),
    ACKNOWLEDGE(7),
    EXTEND(8),
    RETRY(9),
    RETIRE(10),
    RESTORE(11),
    /** Is in no row: what stands for one that cannot be read, and whose bytes are its value. */
    DAMAGED(-1);

    private final int code;

    Kind(int code) {
      this.code = code;
    }

    boolean isOfKey() {
      return this == PUT || this == DELETE || this == EXPIRE || this == ADD;
    }

    private static Kind of(int code) throws IOException {
      for (Kind kind : values()) {
        if (kind.code == code && kind != DAMAGED) {
          return kind;
        }
      }
      throw new IOException("no such kind: code=" + code);
    }
  }

  /** An entry that has neither value nor amount. */
  static JournalEntry of(Kind kind, String id, long timeMs, String name) {
    return new JournalEntry(kind, id, timeMs, name, null, 0, 0, "", 0);
  }

  static JournalEntry ofKey(
      Kind kind, String id, long timeMs, String key, byte @Nullable [] value, long endMs) {
    return new JournalEntry(kind, id, timeMs, key, value, endMs, 0, "", 0);
  }

  static JournalEntry ofDetail(Kind kind, String id, long timeMs, String name, byte[] detail) {
    return new JournalEntry(kind, id, timeMs, name, detail, 0, 0, "", 0);
  }

  byte[] toBytes() {
    try (ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(VERSION);
      out.writeByte(kind.code);
      out.writeLong(timeMs);
      putText(out, id);
      putText(out, name);
      putBytes(out, value);
      out.writeLong(endMs);
      out.writeLong(amount);
      putText(out, writer);
      out.writeLong(number);
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new IllegalStateException(e); // memory has none
    }
  }

  private static void putText(DataOutputStream out, String text) throws IOException {
    putBytes(out, text.getBytes(UTF_8));
  }

  private static void putBytes(DataOutputStream out, byte @Nullable [] bytes) throws IOException {
    out.writeInt(bytes == null ? -1 : bytes.length);
    if (bytes != null) {
      out.write(bytes);
    }
  }

  /**
   * The entry of a row; one of kind {@link Kind#DAMAGED} where that is damaged.
   *
   * @throws StoreException CORRUPT where a newer version has written it
   */
  static JournalEntry of(byte[] row) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(row))) {
      int version = in.readByte();
      if (version > VERSION) {
        throw new StoreException(
            Category.CORRUPT, "journal is of a newer version: version=" + version);
      }
      if (version != VERSION) {
        return damaged(row);
      }
      Kind kind = Kind.of(in.readByte());
      long timeMs = in.readLong();
      return new JournalEntry(
          kind,
          text(in),
          timeMs,
          text(in),
          bytes(in),
          in.readLong(),
          in.readLong(),
          text(in),
          in.readLong());
    } catch (IOException e) {
      return damaged(row);
    }
  }

  private static JournalEntry damaged(byte[] row) {
    String id = "damaged-" + Integer.toHexString(Arrays.hashCode(row));
    return new JournalEntry(Kind.DAMAGED, id, 0, "", row, 0, 0, "", 0);
  }

  private static String text(DataInputStream in) throws IOException {
    byte[] bytes = bytes(in);
    if (bytes == null) {
      throw new IOException("text is missing");
    }
    return new String(bytes, UTF_8);
  }

  private static byte @Nullable [] bytes(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0) {
      return null;
    }
    if (length > in.available()) {
      throw new IOException("length is beyond the end: length=" + length);
    }
    return in.readNBytes(length);
  }
}
