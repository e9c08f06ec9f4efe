package io.tallystick.fallback;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.tallystick.fallback.CircuitBreaker.State;
import io.tallystick.metrics.Counter;
import io.tallystick.metrics.Gauge;

/** The series of one circuit breaker. Threading: any. */
final class BreakerMetrics implements AutoCloseable {
  private final String name;
  private final Gauge state;
  private final CounterDataPoint successes;
  private final CounterDataPoint failures;
  private final CounterDataPoint refusals;
  private final CounterDataPoint trips;
  private final Runnable released;
  private volatile boolean isClosed; // written with this locked

  /**
   * The series of a name that is nobody else's.
   *
   * @param released called once, when it is closed
   */
  BreakerMetrics(String name, Gauge state, Counter calls, Counter trips, Runnable released) {
    this.name = name;
    this.state = state;
    for (State each : State.values()) {
      set(each, each == State.CLOSED);
    }
    this.successes = calls.labelValues(name, "success");
    this.failures = calls.labelValues(name, "failure");
    this.refusals = calls.labelValues(name, "refused");
    this.trips = trips.labelValues(name);
    this.released = released;
  }

  private void set(State value, boolean isIn) {
    state.labelValues(name, value.name()).set(isIn ? 1 : 0);
  }

  synchronized void entered(State before, State now) {
    if (!isClosed) {
      set(before, false);
      set(now, true);
    }
  }

  void succeeded() {
    if (!isClosed) {
      successes.inc();
    }
  }

  void failed() {
    if (!isClosed) {
      failures.inc();
    }
  }

  void refused() {
    if (!isClosed) {
      refusals.inc();
    }
  }

  void tripped() {
    if (!isClosed) {
      trips.inc();
    }
  }

  @Override
  public synchronized void close() {
    if (!isClosed) {
      isClosed = true;
      for (State each : State.values()) {
        set(each, false);
      }
      released.run();
    }
  }
}
