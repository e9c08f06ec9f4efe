package io.tallystick.store.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.store.Deadline;
import io.tallystick.store.JobQueue;
import io.tallystick.store.RetryPolicy;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A queue of a database, under the policy of one of those who use it.
 *
 * <p>Each call that writes moves some of the jobs whose delays or leases have run out, so that no
 * transaction is long however many these are. Calls that need all of them moved are run once they
 * are, after as many transactions as that takes.
 */
final class SqliteJobQueue implements JobQueue {
  private final SqliteStore store;
  private final byte[] name;
  private final RetryPolicy policy;

  SqliteJobQueue(SqliteStore store, byte[] name, RetryPolicy policy) {
    this.store = store;
    this.name = name;
    this.policy = policy;
  }

  /** Does something in a transaction, after some of what has run out was moved. */
  private <T> T write(QueueWork<T> work) {
    return store
        .writer()
        .write(
            session -> {
              JobRows jobs = JobRows.ofQueue(session, name);
              jobs.moveEnded(policy, store.nowMs());
              return work.run(jobs);
            });
  }

  /** Does something in a transaction, once all that has run out was moved. */
  private <T> T writeSettled(QueueWork<T> work) {
    Optional<T> result = Optional.empty();
    while (result.isEmpty()) {
      result =
          write(
              jobs ->
                  jobs.hasEnded(store.nowMs()) ? Optional.empty() : Optional.of(work.run(jobs)));
    }
    return result.get();
  }

  /** Does what needs no transaction unless something has run out. */
  private <T> T read(QueueWork<T> work) {
    store.requireOpen();
    Optional<T> result =
        store
            .readers()
            .snapshot(
                session -> {
                  JobRows jobs = JobRows.ofQueue(session, name);
                  return jobs.hasEnded(store.nowMs())
                      ? Optional.empty()
                      : Optional.of(work.run(jobs));
                });
    return result.isPresent() ? result.get() : writeSettled(work);
  }

  @Override
  public boolean offer(String key, byte[] payload) {
    store.requireOpen();
    byte[] bytes = store.limits().checkKey(key).getBytes(UTF_8);
    byte[] copy = store.limits().copyValue(payload);
    return store
        .writer()
        .write(
            session -> {
              JobRows jobs = JobRows.ofQueueThatIs(session, name);
              jobs.moveEnded(policy, store.nowMs());
              jobs.moveEnded(policy, bytes, store.nowMs());
              if (jobs.isPending(bytes)) {
                return false;
              }
              jobs.insert(JobRows.State.QUEUED, bytes, copy, 0, 0, "");
              return true;
            });
  }

  @Override
  public Optional<Job> take(Duration lease) {
    Duration checked = Deadline.checked(lease);
    while (store.readers().read(session -> JobRows.canTake(session, name, store.nowMs()))) {
      Optional<Job> taken = write(jobs -> jobs.take(Deadline.after(store.nowMs(), checked)));
      if (taken.isPresent()) {
        return taken; // else others were faster, or all that was moved is dead
      }
    }
    return Optional.empty(); // so that those who look in vain do not keep others from writing
  }

  @Override
  public boolean extend(Job job, Duration lease) {
    store.requireOpen();
    Duration checked = Deadline.checked(lease);
    return write(
        jobs -> {
          long nowMs = store.nowMs(); // once the transaction has begun, which may have to wait
          return jobs.extend(job, Deadline.after(nowMs, checked), nowMs);
        });
  }

  @Override
  public boolean acknowledge(Job job) {
    store.requireOpen();
    return write(jobs -> jobs.end(job, store.nowMs()));
  }

  @Override
  public boolean retry(Job job, String error) {
    store.requireOpen();
    Objects.requireNonNull(error);
    return write(jobs -> retry(jobs, job, error));
  }

  private boolean retry(JobRows jobs, Job job, String error) throws SQLException {
    int attempts = jobs.attempts(job, store.nowMs());
    if (attempts == 0) {
      return false;
    }
    long id = Long.parseLong(job.id());
    if (attempts >= policy.attempts()) {
      jobs.move(id, JobRows.State.DEAD, 0, error);
    } else {
      Duration delay = policy.delayAfter(attempts);
      jobs.move(id, JobRows.State.DELAYED, Deadline.after(store.nowMs(), delay), error);
    }
    return true;
  }

  @Override
  public Optional<State> state(String key) {
    store.requireOpen();
    byte[] bytes = store.limits().checkKey(key).getBytes(UTF_8);
    return read(jobs -> jobs.state(bytes));
  }

  @Override
  public Sizes sizes() {
    return read(JobRows::sizes);
  }

  @Override
  public List<DeadLetter> deadLetters(int limit) {
    return read(jobs -> jobs.deadLetters(limit));
  }

  @Override
  public boolean requeue(String id) {
    store.requireOpen();
    Long number = JobRows.toNumber(id);
    return number != null && writeSettled(jobs -> jobs.requeue(number));
  }

  @Override
  public boolean discard(String id) {
    store.requireOpen();
    Long number = JobRows.toNumber(id);
    return number != null && writeSettled(jobs -> jobs.discard(number));
  }

  /** What is done with a queue's jobs. */
  private interface QueueWork<T> {
    T run(JobRows jobs) throws SQLException;
  }
}
