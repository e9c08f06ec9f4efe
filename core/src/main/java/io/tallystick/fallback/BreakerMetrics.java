package io.tallystick.fallback;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.tallystick.fallback.CircuitBreaker.State;
import io.tallystick.metrics.Counter;
import io.tallystick.metrics.Gauge;

/** The series of one circuit breaker. Threading: any, but for changes of state, one at a time. */
final class BreakerMetrics {
  private final String name;
  private final Gauge state;
  private final CounterDataPoint successes;
  private final CounterDataPoint failures;
  private final CounterDataPoint refusals;
  private final CounterDataPoint trips;

  BreakerMetrics(String name, Gauge state, Counter calls, Counter trips) {
    this.name = name;
    this.state = state;
    for (State each : State.values()) {
      set(each, each == State.CLOSED);
    }
    this.successes = calls.labelValues(name, "success");
    this.failures = calls.labelValues(name, "failure");
    this.refusals = calls.labelValues(name, "refused");
    this.trips = trips.labelValues(name);
  }

  private void set(State value, boolean isIn) {
    state.labelValues(name, value.name()).set(isIn ? 1 : 0);
  }

  void entered(State before, State now) {
    set(before, false);
    set(now, true);
  }

  void succeeded() {
    successes.inc();
  }

  void failed() {
    failures.inc();
  }

  void refused() {
    refusals.inc();
  }

  void tripped() {
    trips.inc();
  }
}
