package io.tallystick.store.chronicle;

import java.nio.ByteBuffer;

/**
 * A binary heap of ends of leases, or of delays, whose places are rows: the earliest end is at
 * index 0, and a job knows its own index, so that it leaves from anywhere. Costs the logarithm of
 * its size. In a call.
 */
final class EndHeap {
  private final QueueRows rows;
  private final int number;

  EndHeap(QueueRows rows, int number) {
    this.rows = rows;
    this.number = number;
  }

  /** An end: when, which came first of those that end at once, and whose. */
  record End(long ms, long order, @SuppressWarnings("ArrayRecordComponent") byte[] key) {
    static End of(byte[] bytes) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      long ms = buffer.getLong();
      long order = buffer.getLong();
      byte[] key = new byte[buffer.remaining()];
      buffer.get(key);
      return new End(ms, order, key);
    }

    byte[] toBytes() {
      return ByteBuffer.allocate(2 * Long.BYTES + key.length)
          .putLong(ms)
          .putLong(order)
          .put(key)
          .array();
    }

    boolean isBefore(End other) {
      return ms != other.ms ? ms < other.ms : order < other.order;
    }
  }

  long size() {
    return rows.head().waiting[number];
  }

  /** The earliest end. */
  End first() {
    return rows.end(number, 0);
  }

  /** Adds a job, and writes it. */
  void add(QueueJob job, long order) {
    End end = new End(job.endMs, order, job.key);
    long index = rows.head().waiting[number]++;
    job.index = risen(index, end);
    rows.putEnd(number, job.index, end);
    rows.put(job);
  }

  /** Removes a job; its own row is the caller's to write. */
  void remove(QueueJob job) {
    long last = --rows.head().waiting[number];
    if (job.index != last) {
      End moved = rows.end(number, last);
      long index = risen(job.index, moved);
      place(index == job.index ? sunk(index, last, moved) : index, moved);
    }
    rows.removeEnd(number, last);
  }

  /** Makes way for an end upwards from an index that is free; returns where it belongs. */
  private long risen(long index, End end) {
    long at = index;
    while (at > 0) {
      long parent = (at - 1) / 2;
      End above = rows.end(number, parent);
      if (!end.isBefore(above)) {
        break;
      }
      place(at, above);
      at = parent;
    }
    return at;
  }

  private long sunk(long index, long size, End end) {
    long at = index;
    for (long child = 2 * at + 1; child < size; child = 2 * at + 1) {
      End below = rows.end(number, child);
      if (child + 1 < size) {
        End right = rows.end(number, child + 1);
        if (right.isBefore(below)) {
          below = right;
          child++;
        }
      }
      if (!below.isBefore(end)) {
        break;
      }
      place(at, below);
      at = child;
    }
    return at;
  }

  private void place(long index, End end) {
    rows.putEnd(number, index, end);
    QueueJob job = rows.require(end.key());
    job.index = index;
    rows.put(job);
  }
}
