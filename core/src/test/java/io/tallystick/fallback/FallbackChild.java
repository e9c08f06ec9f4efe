package io.tallystick.fallback;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.store.JobQueue;
import io.tallystick.store.JobQueue.Job;
import io.tallystick.store.RetryPolicy;
import io.tallystick.store.Store;
import io.tallystick.store.StoreException;
import io.tallystick.store.Stores;
import io.tallystick.store.WholeNumber;
import io.tallystick.testing.Await;
import io.tallystick.testing.Parent;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * A process that works with a fallback store, and says what was acknowledged and when, until it is
 * killed or gets a line. {@link FallbackClaims} understands it.
 */
public final class FallbackChild {
  static final String SUM = "sum";
  static final String QUEUE = "jobs";
  static final Duration LEASE = Duration.ofSeconds(3);
  static final RetryPolicy POLICY =
      new RetryPolicy(Integer.MAX_VALUE, Duration.ofMillis(1), Duration.ofMillis(1));
  static final int KEYS = 20;
  static final int MIXED_KEYS = 3;
  static final int MIXED_STEP = 1_000;

  private FallbackChild() {}

  /** Arguments: the store's URL, its number, and how many processes there are. */
  public static void main(String[] args) throws Exception {
    Parent.endWithIt();
    int own = Integer.parseInt(args[1]);
    int processes = Integer.parseInt(args[2]);
    try (FallbackStore store = open(args[0])) {
      JobQueue queue = store.jobQueue(QUEUE, POLICY);
      say("began");
      for (int i = 0; System.in.available() == 0; i++) {
        String key = "p" + own + "-" + i % KEYS;
        String job = "p" + own + "-" + i;
        int number = i;
        boolean isPut =
            attempt("put " + key + " " + i, () -> store.keyValues().put(key, bytes(number)));
        attempt("add", () -> store.keyValues().increment(SUM, 1));
        mix(store, "m" + own + "-" + i % MIXED_KEYS, i);
        attempt("offered " + job, () -> queue.offer(job, bytes(0)));
        work(queue);
        int read = read(store, key);
        if (isPut && read != Integer.MIN_VALUE && read != i) {
          say("wrong " + key + " " + i + " " + read);
        }
        readOfAnother(store, own, processes, i);
        LockSupport.parkNanos(5_000_000); // four of them share a machine with other tests
      }
      say("ended");
    }
  }

  /** Puts a number and adds to it, by turns; {@link #MIXED_STEP} is between two that are put. */
  private static void mix(Store store, String key, int i) {
    if (i / MIXED_KEYS % 4 == 0) {
      byte[] text = WholeNumber.toBytes((long) i * MIXED_STEP);
      attempt("set " + key + " " + i, () -> store.keyValues().put(key, text));
    } else {
      attempt("plus " + key, () -> store.keyValues().increment(key, 1));
    }
  }

  /** Opens the stores once they can be: a test may hold the second one just now. */
  private static FallbackStore open(String url) throws Exception {
    AtomicReference<FallbackStore> opened = new AtomicReference<>();
    Await.until(
        "stores can be opened",
        () -> {
          try {
            opened.set((FallbackStore) Stores.open(url));
            return true;
          } catch (StoreException e) {
            assertThat(e.category()).isEqualTo(StoreException.Category.TRANSIENT);
            return false;
          }
        });
    return opened.get();
  }

  private static byte[] bytes(int number) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
  }

  private static boolean attempt(String what, Runnable call) {
    say("will " + what);
    try {
      call.run();
      say(what + " " + System.currentTimeMillis());
      return true;
    } catch (StoreException e) {
      say("not " + what + " " + e.getMessage());
      return false;
    }
  }

  /** What a key is: −1 where it is not there, the least number where that is not known. */
  private static int read(Store store, String key) {
    try {
      return store.keyValues().get(key).map(bytes -> ByteBuffer.wrap(bytes).getInt()).orElse(-1);
    } catch (StoreException e) {
      return Integer.MIN_VALUE;
    }
  }

  /** In SAFE it may be what this process saw long ago. */
  private static void readOfAnother(FallbackStore store, int own, int processes, int i) {
    String key = "p" + (own + 1 + i) % (own + processes) + "-" + i % KEYS;
    long beganMs = System.currentTimeMillis();
    boolean isSafe = store.mode() == FallbackMode.SAFE;
    int read = read(store, key);
    isSafe |= store.mode() == FallbackMode.SAFE;
    if (read != Integer.MIN_VALUE && !isSafe) {
      say("saw " + key + " " + read + " " + beganMs);
    }
  }

  private static void work(JobQueue queue) {
    try {
      long beforeMs = System.currentTimeMillis();
      Optional<Job> job = queue.take(LEASE);
      if (job.isPresent()) {
        String key = job.get().key();
        say("took " + key + " " + beforeMs + " " + System.currentTimeMillis());
        LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(5_000_000));
        say("ends " + key + " " + System.currentTimeMillis());
        if (queue.acknowledge(job.get())) {
          say("done " + key);
        }
      }
    } catch (StoreException e) {
      say("not work " + e.category());
    }
  }

  private static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }
}
