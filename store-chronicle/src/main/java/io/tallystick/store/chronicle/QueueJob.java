package io.tallystick.store.chronicle;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;

/**
 * A job. Not thread-safe.
 *
 * <p>Layout, big-endian: number, lease, end, index in a heap, the dead ones before and after it (8
 * bytes each), attempts (4); the lengths (4 each) and the bytes of error and payload, and of a dead
 * one those of its key.
 */
final class QueueJob {
  private static final int MOST_ERROR = 1_000; // characters
  private static final int FIXED = 6 * Long.BYTES + 3 * Integer.BYTES;

  final byte[] key;
  final long number;
  final byte[] payload;
  long lease; // of who runs it, else 0
  long endMs; // of lease or delay
  long index; // in a heap
  long before;
  long after;
  int attempts;
  private String error = "";

  QueueJob(byte[] key, long number, byte[] payload) {
    this.key = key;
    this.number = number;
    this.payload = payload;
  }

  static QueueJob of(byte[] key, byte[] bytes) {
    return of(key, ByteBuffer.wrap(bytes));
  }

  static QueueJob ofDead(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    byte[] key = take(buffer);
    return of(key, buffer);
  }

  private static QueueJob of(byte[] key, ByteBuffer buffer) {
    long number = buffer.getLong();
    long lease = buffer.getLong();
    long endMs = buffer.getLong();
    long index = buffer.getLong();
    long before = buffer.getLong();
    long after = buffer.getLong();
    int attempts = buffer.getInt();
    String error = new String(take(buffer), UTF_8);
    QueueJob job = new QueueJob(key, number, take(buffer));
    job.lease = lease;
    job.endMs = endMs;
    job.index = index;
    job.before = before;
    job.after = after;
    job.attempts = attempts;
    job.error = error;
    return job;
  }

  private static byte[] take(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.getInt()];
    buffer.get(bytes);
    return bytes;
  }

  byte[] toBytes() {
    return bytes(0).array();
  }

  byte[] toDeadBytes() {
    return bytes(Integer.BYTES + key.length).array();
  }

  private ByteBuffer bytes(int keyLength) {
    byte[] errorBytes = error.getBytes(UTF_8);
    ByteBuffer buffer = ByteBuffer.allocate(keyLength + FIXED + errorBytes.length + payload.length);
    if (keyLength > 0) {
      buffer.putInt(key.length).put(key);
    }
    return buffer
        .putLong(number)
        .putLong(lease)
        .putLong(endMs)
        .putLong(index)
        .putLong(before)
        .putLong(after)
        .putInt(attempts)
        .putInt(errorBytes.length)
        .put(errorBytes)
        .putInt(payload.length)
        .put(payload);
  }

  String error() {
    return error;
  }

  /** Keeps the beginning of a text, so that the job stays of a size that there is room for. */
  void setError(String text) {
    boolean splits =
        text.length() > MOST_ERROR && Character.isHighSurrogate(text.charAt(MOST_ERROR - 1));
    error = text.substring(0, Math.min(text.length(), splits ? MOST_ERROR - 1 : MOST_ERROR));
  }

  String keyText() {
    return new String(key, UTF_8);
  }

  String id() {
    return Long.toString(number);
  }
}
