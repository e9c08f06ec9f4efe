package io.tallystick.store.chronicle;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The queues of a map of which rows may be lost: those whose rows do not go together are put anew,
 * with the jobs that are there. In a call.
 *
 * <p>A job says itself whether it is queued, delayed or running. Jobs keep their place where it is
 * known, and come last where it is not; dead ones are in the order in which they were offered. A
 * queue whose name is nowhere any more is removed.
 */
final class QueueRepair {
  private static final System.Logger LOG = System.getLogger("io.tallystick");

  private final MapFile map;
  private final Map<Long, Queue> queues = new HashMap<>();
  private long counter;

  QueueRepair(MapFile map) {
    this.map = map;
  }

  /** What is there of a queue. */
  private static final class Queue {
    final long number;
    final List<byte[]> keys = new ArrayList<>(); // of its rows, but for head and name
    final Map<String, QueueJob> jobs = new HashMap<>();
    final TreeMap<Long, String> places = new TreeMap<>();
    final List<TreeMap<Long, EndHeap.End>> heaps = List.of(new TreeMap<>(), new TreeMap<>());
    final Map<Long, QueueJob> dead = new HashMap<>();
    byte @Nullable [] name;
    @Nullable QueueHead head;

    Queue(long number) {
      this.number = number;
    }

    long size() {
      return (long) jobs.size() + dead.size();
    }
  }

  void run() {
    map.forEach(this::read);
    long highest = counter;
    for (Queue queue : queues.values()) {
      highest = Math.max(highest, queue.number);
      if (!isWhole(queue)) {
        rebuild(queue);
      }
    }
    if (highest != counter) {
      map.put(QueueRows.COUNTER_KEY, ByteBuffer.allocate(Long.BYTES).putLong(highest).array());
    }
  }

  private Queue queue(long number) {
    return queues.computeIfAbsent(number, Queue::new);
  }

  private void read(byte[] key, byte[] value) {
    ByteBuffer rest = ByteBuffer.wrap(key, 1, key.length - 1);
    if (key[0] == QueueRows.COUNTER) {
      counter = ByteBuffer.wrap(value).getLong();
    } else if (key[0] == QueueRows.HEAD) {
      QueueHead head = new QueueHead(value);
      queue(head.number).head = head;
      queue(head.number).name = remaining(rest);
    } else if (key[0] == QueueRows.NAME) {
      queue(rest.getLong()).name = value;
    } else {
      Queue queue = queue(rest.getLong());
      queue.keys.add(key);
      read(queue, key[0], rest, value);
    }
  }

  private static void read(Queue queue, byte letter, ByteBuffer rest, byte[] value) {
    if (letter == QueueRows.JOB) {
      byte[] key = remaining(rest);
      queue.jobs.put(text(key), QueueJob.of(key, value));
    } else if (letter == QueueRows.PLACE) {
      queue.places.put(rest.getLong(), text(value));
    } else if (letter == QueueRows.DEAD) {
      queue.dead.put(rest.getLong(), QueueJob.ofDead(value));
    } else {
      int heap =
          letter == QueueRows.HEAPS[QueueRows.DELAYED] ? QueueRows.DELAYED : QueueRows.RUNNING;
      queue.heaps.get(heap).put(rest.getLong(), EndHeap.End.of(value));
    }
  }

  private static byte[] remaining(ByteBuffer rest) {
    byte[] bytes = new byte[rest.remaining()];
    rest.get(bytes);
    return bytes;
  }

  private static String text(byte[] key) {
    return new String(key, ISO_8859_1); // a key of a map: bytes have no equals
  }

  // ---- do the rows go together? ----

  private static boolean isWhole(Queue queue) {
    QueueHead head = queue.head;
    if (head == null || !isRange(queue.places.keySet(), head.first, head.next)) {
      return false;
    }
    Set<String> known = new HashSet<>(queue.places.values());
    boolean whole = known.stream().allMatch(key -> isIn(queue.jobs.get(key), NOWHERE));
    for (int heap = 0; heap < queue.heaps.size(); heap++) {
      whole &= isRange(queue.heaps.get(heap).keySet(), 0, head.waiting[heap]);
      for (Map.Entry<Long, EndHeap.End> end : queue.heaps.get(heap).entrySet()) {
        QueueJob job = queue.jobs.get(text(end.getValue().key()));
        whole &= isIn(job, heap) && job != null && job.index == end.getKey();
        known.add(text(end.getValue().key()));
      }
    }
    long named = queue.places.size() + head.waiting[0] + head.waiting[1];
    return whole && known.size() == named && queue.jobs.size() == named && isChain(queue, head);
  }

  private static final int NOWHERE = -1; // in no heap, so that it is queued

  private static boolean isIn(@Nullable QueueJob job, int heap) {
    return job != null && heapOf(job) == heap;
  }

  private static int heapOf(QueueJob job) {
    return job.lease != 0 ? QueueRows.RUNNING : job.endMs != 0 ? QueueRows.DELAYED : NOWHERE;
  }

  private static boolean isRange(Set<Long> sorted, long from, long to) {
    long expected = from;
    for (long each : sorted) {
      if (each != expected++) {
        return false;
      }
    }
    return expected == to;
  }

  private static boolean isChain(Queue queue, QueueHead head) {
    long before = 0;
    long length = 0;
    for (long at = head.firstDead; at != 0 && length <= head.dead; length++) {
      QueueJob job = queue.dead.get(at);
      if (job == null || job.before != before) {
        return false;
      }
      before = at;
      at = job.after;
    }
    return length == head.dead && length == queue.dead.size() && before == head.lastDead;
  }

  // ---- putting them anew ----

  private void rebuild(Queue queue) {
    queue.keys.forEach(map::remove);
    byte[] name = queue.name;
    if (name == null) {
      warn("queue is lost: jobs={0}", queue.size());
      return;
    }
    QueueHead head = new QueueHead(queue.number);
    head.latest = queue.head == null ? 0 : queue.head.latest;
    List<QueueJob> all = new ArrayList<>(queue.jobs.values());
    all.addAll(queue.dead.values());
    all.forEach(job -> head.latest = Math.max(head.latest, Math.max(job.number, job.lease)));
    QueueRows rows = QueueRows.rebuilt(map, name, head);
    Map<String, Long> places = new HashMap<>();
    queue.places.forEach((place, key) -> places.put(key, place));
    Comparator<QueueJob> byNumber = Comparator.comparingLong(job -> job.number);
    queue.jobs.values().stream()
        .sorted(
            Comparator.comparingLong(
                    (QueueJob job) -> places.getOrDefault(text(job.key), Long.MAX_VALUE))
                .thenComparing(byNumber))
        .forEach(job -> put(rows, job));
    queue.dead.values().stream().sorted(byNumber).forEach(rows::bury);
    rows.putHead();
    map.put(RowKey.of(QueueRows.NAME, queue.number), name);
    warn(
        "queue had lost entries, and was put anew: queue={0} jobs={1} lost={2}",
        new String(name, UTF_8),
        queue.size(),
        queue.head == null ? "unknown" : queue.head.jobs() - queue.size());
  }

  private static void put(QueueRows rows, QueueJob job) {
    int heap = heapOf(job);
    if (heap == NOWHERE) {
      rows.enqueue(job);
    } else {
      rows.heap(heap).add(job, heap == QueueRows.RUNNING ? job.lease : job.number);
    }
  }

  private static void warn(String format, Object... values) {
    LOG.log(System.Logger.Level.WARNING, format, values);
  }
}
