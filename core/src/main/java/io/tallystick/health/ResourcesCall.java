package io.tallystick.health;

import io.tallystick.health.TimedCall.Outcome;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads resources on a thread that can be left, because a file system may hang. Threading: one at a
 * time.
 */
final class ResourcesCall {
  private static final Duration LIMIT = Duration.ofSeconds(2);

  private final Callable<Resources> read;
  private @Nullable TimedCall<Resources> call;

  ResourcesCall(Callable<Resources> read) {
    this.read = read;
  }

  /** Starts a call, unless the one before has still not returned. */
  void start(CallThreads threads, LongSupplier nanoTime) {
    if (call == null || !call.isPending()) {
      TimedCall<Resources> made = new TimedCall<>(read, LIMIT, nanoTime, null);
      call = threads.start(made) ? made : null;
    }
  }

  /** Waits for the call, but for no longer than its limit. */
  Resources await(CallThreads threads) {
    TimedCall<Resources> made = call;
    if (made == null) {
      return Resources.UNKNOWN;
    }
    Outcome<Resources> outcome = made.await();
    if (!outcome.isStarted()) {
      threads.withdraw(made);
    }
    Resources resources = outcome.value();
    return resources != null ? resources : Resources.UNKNOWN;
  }
}
