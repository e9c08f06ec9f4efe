package io.tallystick.sd.generate;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** The moment at which a generator is stopped. */
final class Deadline {
  private final Duration limit;
  private final LongSupplier nanoTime;
  private final long endNs;

  private Deadline(Duration limit, LongSupplier nanoTime) {
    this.limit = limit;
    this.nanoTime = nanoTime;
    this.endNs = nanoTime.getAsLong() + limit.toNanos();
  }

  /** The end of a limit that starts now. */
  static Deadline after(Duration limit, LongSupplier nanoTime) {
    return new Deadline(limit, nanoTime);
  }

  boolean isPast() {
    return remainingNs() <= 0;
  }

  long remainingNs() {
    return endNs - nanoTime.getAsLong();
  }

  /** The shorter of a pause and what is left. */
  long capMs(long pauseMs) {
    return Math.min(pauseMs, Math.max(0, TimeUnit.NANOSECONDS.toMillis(remainingNs())));
  }

  /** The limit, in whole seconds, at least one. */
  long limitSeconds() {
    return Math.max(1, limit.toSeconds());
  }

  GenerationException passed(String generator, String traceback) {
    return new GenerationException(
        "TimeoutExpired",
        generator,
        "did not end in time and was stopped: generator="
            + generator
            + " limit="
            + limit.toMillis()
            + "ms",
        traceback);
  }
}
