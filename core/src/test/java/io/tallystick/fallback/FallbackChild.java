package io.tallystick.fallback;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
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
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A process that works with a fallback store once it gets a line, and says what was acknowledged
 * and when, and which mode it is in, until it is killed or gets the line {@code end}. Its replay is
 * held by {@code hold N}, until {@code go on}. {@link FallbackProcesses} and {@link FallbackClaims}
 * understand it.
 */
public final class FallbackChild {
  static final String SUM = "sum";
  static final String QUEUE = "jobs";
  static final Duration LEASE = Duration.ofSeconds(3);
  static final RetryPolicy POLICY =
      new RetryPolicy(Integer.MAX_VALUE, Duration.ofMillis(1), Duration.ofMillis(1));

  /** Short, so that a test has many outages: what has come back is asked, and goes on, sooner. */
  private static final Duration OPEN_FOR = Duration.ofMillis(100);

  private static final Duration REPLAY_LEASE = Duration.ofSeconds(3);

  private static final long MOST_PAUSE_MS = 1_000;

  static final int KEYS = 20;
  static final int MIXED_KEYS = 3;
  static final int MIXED_STEP = 1_000;

  private FallbackChild() {}

  /** Arguments: the store's URL, its number, and how many processes there are. */
  public static void main(String[] args) throws Exception {
    Parent.endWithIt();
    int own = Integer.parseInt(args[1]);
    int processes = Integer.parseInt(args[2]);
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    if (lines.readLine() == null) {
      return; // it was not needed
    }
    Commands commands = new Commands();
    try (FallbackStore store = open(args[0], commands)) {
      commands.follow(lines);
      JobQueue queue = store.jobQueue(QUEUE, POLICY);
      FallbackMode mode = null;
      for (int i = 0; !commands.isEnd; i++) {
        if (store.mode() != mode) {
          mode = store.mode();
          say("mode " + mode);
        }
        String key = "p" + own + "-" + i % KEYS;
        String job = "p" + own + "-" + i;
        int number = i;
        boolean isPut =
            attempt(store, "put " + key + " " + i, () -> store.keyValues().put(key, bytes(number)));
        attempt(store, "add", () -> store.keyValues().increment(SUM, 1));
        mix(store, "m" + own + "-" + i % MIXED_KEYS, i);
        attempt(store, "offered " + job, () -> queue.offer(job, bytes(0)));
        work(queue);
        int read = read(store, key);
        if (isPut && read != Integer.MIN_VALUE && read != i) {
          say("wrong " + key + " " + i + " " + read);
        }
        readOfAnother(store, own, processes, i);
        pause(store.journalLength());
      }
      say("ended");
    }
  }

  /**
   * On a busy machine a journal that others write to all the time would take long to be replayed.
   */
  private static void pause(long journalLength) {
    LockSupport.parkNanos(MILLISECONDS.toNanos(10 + Math.min(journalLength / 2, MOST_PAUSE_MS)));
  }

  /** Puts a number and adds to it, by turns; {@link #MIXED_STEP} is between two that are put. */
  private static void mix(FallbackStore store, String key, int i) {
    if (i / MIXED_KEYS % 4 == 0) {
      byte[] text = WholeNumber.toBytes((long) i * MIXED_STEP);
      attempt(store, "set " + key + " " + i, () -> store.keyValues().put(key, text));
    } else {
      attempt(store, "plus " + key, () -> store.keyValues().increment(key, 1));
    }
  }

  /** Opens the stores once they can be: a test may hold the second one just now. */
  private static FallbackStore open(String url, Commands commands) throws Exception {
    List<String> both = Stores.split(url.substring("fallback:".length()));
    AtomicReference<FallbackStore> opened = new AtomicReference<>();
    Await.until(
        "stores can be opened",
        () -> {
          try {
            opened.set(open(both, commands));
            return true;
          } catch (StoreException e) {
            assertThat(e.category()).isEqualTo(StoreException.Category.TRANSIENT);
            return false;
          }
        });
    return opened.get();
  }

  private static FallbackStore open(List<String> both, Commands commands) {
    Store second = Stores.open(both.get(1));
    try {
      Store first = commands.observed(Stores.open(both.get(0)));
      return FallbackStore.builder(first, second)
          .openFor(OPEN_FOR)
          .replayLease(REPLAY_LEASE)
          .open();
    } catch (StoreException e) {
      second.close();
      throw e;
    }
  }

  private static byte[] bytes(int number) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
  }

  /** Says of what was refused whether it may have been made, or never was, as in SAFE. */
  private static boolean attempt(FallbackStore store, String what, Runnable call) {
    boolean isSafe = store.mode() == FallbackMode.SAFE;
    say("will " + what);
    try {
      call.run();
      say(what + " " + System.currentTimeMillis());
      return true;
    } catch (StoreException e) {
      boolean isNever = isSafe && String.valueOf(e.getMessage()).endsWith("mode=SAFE");
      say((isNever ? "never " : "not ") + what + " " + e.getMessage());
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

  /** What the test says, taken in by a thread of its own. */
  private static final class Commands {
    private volatile boolean isEnd;
    private volatile @Nullable HeldReplay replay;

    Store observed(Store first) {
      HeldReplay held = new HeldReplay(first, () -> say("replays"));
      replay = held;
      return held.store();
    }

    void follow(BufferedReader lines) {
      Thread follower = new Thread(() -> take(lines), "commands");
      follower.setDaemon(true);
      follower.start();
    }

    private void take(BufferedReader lines) {
      HeldReplay held = Objects.requireNonNull(replay);
      try {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          if (line.startsWith("hold ")) {
            held.hold(Integer.parseInt(line.substring("hold ".length())));
          } else {
            held.goOn();
            isEnd |= line.equals("end");
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
