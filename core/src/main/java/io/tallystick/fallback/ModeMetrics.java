package io.tallystick.fallback;

import io.prometheus.metrics.core.datapoints.StateSetDataPoint;
import io.tallystick.metrics.Counter;
import io.tallystick.metrics.StateSet;

/** The series of one mode. Threading: changes are told one at a time. */
final class ModeMetrics {
  private final String name;
  private final StateSetDataPoint mode;
  private final Counter transitions;

  ModeMetrics(String name, StateSet mode, Counter transitions) {
    this.name = name;
    this.mode = mode.labelValues(name);
    this.transitions = transitions;
    enter(FallbackMode.PRIMARY);
  }

  private void enter(FallbackMode now) {
    for (FallbackMode each : FallbackMode.values()) {
      if (each == now) {
        mode.setTrue(each.name());
      } else {
        mode.setFalse(each.name());
      }
    }
  }

  void changed(ModeTransition transition) {
    enter(transition.to());
    transitions.labelValues(name, transition.to().name()).inc();
  }
}
