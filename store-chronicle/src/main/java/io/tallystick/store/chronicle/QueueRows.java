package io.tallystick.store.chronicle;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one queue in its map, in a call.
 *
 * <p>A row is under a letter, the queue's number, and: J, a key: the job of this key that is not
 * dead. Q, a place: the key of a queued job. 0 or 1, an index: an end and a key of the heap of
 * delayed or of running jobs (see {@link EndHeap}). D, a job's number: a dead job, which names the
 * ones that died before and after it. Under N and the queue's name there is its {@link QueueHead};
 * under M and its number its name, for {@link QueueRepair} alone.
 */
final class QueueRows {
  static final int DELAYED = 0;
  static final int RUNNING = 1;

  static final byte HEAD = 'N';
  static final byte JOB = 'J';
  static final byte PLACE = 'Q';
  static final byte DEAD = 'D';
  static final byte NAME = 'M';
  static final byte COUNTER = 'C';
  static final byte[] HEAPS = {'0', '1'};
  static final byte[] COUNTER_KEY = {COUNTER};

  private final MapFile map;
  private final byte[] headKey;
  private final QueueHead head;
  private final boolean isNew;
  private final EndHeap[] heaps;

  private QueueRows(MapFile map, byte[] headKey, QueueHead head, boolean isNew) {
    this.map = map;
    this.headKey = headKey;
    this.head = head;
    this.isNew = isNew;
    this.heaps = new EndHeap[] {new EndHeap(this, DELAYED), new EndHeap(this, RUNNING)};
  }

  /** The rows of a queue; those of a new one where there is none. */
  static QueueRows of(MapFile map, byte[] name) {
    byte[] key = RowKey.of(HEAD, name);
    byte[] bytes = map.get(key);
    return bytes == null
        ? new QueueRows(map, key, new QueueHead(nextQueue(map)), true)
        : new QueueRows(map, key, new QueueHead(bytes), false);
  }

  /** The rows of a queue that is to have all of its jobs put anew. */
  static QueueRows rebuilt(MapFile map, byte[] name, QueueHead head) {
    return new QueueRows(map, RowKey.of(HEAD, name), head, false);
  }

  private static long nextQueue(MapFile map) {
    byte[] present = map.get(COUNTER_KEY);
    return present == null ? 1 : ByteBuffer.wrap(present).getLong() + 1;
  }

  /** The names of all queues; looks at every row. */
  static List<byte[]> names(MapFile map) {
    List<byte[]> names = new ArrayList<>();
    map.forEach(
        (key, value) -> {
          if (key[0] == HEAD) {
            names.add(Arrays.copyOfRange(key, 1, key.length));
          }
        });
    return names;
  }

  /** The names of the queues that have jobs, sorted; looks at every row. */
  static List<String> namesWithJobs(MapFile map) {
    List<String> names = new ArrayList<>();
    map.forEach(
        (key, value) -> {
          if (key[0] == HEAD && new QueueHead(value).jobs() > 0) {
            names.add(new String(key, 1, key.length - 1, UTF_8));
          }
        });
    Collections.sort(names);
    return names;
  }

  /** How many jobs all queues have; looks at every row. */
  static long jobs(MapFile map) {
    long[] jobs = new long[1];
    map.forEach((key, value) -> jobs[0] += key[0] == HEAD ? new QueueHead(value).jobs() : 0);
    return jobs[0];
  }

  QueueHead head() {
    return head;
  }

  EndHeap heap(int number) {
    return heaps[number];
  }

  /** Writes the head, as the last of what a call does. */
  void putHead() {
    if (isNew) {
      map.put(COUNTER_KEY, ByteBuffer.allocate(Long.BYTES).putLong(head.number).array());
      map.put(RowKey.of(NAME, head.number), Arrays.copyOfRange(headKey, 1, headKey.length));
    }
    map.put(headKey, head.toBytes());
  }

  // ---- jobs that are not dead ----

  @Nullable QueueJob job(byte[] key) {
    byte[] bytes = map.get(RowKey.of(JOB, head.number, key));
    return bytes == null ? null : QueueJob.of(key, bytes);
  }

  void put(QueueJob job) {
    map.put(RowKey.of(JOB, head.number, job.key), job.toBytes());
  }

  void remove(QueueJob job) {
    map.remove(RowKey.of(JOB, head.number, job.key));
  }

  // ---- the row ----

  /** Puts a job behind all that are queued. */
  void enqueue(QueueJob job) {
    map.put(RowKey.of(PLACE, head.number, head.next++), job.key);
    job.lease = 0;
    job.endMs = 0;
    put(job);
  }

  /** The job that is queued at a place. */
  QueueJob queued(long place) {
    return require(map.get(RowKey.of(PLACE, head.number, place)));
  }

  /** Takes the first job from the row; null where there is none. */
  @Nullable QueueJob dequeue() {
    if (head.queued() == 0) {
      return null;
    }
    QueueJob job = queued(head.first);
    map.remove(RowKey.of(PLACE, head.number, head.first++));
    return job;
  }

  /** The job of a key that another row names. */
  QueueJob require(byte @Nullable [] key) {
    QueueJob job = key == null ? null : job(key);
    if (job == null) {
      throw new StoreException(
          Category.CORRUPT, "job is missing: key=" + (key == null ? "" : new String(key, UTF_8)));
    }
    return job;
  }

  // ---- ends ----

  EndHeap.End end(int heap, long index) {
    byte[] bytes = map.get(RowKey.of(HEAPS[heap], head.number, index));
    if (bytes == null) {
      throw new StoreException(Category.CORRUPT, "end is missing: index=" + index);
    }
    return EndHeap.End.of(bytes);
  }

  void putEnd(int heap, long index, EndHeap.End end) {
    map.put(RowKey.of(HEAPS[heap], head.number, index), end.toBytes());
  }

  void removeEnd(int heap, long index) {
    map.remove(RowKey.of(HEAPS[heap], head.number, index));
  }

  // ---- dead letters ----

  @Nullable QueueJob dead(long number) {
    byte[] bytes = map.get(RowKey.of(DEAD, head.number, number));
    return bytes == null ? null : QueueJob.ofDead(bytes);
  }

  /** Puts a job behind all that are dead. */
  void bury(QueueJob job) {
    job.lease = 0;
    job.endMs = 0;
    job.before = head.lastDead;
    job.after = 0;
    QueueJob last = head.lastDead == 0 ? null : dead(head.lastDead);
    if (last != null) {
      last.after = job.number;
      putDead(last);
    } else {
      head.firstDead = job.number;
    }
    head.lastDead = job.number;
    head.dead++;
    putDead(job);
  }

  private void putDead(QueueJob job) {
    map.put(RowKey.of(DEAD, head.number, job.number), job.toDeadBytes());
  }

  void removeDead(QueueJob job) {
    QueueJob before = job.before == 0 ? null : dead(job.before);
    QueueJob after = job.after == 0 ? null : dead(job.after);
    if (before != null) {
      before.after = job.after;
      putDead(before);
    } else {
      head.firstDead = job.after;
    }
    if (after != null) {
      after.before = job.before;
      putDead(after);
    } else {
      head.lastDead = job.before;
    }
    head.dead--;
    map.remove(RowKey.of(DEAD, head.number, job.number));
  }

  // ---- all jobs, in their order ----

  void forEachQueued(Consumer<QueueJob> action) {
    for (long place = head.first; place < head.next; place++) {
      action.accept(queued(place));
    }
  }

  void forEachWaiting(int heap, Consumer<QueueJob> action) {
    List<EndHeap.End> ends = new ArrayList<>();
    for (long index = 0; index < head.waiting[heap]; index++) {
      ends.add(end(heap, index));
    }
    ends.sort((a, b) -> a.isBefore(b) ? -1 : b.isBefore(a) ? 1 : 0);
    ends.forEach(end -> action.accept(require(end.key())));
  }

  void forEachDead(Consumer<QueueJob> action) {
    for (QueueJob job = dead(head.firstDead); job != null; job = dead(job.after)) {
      action.accept(job);
    }
  }
}
