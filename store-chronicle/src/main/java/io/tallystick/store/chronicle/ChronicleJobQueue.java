package io.tallystick.store.chronicle;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.store.Deadline;
import io.tallystick.store.JobQueue;
import io.tallystick.store.Limits;
import io.tallystick.store.RetryPolicy;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A queue of a directory, under the policy of one of those who use it. */
final class ChronicleJobQueue implements JobQueue {
  private static final String LEASE_RAN_OUT = "lease ran out";

  private final Session session;
  private final InstantSource clock;
  private final Limits limits;
  private final byte[] name;
  private final RetryPolicy policy;

  ChronicleJobQueue(
      Session session, InstantSource clock, Limits limits, byte[] name, RetryPolicy policy) {
    this.session = session;
    this.clock = clock;
    this.limits = limits;
    this.name = name;
    this.policy = policy;
  }

  /** Does something once those whose time is over are queued, or dead. */
  private <T> T call(Function<QueueRows, T> work) {
    return session.call(
        () -> {
          QueueRows rows = QueueRows.of(session.map(MapKind.JOBS), name);
          byte[] before = rows.head().toBytes();
          moveEnded(rows);
          T result = work.apply(rows);
          if (!Arrays.equals(before, rows.head().toBytes())) {
            rows.putHead();
          }
          return result;
        });
  }

  private void moveEnded(QueueRows rows) {
    long nowMs = clock.millis();
    for (QueueJob job = pollEnded(rows, QueueRows.DELAYED, nowMs);
        job != null;
        job = pollEnded(rows, QueueRows.DELAYED, nowMs)) {
      rows.enqueue(job);
    }
    for (QueueJob job = pollEnded(rows, QueueRows.RUNNING, nowMs);
        job != null;
        job = pollEnded(rows, QueueRows.RUNNING, nowMs)) {
      job.lease = 0;
      if (job.attempts >= policy.attempts()) {
        bury(rows, job, LEASE_RAN_OUT);
      } else {
        rows.enqueue(job);
      }
    }
  }

  private static @Nullable QueueJob pollEnded(QueueRows rows, int heap, long nowMs) {
    if (rows.heap(heap).size() == 0) {
      return null;
    }
    EndHeap.End first = rows.heap(heap).first();
    if (first.ms() > nowMs) {
      return null;
    }
    QueueJob job = rows.require(first.key());
    rows.heap(heap).remove(job);
    return job;
  }

  private static void bury(QueueRows rows, QueueJob job, String error) {
    job.setError(error);
    rows.remove(job);
    rows.bury(job);
  }

  /** The job that a worker runs still, out of the heap; null where its lease was lost. */
  private static @Nullable QueueJob released(QueueRows rows, Job job) {
    QueueJob present = rows.job(job.key().getBytes(UTF_8));
    if (present == null || present.lease == 0 || present.lease != job.lease()) {
      return null;
    }
    rows.heap(QueueRows.RUNNING).remove(present);
    return present;
  }

  @Override
  public boolean offer(String key, byte[] payload) {
    session.requireOpen();
    byte[] bytes = limits.checkKey(key).getBytes(UTF_8);
    limits.checkValue(payload);
    return call(
        rows -> {
          if (rows.job(bytes) != null) {
            return false;
          }
          rows.enqueue(new QueueJob(bytes, rows.head().nextNumber(), payload));
          return true;
        });
  }

  @Override
  public Optional<Job> take(Duration lease) {
    session.requireOpen();
    long endMs = Deadline.after(clock.millis(), lease);
    QueueJob taken =
        call(
            rows -> {
              QueueJob job = rows.dequeue();
              if (job != null) {
                job.attempts++;
                job.lease = rows.head().nextNumber();
                run(rows, job, endMs);
              }
              return job;
            });
    return taken == null
        ? Optional.empty()
        : Optional.of(
            new Job(taken.id(), taken.keyText(), taken.payload, taken.attempts, taken.lease));
  }

  private static void run(QueueRows rows, QueueJob job, long endMs) {
    job.endMs = endMs;
    rows.heap(QueueRows.RUNNING).add(job, job.lease);
  }

  @Override
  public boolean extend(Job job, Duration lease) {
    session.requireOpen();
    long endMs = Deadline.after(clock.millis(), lease);
    return call(
        rows -> {
          QueueJob present = released(rows, job);
          if (present != null) {
            run(rows, present, endMs);
          }
          return present != null;
        });
  }

  @Override
  public boolean acknowledge(Job job) {
    session.requireOpen();
    return call(
        rows -> {
          QueueJob present = released(rows, job);
          if (present != null) {
            rows.remove(present);
          }
          return present != null;
        });
  }

  @Override
  public boolean retry(Job job, String error) {
    session.requireOpen();
    return call(
        rows -> {
          QueueJob present = released(rows, job);
          if (present == null) {
            return false;
          }
          present.lease = 0;
          if (present.attempts >= policy.attempts()) {
            bury(rows, present, error);
          } else {
            delay(rows, present);
          }
          return true;
        });
  }

  private void delay(QueueRows rows, QueueJob job) {
    job.endMs = Deadline.after(clock.millis(), policy.delayAfter(job.attempts));
    rows.heap(QueueRows.DELAYED).add(job, rows.head().nextNumber());
  }

  @Override
  public Optional<State> state(String key) {
    session.requireOpen();
    byte[] bytes = limits.checkKey(key).getBytes(UTF_8);
    return call(rows -> Optional.ofNullable(rows.job(bytes)).map(ChronicleJobQueue::state));
  }

  private static State state(QueueJob job) {
    if (job.lease != 0) {
      return State.RUNNING;
    }
    return job.endMs != 0 ? State.DELAYED : State.QUEUED;
  }

  @Override
  public Sizes sizes() {
    session.requireOpen();
    return call(
        rows ->
            new Sizes(
                rows.head().queued(),
                rows.heap(QueueRows.DELAYED).size(),
                rows.heap(QueueRows.RUNNING).size(),
                rows.head().dead));
  }

  @Override
  public List<DeadLetter> deadLetters(int limit) {
    session.requireOpen();
    return call(
        rows -> {
          List<DeadLetter> letters = new ArrayList<>();
          QueueJob dead = rows.dead(rows.head().firstDead);
          for (; dead != null && letters.size() < limit; dead = rows.dead(dead.after)) {
            letters.add(
                new DeadLetter(
                    dead.id(), dead.keyText(), dead.payload, dead.attempts, dead.error()));
          }
          return letters;
        });
  }

  @Override
  public boolean requeue(String id) {
    session.requireOpen();
    return call(
        rows -> {
          QueueJob dead = dead(rows, id);
          if (dead == null || rows.job(dead.key) != null) {
            return false;
          }
          rows.removeDead(dead);
          dead.attempts = 0;
          dead.setError("");
          rows.enqueue(dead);
          return true;
        });
  }

  @Override
  public boolean discard(String id) {
    session.requireOpen();
    return call(
        rows -> {
          QueueJob dead = dead(rows, id);
          if (dead != null) {
            rows.removeDead(dead);
          }
          return dead != null;
        });
  }

  private static @Nullable QueueJob dead(QueueRows rows, String id) {
    try {
      return rows.dead(Long.parseLong(id));
    } catch (NumberFormatException e) {
      return null; // no id of this store
    }
  }
}
