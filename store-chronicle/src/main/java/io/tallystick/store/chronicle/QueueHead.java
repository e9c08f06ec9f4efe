package io.tallystick.store.chronicle;

import java.nio.ByteBuffer;

/**
 * What is known of a queue as a whole. Not thread-safe.
 *
 * <p>Layout: nine longs, big-endian: the queue's number; the latest number that was given; the
 * first and the next place of the row; how many are delayed, running and dead; the first and the
 * last dead job, 0 for none.
 */
final class QueueHead {
  private static final int LONGS = 9;

  final long number;
  long latest;
  long first;
  long next;
  long firstDead;
  long lastDead;
  long dead;
  final long[] waiting = new long[2]; // by heap

  QueueHead(long number) {
    this.number = number;
  }

  QueueHead(byte[] bytes) {
    ByteBuffer words = ByteBuffer.wrap(bytes);
    number = words.getLong();
    latest = words.getLong();
    first = words.getLong();
    next = words.getLong();
    waiting[0] = words.getLong();
    waiting[1] = words.getLong();
    dead = words.getLong();
    firstDead = words.getLong();
    lastDead = words.getLong();
  }

  byte[] toBytes() {
    return ByteBuffer.allocate(LONGS * Long.BYTES)
        .putLong(number)
        .putLong(latest)
        .putLong(first)
        .putLong(next)
        .putLong(waiting[0])
        .putLong(waiting[1])
        .putLong(dead)
        .putLong(firstDead)
        .putLong(lastDead)
        .array();
  }

  long nextNumber() {
    return ++latest;
  }

  long jobs() {
    return queued() + waiting[0] + waiting[1] + dead;
  }

  long queued() {
    return next - first;
  }
}
