package io.tallystick.health;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A sink with the call that is made of it. Threading: one at a time. */
final class SinkCalls {
  private static final System.Logger LOG = System.getLogger("io.tallystick.health");

  private static final Duration LONGEST_WAIT = Duration.ofDays(1); // for a thread, which is there

  private final HealthSink sink;
  private final @Nullable ClassLoader loader = Thread.currentThread().getContextClassLoader();
  private final AtomicBoolean isSaid = new AtomicBoolean();
  private SortedMap<String, CheckReport> before = Collections.emptySortedMap();
  private @Nullable TimedCall<Void> call;

  SinkCalls(HealthSink sink) {
    this.sink = sink;
  }

  /** Starts a call, unless the one before has still not returned; nobody waits for it. */
  void start(
      SortedMap<String, CheckReport> now,
      HealthStatus system,
      Instant time,
      CallThreads threads,
      LongSupplier nanoTime) {
    if (call != null && call.isPending()) {
      say("sink hangs, and gets nothing until it returns", null);
      return;
    }
    Emission emission = Emission.of(before, now, system, time);
    TimedCall<Void> made =
        new TimedCall<>(
            () -> {
              emit(emission);
              return null;
            },
            LONGEST_WAIT,
            nanoTime,
            loader);
    boolean isStarted = threads.start(made);
    call = isStarted ? made : null;
    before = isStarted ? now : before;
  }

  private void emit(Emission emission) {
    try {
      emission.to(sink);
    } catch (RuntimeException | Error e) { // it is not our code
      say("sink failed", e);
    }
  }

  private void say(String what, @Nullable Throwable cause) {
    if (isSaid.compareAndSet(false, true)) {
      LOG.log(
          System.Logger.Level.WARNING,
          what + "; said once: sink=" + sink.getClass().getName(),
          cause);
    }
  }
}
