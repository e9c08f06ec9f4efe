package io.tallystick.fallback;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.store.Deadline;
import io.tallystick.store.JobQueue.Job;
import io.tallystick.store.JobQueue.State;
import io.tallystick.store.KeyValues;
import io.tallystick.store.StoreException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which keys of jobs are with a worker, and in which store: rows of the second one that live as
 * long as the lease. By them a job does not run twice at a time where the first store has it and
 * the second gets one of the same key, or the other way round; nor where the lease that the first
 * store gave has run out while that was away, and was made longer in the journal, or the job was
 * acknowledged there.
 *
 * <p>What the first store gave is noted when there is time for it, what the second gave at once.
 * While the first is in use, and the second cannot be asked, what this process has noted itself
 * counts. Threading: any.
 */
final class JobMarks {
  private static final String OF_FIRST = JournalRows.PREFIX + "job-of-first:";
  private static final String OF_SECOND = JournalRows.PREFIX + "job-of-second:";
  private static final String ENDED = JournalRows.PREFIX + "job-ended:";
  private static final byte[] MARK = {1};
  private static final byte[] DELAYED = {2};
  private static final Duration ENDED_KEPT = Duration.ofHours(1);
  private static final int PAGE = 100;

  private final Failover failover;
  private final LastKnown known;
  private final Mirror mirror;
  private final JournalRows rows;
  private final InstantSource clock;

  JobMarks(Failover failover, InstantSource clock) {
    this.failover = failover;
    this.known = failover.known();
    this.mirror = failover.mirror();
    this.rows = failover.journal().rows();
    this.clock = clock;
  }

  private static String row(String store, String queue, String key) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] name = queue.getBytes(UTF_8);
      digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(name.length).flip());
      digest.update(name);
      byte[] hash = digest.digest(key.getBytes(UTF_8));
      return store + HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JVM has it
    }
  }

  private Optional<Duration> left(StoredValue mark) {
    return mark.isThere()
        ? Optional.of(Duration.ofMillis(Math.max(1, mark.endMs() - clock.millis())))
        : Optional.empty();
  }

  /** What a mark is, while the first store is in use. */
  private StoredValue markInPrimary(String row) {
    try {
      return failover.askSecond(second -> mirror.value(row));
    } catch (StoreException e) {
      return known.get(row).orElse(StoredValue.NONE);
    }
  }

  /** What cannot be written is not known here either: nobody goes by what was never said. */
  private void write(String row, byte @Nullable [] mark, long endMs) {
    mirror.write(row, mark, endMs);
    known.told(row, mark, endMs);
  }

  /**
   * What the second store has just done this process knows at once, be it written or not; then the
   * mirror tells it later.
   */
  private void note(String row, byte @Nullable [] mark, long endMs) {
    int changes = known.noted(row, mark, endMs);
    try {
      mirror.write(row, mark, endMs);
    } catch (StoreException e) {
      known.wroteUnlessChanged(row, mark, endMs, changes);
    }
  }

  // ---- jobs of the first store ----

  /** The first store gave a job, or made its lease longer. */
  void firstGave(String queue, String key, long endMs) {
    known.wrote(row(OF_FIRST, queue, key), MARK, endMs);
  }

  /** The first store was told that a job is with its worker no more. */
  void firstTook(String queue, String key) {
    known.wrote(row(OF_FIRST, queue, key), null, Deadline.NEVER_MS);
  }

  /** What the first store gave has ended, or goes on for longer, and the second is in use. */
  void journalled(String queue, String key, long endMs) {
    String row = row(OF_FIRST, queue, key);
    byte[] mark = endMs > clock.millis() ? MARK : null;
    mirror.write(row, mark, mark == null ? Deadline.NEVER_MS : endMs);
    known.told(row, mark, mark == null ? Deadline.NEVER_MS : endMs);
  }

  /** While the second is in use: whether the first gave a job whose lease has not run out. */
  boolean isOfFirst(String queue, String key) {
    return mirror.value(row(OF_FIRST, queue, key)).isThere();
  }

  /** For how long a worker still has what the first store gave, as far as is known here. */
  Optional<Duration> inFirst(String queue, String key) {
    return left(mirror.value(row(OF_FIRST, queue, key)));
  }

  // ---- jobs of the second ----

  /** The second store gave a job, or made its lease longer. */
  void secondHas(String queue, String key, long endMs) {
    note(row(OF_SECOND, queue, key), MARK, endMs);
  }

  /** The second store has a job that is to wait for a while before it is given again. */
  void secondDelays(String queue, String key, long endMs) {
    note(row(OF_SECOND, queue, key), DELAYED, endMs);
  }

  /** The second store was told that a job has ended. */
  void secondLost(String queue, String key) {
    note(row(OF_SECOND, queue, key), null, Deadline.NEVER_MS);
  }

  /** While the first is in use: for how long the second still has a job, as far as is known. */
  Optional<Duration> inSecond(String queue, String key) {
    return left(markInPrimary(row(OF_SECOND, queue, key)));
  }

  /** Likewise: how the second has a job that it does not give for now. */
  Optional<State> stateInSecond(String queue, String key) {
    StoredValue mark = markInPrimary(row(OF_SECOND, queue, key));
    return mark.isThere()
        ? Optional.of(Arrays.equals(mark.value(), DELAYED) ? State.DELAYED : State.RUNNING)
        : Optional.empty();
  }

  // ---- jobs of the first store whose lease ran out while that was away ----

  /** A worker has a job for longer than the first store knows. */
  void held(String queue, Job job, long endMs) {
    write(row(OF_SECOND, queue, job.key()), taking(job), endMs);
  }

  /**
   * Whether a worker has just this job for longer than the first store knows, and then has not.
   *
   * @throws NotNowException where that was not noted for all to see, or there is no answer
   */
  boolean isHeldAndEnds(String queue, Job job) {
    return isHeldAnd(
        queue,
        job,
        () -> {
          ended(queue, job);
          secondLost(queue, job.key());
        });
  }

  /** Likewise, and then has it for longer. */
  boolean isHeldLonger(String queue, Job job, long endMs) {
    return isHeldAnd(queue, job, () -> held(queue, job, endMs));
  }

  private boolean isHeldAnd(String queue, Job job, Runnable then) {
    boolean isHeld;
    try {
      isHeld =
          failover.askSecond(
              second -> isOf(job, mirror.value(row(OF_SECOND, queue, job.key())).value()));
    } catch (StoreException e) {
      return false; // it is not known, and may be given again
    }
    if (isHeld) {
      change(then);
    }
    return isHeld;
  }

  /** Whether a mark was written of which there is no answer is not known. */
  private void change(Runnable marking) {
    try {
      boolean unused =
          failover.askSecond(
              second -> {
                marking.run();
                return true;
              });
    } catch (StoreException e) {
      throw new NotNowException(
          "second store does not note what becomes of a job: cause=" + e.getMessage());
    }
  }

  /** A job was acknowledged that the first store may give again. */
  void ended(String queue, Job job) {
    long endMs = Deadline.after(clock.millis(), ENDED_KEPT);
    write(row(ENDED, queue, job.key()), taking(job), endMs);
  }

  /** Whether a job that the first store has given was acknowledged before; false where unknown. */
  boolean isEnded(String queue, Job job) {
    return isOf(job, markInPrimary(row(ENDED, queue, job.key())).value());
  }

  /** The first store gives it no more. */
  void forgetEnded(String queue, Job job) {
    String row = row(ENDED, queue, job.key());
    try {
      boolean unused =
          failover.askSecond(
              second -> {
                write(row, null, Deadline.NEVER_MS);
                return true;
              });
    } catch (StoreException e) {
      known.told(row, null, Deadline.NEVER_MS); // its time runs out
    }
  }

  private static byte[] taking(Job job) {
    byte[] id = job.id().getBytes(UTF_8);
    return ByteBuffer.allocate(Integer.BYTES + id.length).putInt(job.attempt()).put(id).array();
  }

  /** Whether a job is the one that was taken then, or that one taken again. */
  private static boolean isOf(Job job, byte @Nullable [] taking) {
    if (taking == null || taking.length <= Integer.BYTES) {
      return false;
    }
    byte[] id = Arrays.copyOfRange(taking, Integer.BYTES, taking.length);
    return ByteBuffer.wrap(taking).getInt() <= job.attempt()
        && Arrays.equals(id, job.id().getBytes(UTF_8));
  }

  /** Whether there is a mark to be looked at before the first store's jobs are given. */
  boolean isAny() {
    return isAny(OF_SECOND) || isAny(ENDED);
  }

  private boolean isAny(String prefix) {
    String cursor = null;
    do {
      KeyValues.Page page = rows.scan(prefix, cursor, PAGE);
      if (page.keys().stream().anyMatch(row -> mirror.value(row).isThere())) {
        return true;
      }
      cursor = page.next();
    } while (cursor != null);
    return false;
  }
}
