package io.tallystick.health;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The attempts of the last hour, counted by the minute: those of the present minute and of the 59
 * before it.
 *
 * <p>Threading: any, without a lock. Its size does not depend on how many there are.
 */
public final class RetryWindow {
  private static final int MINUTES = 60;
  private static final long MINUTE_NS = TimeUnit.MINUTES.toNanos(1);

  private final LongSupplier nanoTime;
  private final long startNs;
  private final AtomicReferenceArray<@Nullable Minute> minutes =
      new AtomicReferenceArray<>(MINUTES);
  private final LongAdder total = new LongAdder();

  private RetryWindow(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.startNs = nanoTime.getAsLong();
  }

  /** An empty window on the JVM's clock. */
  public static RetryWindow create() {
    return create(System::nanoTime);
  }

  /**
   * An empty window.
   *
   * @param nanoTime the source of time, in nanoseconds that only go forward
   */
  public static RetryWindow create(LongSupplier nanoTime) {
    return new RetryWindow(nanoTime);
  }

  /** Counts an attempt. */
  public void count(boolean succeeded) {
    total.increment();
    Minute present = present();
    present.attempts.increment();
    if (!succeeded) {
      present.failures.increment();
    }
  }

  /** The present minute; a later one where another thread is there already. */
  private Minute present() {
    long number = number();
    int slot = Math.floorMod(number, MINUTES);
    while (true) {
      Minute there = minutes.get(slot);
      if (there != null && there.number >= number) {
        return there;
      }
      Minute made = new Minute(number);
      if (minutes.compareAndSet(slot, there, made)) {
        return made;
      }
    }
  }

  private long number() {
    return (nanoTime.getAsLong() - startNs) / MINUTE_NS;
  }

  /** What health says of it. */
  public RetryHealth health() {
    long oldest = number() - MINUTES + 1;
    long attempts = 0;
    long failures = 0;
    for (int i = 0; i < MINUTES; i++) {
      Minute minute = minutes.get(i);
      if (minute != null && minute.number >= oldest) {
        failures += minute.failures.sum(); // first, so that they are never more than all
        attempts += minute.attempts.sum();
      }
    }
    return new RetryHealth(
        RetryHealth.State.of(failures),
        failures,
        attempts == 0 ? 0 : (double) failures / attempts,
        total.sum());
  }

  private static final class Minute {
    private final long number; // since the start
    private final LongAdder attempts = new LongAdder();
    private final LongAdder failures = new LongAdder();

    Minute(long number) {
      this.number = number;
    }
  }
}
