package io.tallystick.sd.cache;

import io.tallystick.store.JobQueue;
import io.tallystick.store.KeyValues;
import io.tallystick.store.RetryPolicy;
import io.tallystick.store.Store;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What servers and workers share: lists, errors, and the queue, under the keys of a query.
 *
 * <p>A list is under the query's key, what is known of it under {@code status:} and this key, and
 * is written in this order: whoever sees the latter finds that list, or a newer one. The error of
 * the last generation is under {@code error:} and the key; a generation that succeeds deletes it.
 *
 * <p>Threading: any. Each method throws {@link io.tallystick.store.StoreException} where the store
 * cannot be used. What cannot be read is as if it were not there.
 */
final class ListStore {
  /** How often a job is taken; then it is a dead letter. */
  static final int ATTEMPTS = 5;

  /** The longest wait between two generations of a path that fails. */
  static final Duration MAX_BACKOFF = Duration.ofMinutes(5);

  /** For how long an error is remembered, so that a broken generator is not run at each poll. */
  static final Duration ERROR_PAUSE = Duration.ofSeconds(10);

  static final String QUEUE = "target_generation_queue";
  private static final RetryPolicy POLICY = new RetryPolicy(ATTEMPTS, ERROR_PAUSE, MAX_BACKOFF);
  private static final Duration ERROR_LIFE = Duration.ofHours(1);
  private static final String ERROR = "error:";
  private static final String STATUS = "status:";
  private static final String AT_ONCE = "reload:";
  private static final System.Logger LOG = System.getLogger("io.tallystick");

  private final KeyValues values;
  private final JobQueue queue;
  private final AtomicBoolean warned = new AtomicBoolean();

  ListStore(Store store) {
    this.values = store.keyValues();
    this.queue = store.jobQueue(QUEUE, POLICY);
  }

  JobQueue queue() {
    return queue;
  }

  /** Queues a generation; false where one of this query is queued, delayed or running. */
  boolean offer(GenerationJob job) {
    return queue.offer(job.query().key(), CacheJson.job(job));
  }

  /**
   * Queues a generation beside one that may be delayed because the last one failed; false where
   * there is one of this kind.
   */
  boolean offerAtOnce(GenerationJob job) {
    return queue.offer(AT_ONCE + job.query().key(), CacheJson.job(job));
  }

  /** Whether a generation of a query is queued or runs, whoever asked for it. */
  boolean isPending(String key) {
    return isPending(queue.state(key)) || isPending(queue.state(AT_ONCE + key));
  }

  private static boolean isPending(Optional<JobQueue.State> state) {
    return state.filter(of -> of != JobQueue.State.DELAYED).isPresent();
  }

  Optional<ListStatus> status(String key) {
    return read(STATUS + key, CacheJson::status);
  }

  Optional<CacheJson.Value> list(String key) {
    return read(key, CacheJson::value);
  }

  Optional<GenerationError> error(String key) {
    return read(ERROR + key, CacheJson::error);
  }

  /** Reads one thing. */
  private interface Reader<T> {
    T read(byte[] bytes) throws IOException;
  }

  private <T> Optional<T> read(String key, Reader<T> reader) {
    Optional<byte[]> bytes = values.get(key);
    if (bytes.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(reader.read(bytes.get()));
    } catch (IOException e) {
      warn(key, e);
      return Optional.empty();
    }
  }

  private void warn(String key, IOException e) {
    if (warned.compareAndSet(false, true)) { // it is read again and again
      LOG.log(Level.WARNING, "cannot read what the store has: key=" + key, e);
    }
  }

  /** Keeps a list for a time, in the place of an error. Returns whether there was one. */
  boolean put(String key, byte[] list, ListStatus status, Duration timeToLive) {
    values.put(key, CacheJson.value(list, status.updatedMs()), timeToLive);
    values.put(STATUS + key, CacheJson.status(status), timeToLive);
    return values.delete(ERROR + key);
  }

  void putError(String key, GenerationError error) {
    values.put(ERROR + key, CacheJson.error(error), ERROR_LIFE);
  }

  /** Forgets a list; false where there was none. */
  boolean deleteList(String key) {
    boolean unused = values.delete(STATUS + key);
    return values.delete(key);
  }

  /** Forgets an error; false where there was none. */
  boolean deleteError(String key) {
    return values.delete(ERROR + key);
  }
}
