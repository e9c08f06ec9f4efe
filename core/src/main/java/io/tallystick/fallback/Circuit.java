package io.tallystick.fallback;

import io.tallystick.fallback.CircuitBreaker.State;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The state of a {@link CircuitBreaker}, and the permits that it gives.
 *
 * <p>A permit is the number of the phase in which it was given. Each change of the state and each
 * probe begins a phase, so that a result that belongs to an earlier one is known by its number.
 *
 * <p>Threading: any. Calls are let through, and succeed, without the lock while the circuit is
 * closed and nothing has failed; what they read then is volatile.
 */
final class Circuit {
  private final int failureThreshold;
  private final int successThreshold;
  private final long openNs;
  private final LongSupplier nanoTime;
  private final @Nullable BreakerMetrics metrics;
  private final ReentrantLock lock = new ReentrantLock();

  private volatile Phase phase = new Phase(State.CLOSED, 0, 0); // written with the lock
  private volatile int failedInRow; // likewise

  private int succeededProbes; // guarded by lock, as all below
  private boolean isProbing;
  private long notClosedSinceNs;
  private long trips;

  Circuit(
      int failureThreshold,
      int successThreshold,
      Duration openFor,
      LongSupplier nanoTime,
      @Nullable BreakerMetrics metrics) {
    this.failureThreshold = failureThreshold;
    this.successThreshold = successThreshold;
    this.openNs = openFor.toNanos();
    this.nanoTime = nanoTime;
    this.metrics = metrics;
  }

  /** A permit, or {@link CircuitBreaker#REFUSED}. */
  long tryAcquire() {
    Phase present = phase;
    return present.state == State.CLOSED ? present.number : tryProbe();
  }

  private long tryProbe() {
    lock.lock();
    try {
      if (phase.state == State.CLOSED) {
        return phase.number; // another thread's probe has just closed it
      }
      long nowNs = nanoTime.getAsLong();
      boolean isTooEarly = nowNs - phase.sinceNs < openNs;
      if (isTooEarly && (phase.state == State.OPEN || isProbing)) {
        return CircuitBreaker.REFUSED;
      }
      if (phase.state == State.OPEN) {
        succeededProbes = 0;
      }
      isProbing = true;
      enter(State.HALF_OPEN, nowNs);
      return phase.number;
    } finally {
      lock.unlock();
    }
  }

  void onSuccess(long permit) {
    if (phase.state == State.CLOSED && failedInRow == 0) {
      return; // nothing to forget
    }
    lock.lock();
    try {
      if (permit != phase.number) {
        return; // of another time
      }
      failedInRow = 0;
      if (phase.state == State.HALF_OPEN) {
        isProbing = false;
        succeededProbes++;
        if (succeededProbes >= successThreshold) {
          enter(State.CLOSED, nanoTime.getAsLong());
        }
      }
    } finally {
      lock.unlock();
    }
  }

  void onFailure(long permit) {
    lock.lock();
    try {
      if (permit != phase.number) {
        return; // of another time
      }
      failedInRow = Math.min(failedInRow, Integer.MAX_VALUE - 1) + 1;
      if (phase.state == State.HALF_OPEN || failedInRow >= failureThreshold) {
        trip();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Opens it, where it is closed. */
  void open() {
    lock.lock();
    try {
      if (phase.state == State.CLOSED) {
        trip();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Called with the lock. */
  private void trip() {
    isProbing = false;
    trips++;
    enter(State.OPEN, nanoTime.getAsLong());
    if (metrics != null) {
      metrics.tripped();
    }
  }

  void release(long permit) {
    lock.lock();
    try {
      if (permit == phase.number) {
        isProbing = false;
      }
    } finally {
      lock.unlock();
    }
  }

  /** Closes it, whatever it is. */
  void close() {
    lock.lock();
    try {
      if (phase.state != State.CLOSED) {
        failedInRow = 0;
        isProbing = false;
        enter(State.CLOSED, nanoTime.getAsLong());
      }
    } finally {
      lock.unlock();
    }
  }

  /** Called with the lock. */
  private void enter(State state, long sinceNs) {
    State before = phase.state;
    if (before == State.CLOSED) {
      notClosedSinceNs = sinceNs;
    }
    phase = new Phase(state, phase.number + 1, sinceNs);
    if (metrics != null && before != state) {
      metrics.entered(before, state);
    }
  }

  State state() {
    return phase.state;
  }

  /**
   * In how long a probe may be let through at the latest; zero where one may be now. One that is
   * out is waited for: it may come back sooner.
   */
  Duration retryAfter() {
    lock.lock();
    try {
      boolean isRefusing = phase.state == State.OPEN || isProbing;
      long restNs = isRefusing ? openNs - (nanoTime.getAsLong() - phase.sinceNs) : 0;
      return Duration.ofNanos(Math.max(0, restNs));
    } finally {
      lock.unlock();
    }
  }

  Figures figures() {
    lock.lock();
    try {
      long openedNs = phase.state == State.CLOSED ? 0 : nanoTime.getAsLong() - notClosedSinceNs;
      return new Figures(phase.state, Duration.ofNanos(openedNs), trips, failedInRow);
    } finally {
      lock.unlock();
    }
  }

  /**
   * A time in which permits count.
   *
   * @param number that of its permits; greater in each later one
   * @param sinceNs when it began
   */
  private record Phase(State state, long number, long sinceNs) {}

  /**
   * What can be said of a circuit at one moment.
   *
   * @param notClosedFor zero where it is closed
   * @param trips how often it opened
   * @param failedInRow calls that failed since one succeeded
   */
  record Figures(State state, Duration notClosedFor, long trips, int failedInRow) {}
}
