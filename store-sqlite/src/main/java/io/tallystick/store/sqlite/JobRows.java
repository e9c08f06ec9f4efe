package io.tallystick.store.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.store.JobQueue;
import io.tallystick.store.JobQueue.DeadLetter;
import io.tallystick.store.JobQueue.Job;
import io.tallystick.store.JobQueue.Sizes;
import io.tallystick.store.RetryPolicy;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one queue's jobs, in a transaction. Ids, places and leases are numbers that no other
 * job, place or lease of the file has; triggers count the states.
 */
final class JobRows {
  private static final int MOST_MOVED = 500;
  private static final String LEASE_RAN_OUT = "lease ran out";
  private static final long NO_QUEUE = 0;
  private static final String ENDED =
      " FROM tallystick_jobs INDEXED BY tallystick_jobs_end"
          + " WHERE queue = ? AND state IN (1, 2) AND end_ms <= ?";
  private static final String OF_WORKER =
      " WHERE id = ? AND queue = ? AND state = 2 AND lease = ? AND end_ms > ?";
  private static final String PENDING =
      "SELECT 1 FROM tallystick_jobs WHERE queue = ? AND key = ? AND state < 3";

  private final Session session;
  private final long queue;

  private JobRows(Session session, long queue) {
    this.session = session;
    this.queue = queue;
  }

  /** The jobs of a queue that need not be there. */
  static JobRows ofQueue(Session session, byte[] name) throws SQLException {
    return new JobRows(
        session, session.number(NO_QUEUE, "SELECT id FROM tallystick_queues WHERE name = ?", name));
  }

  /** The jobs of a queue that is there from now on. */
  static JobRows ofQueueThatIs(Session session, byte[] name) throws SQLException {
    JobRows present = ofQueue(session, name);
    if (present.queue != NO_QUEUE) {
      return present;
    }
    session.update("INSERT INTO tallystick_queues (name) VALUES (?)", name);
    return ofQueue(session, name);
  }

  /** The names of the queues that have jobs. */
  static List<String> queues(Session session) throws SQLException {
    List<String> names =
        session.list(
            "SELECT name FROM tallystick_queues WHERE queued + delayed + running + dead > 0",
            row -> new String(row.getBytes(1), UTF_8));
    return names.stream().sorted().toList();
  }

  private long next() throws SQLException {
    return session.number(0, "UPDATE tallystick_numbers SET latest = latest + 1 RETURNING latest");
  }

  boolean hasEnded(long nowMs) throws SQLException {
    return queue != NO_QUEUE
        && session.number(0, "SELECT 1" + ENDED + " LIMIT 1", queue, nowMs) > 0;
  }

  /**
   * Queues jobs whose delays or leases have run out; of the latter some are dead letters then. It
   * does so with some of them, those that ended first: others wait for the transaction.
   */
  void moveEnded(RetryPolicy policy, long nowMs) throws SQLException {
    if (hasEnded(nowMs)) {
      move(
          policy,
          session.list(
              "SELECT id, state, attempts FROM (SELECT id, state, attempts, end_ms, place"
                  + (ENDED + " ORDER BY end_ms LIMIT " + MOST_MOVED)
                  + ") ORDER BY state, end_ms, place",
              JobRows::ended,
              queue,
              nowMs));
    }
  }

  /** Does so with the job of a key, where its delay or lease has run out. */
  void moveEnded(RetryPolicy policy, byte[] key, long nowMs) throws SQLException {
    move(
        policy,
        session.list(
            "SELECT id, state, attempts FROM tallystick_jobs"
                + " WHERE queue = ? AND key = ? AND state < 3 AND state > 0 AND end_ms <= ?",
            JobRows::ended,
            queue,
            key,
            nowMs));
  }

  private void move(RetryPolicy policy, List<Ended> all) throws SQLException {
    for (Ended ended : all) {
      boolean isDead = ended.state == State.RUNNING && ended.attempts >= policy.attempts();
      move(ended.id, isDead ? State.DEAD : State.QUEUED, 0, isDead ? LEASE_RAN_OUT : "");
    }
  }

  private static Ended ended(ResultSet row) throws SQLException {
    return new Ended(row.getLong(1), row.getInt(2), row.getInt(3));
  }

  boolean isPending(byte[] key) throws SQLException {
    return session.number(0, PENDING, queue, key) > 0;
  }

  /** The state of the job of a key that is not dead. */
  Optional<JobQueue.State> state(byte[] key) throws SQLException {
    long state =
        session.number(
            State.DEAD,
            "SELECT state FROM tallystick_jobs WHERE queue = ? AND key = ? AND state < 3",
            queue,
            key);
    return state == State.DEAD
        ? Optional.empty()
        : Optional.of(
            state == State.RUNNING
                ? JobQueue.State.RUNNING
                : state == State.DELAYED ? JobQueue.State.DELAYED : JobQueue.State.QUEUED);
  }

  /** Whether a dead letter of a key is there that has no later place than this. */
  boolean isDead(byte[] key, long place) throws SQLException {
    return session.number(
            0,
            "SELECT 1 FROM tallystick_jobs"
                + " WHERE queue = ? AND state = 3 AND place <= ? AND key = ? LIMIT 1",
            queue,
            place,
            key)
        > 0;
  }

  void insert(int state, byte[] key, byte[] payload, long endMs, long attempts, String error)
      throws SQLException {
    long number = next();
    session.update(
        "INSERT INTO tallystick_jobs"
            + " (id, queue, state, place, end_ms, lease, attempts, error, key, payload)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        number,
        queue,
        (long) state,
        number,
        endMs,
        state == State.RUNNING ? number : 0L,
        attempts,
        error,
        key,
        payload);
  }

  /** Whether a job of a queue can be taken, or will be once those that ended are moved. */
  static boolean canTake(Session session, byte[] name, long nowMs) throws SQLException {
    return session.number(
            0,
            "SELECT q.queued > 0 OR EXISTS (SELECT 1 FROM tallystick_jobs"
                + " INDEXED BY tallystick_jobs_end"
                + " WHERE queue = q.id AND state IN (1, 2) AND end_ms <= ?)"
                + " FROM tallystick_queues q WHERE q.name = ?",
            nowMs,
            name)
        > 0;
  }

  /** Takes the job that was queued first. */
  Optional<Job> take(long endMs) throws SQLException {
    return Optional.ofNullable(
        session.first(
            "UPDATE tallystick_jobs SET state = 2, attempts = attempts + 1, end_ms = ?, lease = ?"
                + " WHERE id = (SELECT id FROM tallystick_jobs"
                + " WHERE queue = ? AND state = 0 ORDER BY place LIMIT 1)"
                + " RETURNING id, key, payload, attempts, lease",
            row ->
                new Job(
                    row.getString(1),
                    new String(Session.bytes(row, 2), UTF_8),
                    Session.bytes(row, 3),
                    row.getInt(4),
                    row.getLong(5)),
            endMs,
            next(),
            queue));
  }

  boolean extend(Job job, long endMs, long nowMs) throws SQLException {
    return session.update(
            "UPDATE tallystick_jobs SET end_ms = ?" + OF_WORKER,
            endMs,
            toNumber(job.id()),
            queue,
            job.lease(),
            nowMs)
        > 0;
  }

  boolean end(Job job, long nowMs) throws SQLException {
    return session.update(
            "DELETE FROM tallystick_jobs" + OF_WORKER,
            toNumber(job.id()),
            queue,
            job.lease(),
            nowMs)
        > 0;
  }

  /** How often a job was taken whose worker has its lease; 0 where that was lost. */
  int attempts(Job job, long nowMs) throws SQLException {
    return (int)
        session.number(
            0,
            "SELECT attempts FROM tallystick_jobs" + OF_WORKER,
            toNumber(job.id()),
            queue,
            job.lease(),
            nowMs);
  }

  /** Gives a job that is no longer run another state, behind all others of it. */
  void move(long id, int state, long endMs, String error) throws SQLException {
    session.update(
        "UPDATE tallystick_jobs SET state = ?, place = ?, end_ms = ?, lease = 0, error = ?"
            + " WHERE id = ?",
        (long) state,
        next(),
        endMs,
        state == State.DEAD ? error : "",
        id);
  }

  Sizes sizes() throws SQLException {
    Sizes sizes =
        session.first(
            "SELECT queued, delayed, running, dead FROM tallystick_queues WHERE id = ?",
            row -> new Sizes(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4)),
            queue);
    return sizes == null ? new Sizes(0, 0, 0, 0) : sizes;
  }

  List<DeadLetter> deadLetters(int limit) throws SQLException {
    return session.list(
        "SELECT id, key, payload, attempts, error FROM tallystick_jobs"
            + " WHERE queue = ? AND state = 3 ORDER BY place LIMIT ?",
        JobRows::deadLetter,
        queue,
        (long) Math.max(0, limit));
  }

  private static DeadLetter deadLetter(ResultSet row) throws SQLException {
    return new DeadLetter(
        row.getString(1),
        new String(Session.bytes(row, 2), UTF_8),
        Session.bytes(row, 3),
        row.getInt(4),
        row.getString(5));
  }

  boolean requeue(long id) throws SQLException {
    byte[] key =
        session.first(
            "SELECT key FROM tallystick_jobs WHERE id = ? AND queue = ? AND state = 3",
            row -> Session.bytes(row, 1),
            id,
            queue);
    if (key == null || isPending(key)) {
      return false;
    }
    session.update("UPDATE tallystick_jobs SET attempts = 0 WHERE id = ?", id);
    move(id, State.QUEUED, 0, "");
    return true;
  }

  boolean discard(long id) throws SQLException {
    return session.update(
            "DELETE FROM tallystick_jobs WHERE id = ? AND queue = ? AND state = 3", id, queue)
        > 0;
  }

  /** The number that an id is; null where it is none. */
  static @Nullable Long toNumber(String id) {
    try {
      return Long.valueOf(id);
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** The numbers of the states in the table; those below {@link #DEAD} keep their key. */
  static final class State {
    static final int QUEUED = 0;
    static final int DELAYED = 1;
    static final int RUNNING = 2;
    static final int DEAD = 3;

    private State() {}
  }

  private record Ended(long id, int state, int attempts) {}
}
