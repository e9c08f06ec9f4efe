package io.tallystick.store;

import io.tallystick.store.MemoryQueue.End;
import io.tallystick.store.MemoryQueue.Entry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A queue of a memory store, under the policy of one of those who use it. */
final class MemoryJobQueue implements JobQueue {
  private static final String LEASE_RAN_OUT = "lease ran out";

  private final MemoryStore store;
  private final MemoryQueue queue;
  private final RetryPolicy policy;

  MemoryJobQueue(MemoryStore store, MemoryQueue queue, RetryPolicy policy) {
    this.store = store;
    this.queue = queue;
    this.policy = policy;
  }

  @Override
  public boolean offer(String key, byte[] payload) {
    store.requireOpen();
    store.limits().checkKey(key);
    byte[] copy = store.limits().copyValue(payload);
    synchronized (queue) {
      moveEnded();
      if (queue.byKey().containsKey(key)) {
        return false;
      }
      store.room().take(Room.bytesOf(key, copy));
      enqueue(new Entry(Long.toString(queue.next()), key, copy));
      return true;
    }
  }

  private void enqueue(Entry entry) {
    queue.byKey().put(entry.key, entry);
    queue.enqueue(entry);
  }

  @Override
  public Optional<Job> take(Duration lease) {
    store.requireOpen();
    long endMs = Deadline.after(store.clock().millis(), lease);
    synchronized (queue) {
      moveEnded();
      Map.Entry<Long, Entry> first = queue.queued().pollFirstEntry();
      if (first == null) {
        return Optional.empty();
      }
      Entry entry = first.getValue();
      entry.attempts++;
      entry.lease = queue.next();
      entry.endMs = endMs;
      queue.running().put(entry.end(), entry);
      return Optional.of(
          new Job(entry.id, entry.key, entry.payload.clone(), entry.attempts, entry.lease));
    }
  }

  /** Queues jobs whose delays or leases have run out; of the latter some are dead letters then. */
  private void moveEnded() {
    long nowMs = store.clock().millis();
    for (Entry entry = pollEnded(queue.delayed(), nowMs);
        entry != null;
        entry = pollEnded(queue.delayed(), nowMs)) {
      queue.enqueue(entry);
    }
    for (Entry entry = pollEnded(queue.running(), nowMs);
        entry != null;
        entry = pollEnded(queue.running(), nowMs)) {
      entry.lease = 0;
      if (entry.attempts >= policy.attempts()) {
        bury(entry, LEASE_RAN_OUT);
      } else {
        queue.enqueue(entry);
      }
    }
  }

  private static @Nullable Entry pollEnded(NavigableMap<End, Entry> entries, long nowMs) {
    if (entries.isEmpty() || entries.firstKey().ms() > nowMs) {
      return null;
    }
    return entries.remove(entries.firstKey());
  }

  private void bury(Entry entry, String error) {
    entry.error = error;
    queue.byKey().remove(entry.key);
    queue.dead().put(entry.id, entry);
  }

  /** Ends the running of a job whose lease is the one it was taken with; null where it is not. */
  private @Nullable Entry release(Job job) {
    moveEnded();
    Entry entry = queue.byKey().get(job.key());
    if (entry == null || entry.lease == 0 || entry.lease != job.lease()) {
      return null;
    }
    queue.running().remove(entry.end());
    return entry;
  }

  @Override
  public boolean extend(Job job, Duration lease) {
    store.requireOpen();
    long endMs = Deadline.after(store.clock().millis(), lease);
    synchronized (queue) {
      Entry entry = release(job);
      if (entry == null) {
        return false;
      }
      entry.endMs = endMs;
      queue.running().put(entry.end(), entry);
      return true;
    }
  }

  @Override
  public boolean acknowledge(Job job) {
    store.requireOpen();
    synchronized (queue) {
      Entry entry = release(job);
      if (entry == null) {
        return false;
      }
      queue.byKey().remove(entry.key);
      store.room().give(Room.bytesOf(entry.key, entry.payload));
      return true;
    }
  }

  @Override
  public boolean retry(Job job, String error) {
    store.requireOpen();
    synchronized (queue) {
      Entry entry = release(job);
      if (entry == null) {
        return false;
      }
      entry.lease = 0;
      if (entry.attempts >= policy.attempts()) {
        bury(entry, error);
      } else {
        long nowMs = store.clock().millis();
        entry.endMs = Deadline.after(nowMs, policy.delayAfter(entry.attempts));
        queue.delayed().put(new End(entry.endMs, queue.next()), entry);
      }
      return true;
    }
  }

  @Override
  public Optional<State> state(String key) {
    store.requireOpen();
    store.limits().checkKey(key);
    synchronized (queue) {
      moveEnded();
      return Optional.ofNullable(queue.byKey().get(key)).map(MemoryJobQueue::state);
    }
  }

  private static State state(Entry entry) {
    if (entry.lease != 0) {
      return State.RUNNING;
    }
    return entry.endMs != 0 ? State.DELAYED : State.QUEUED;
  }

  @Override
  public Sizes sizes() {
    store.requireOpen();
    synchronized (queue) {
      moveEnded();
      return new Sizes(
          queue.queued().size(),
          queue.delayed().size(),
          queue.running().size(),
          queue.dead().size());
    }
  }

  @Override
  public List<DeadLetter> deadLetters(int limit) {
    store.requireOpen();
    synchronized (queue) {
      moveEnded();
      return queue.dead().values().stream()
          .limit(limit)
          .map(e -> new DeadLetter(e.id, e.key, e.payload.clone(), e.attempts, e.error))
          .toList();
    }
  }

  @Override
  public boolean requeue(String id) {
    store.requireOpen();
    synchronized (queue) {
      moveEnded();
      Entry entry = queue.dead().get(id);
      if (entry == null || queue.byKey().containsKey(entry.key)) {
        return false;
      }
      queue.dead().remove(id);
      entry.attempts = 0;
      enqueue(entry);
      return true;
    }
  }

  @Override
  public boolean discard(String id) {
    store.requireOpen();
    synchronized (queue) {
      Entry entry = queue.dead().remove(id);
      if (entry == null) {
        return false;
      }
      store.room().give(Room.bytesOf(entry.key, entry.payload));
      return true;
    }
  }
}
