package io.tallystick.store.chronicle;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What is known of the ledger as a whole. Not thread-safe.
 *
 * <p>Layout, big-endian: the latest number that was given, how many sources live, the first and the
 * next place in the row of retired ones (8 bytes each); then texts, each its length in 4 bytes and
 * UTF-8: the ledger's id, and those of the ledgers whose bases are in this one's.
 */
final class LedgerHead {
  final String id;
  final List<String> merged = new ArrayList<>();
  long latest;
  long live;
  long firstRetired;
  long nextRetired;

  LedgerHead(String id) {
    this.id = id;
  }

  static LedgerHead of(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    long latest = buffer.getLong();
    long live = buffer.getLong();
    long firstRetired = buffer.getLong();
    long nextRetired = buffer.getLong();
    LedgerHead head = new LedgerHead(text(buffer));
    while (buffer.hasRemaining()) {
      head.merged.add(text(buffer));
    }
    head.latest = latest;
    head.live = live;
    head.firstRetired = firstRetired;
    head.nextRetired = nextRetired;
    return head;
  }

  private static String text(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.getInt()];
    buffer.get(bytes);
    return new String(bytes, UTF_8);
  }

  byte[] toBytes() {
    List<byte[]> texts = new ArrayList<>();
    texts.add(id.getBytes(UTF_8));
    merged.forEach(each -> texts.add(each.getBytes(UTF_8)));
    int length = texts.stream().mapToInt(each -> Integer.BYTES + each.length).sum();
    ByteBuffer buffer =
        ByteBuffer.allocate(4 * Long.BYTES + length)
            .putLong(latest)
            .putLong(live)
            .putLong(firstRetired)
            .putLong(nextRetired);
    texts.forEach(each -> buffer.putInt(each.length).put(each));
    return buffer.array();
  }

  long nextNumber() {
    return ++latest;
  }
}
