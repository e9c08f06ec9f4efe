package io.tallystick.health;

import io.tallystick.health.TimedCall.Outcome;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Whoever looks at the state after each run, on a thread that can be left with it: where it hangs,
 * runs go on. Threading: one at a time; it may be closed meanwhile.
 */
final class AfterRun implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("io.tallystick.health");
  private static final Duration LIMIT = Duration.ofSeconds(2);

  private final Consumer<? super HealthState> viewer;
  private final CallThreads threads = new CallThreads(1);
  private final @Nullable ClassLoader loader = Thread.currentThread().getContextClassLoader();
  private final AtomicBoolean isSaid = new AtomicBoolean();
  private @Nullable TimedCall<Void> call;

  AfterRun(Consumer<? super HealthState> viewer) {
    this.viewer = viewer;
  }

  /** Shows a state, unless the call before has still not returned; waits for its limit at most. */
  void show(HealthState state, LongSupplier nanoTime) {
    if (call != null && call.isPending()) {
      return;
    }
    TimedCall<Void> made =
        new TimedCall<>(
            () -> {
              viewer.accept(state);
              return null;
            },
            LIMIT,
            nanoTime,
            loader);
    call = threads.start(made) ? made : null;
    if (call == null) {
      return; // closed, or the system has no thread for it
    }
    Outcome<Void> outcome = made.await();
    if (!outcome.isStarted()) {
      threads.withdraw(made);
    } else if (!outcome.isOver()) {
      say("what follows a run of checks hangs, and sees none; said once", null);
    } else if (outcome.failure() != null) {
      say("what follows a run of checks failed; said once", outcome.failure());
    }
  }

  private void say(String what, @Nullable Throwable cause) {
    if (isSaid.compareAndSet(false, true)) {
      LOG.log(System.Logger.Level.WARNING, what, cause);
    }
  }

  @Override
  public void close() {
    threads.close();
  }
}
