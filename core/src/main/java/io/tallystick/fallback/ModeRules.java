package io.tallystick.fallback;

import io.tallystick.health.CircuitBreakerHealth;
import io.tallystick.health.HealthState;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Which mode a state of health asks for, and why. */
final class ModeRules {
  private static final int MOST_FAILED_COMPONENTS = 1;
  private static final long MOST_FAILURES_1H = 50;

  private ModeRules() {}

  /**
   * SAFE where two components have failed, HEURISTIC where the circuit is open or more than fifty
   * attempts of the last hour failed, else PRIMARY. All reasons are named.
   */
  static Verdict of(HealthState state) {
    List<String> reasons = new ArrayList<>();
    int failed = state.system().failedComponents();
    if (failed > MOST_FAILED_COMPONENTS) {
      reasons.add("multiple_failures(" + failed + ")");
    }
    CircuitBreakerHealth breaker = state.circuitBreaker();
    boolean isOpen = breaker.state().toUpperCase(Locale.ROOT).equals("OPEN");
    if (isOpen) {
      reasons.add("circuit_open(" + breaker.openDuration().toSeconds() + "s)");
    }
    long failures = state.retry().failures1h();
    if (failures > MOST_FAILURES_1H) {
      reasons.add("high_retry_failures(" + failures + ")");
    }
    FallbackMode mode = reasons.isEmpty() ? FallbackMode.PRIMARY : FallbackMode.HEURISTIC;
    return new Verdict(
        failed > MOST_FAILED_COMPONENTS ? FallbackMode.SAFE : mode, String.join("; ", reasons));
  }

  /**
   * A mode that is asked for.
   *
   * @param reason why; empty where all is as it should be
   */
  record Verdict(FallbackMode mode, String reason) {
    static final Verdict PRIMARY = new Verdict(FallbackMode.PRIMARY, "");

    /** The worse one of both, with the reasons of both. */
    Verdict or(Verdict other) {
      if (reason.isEmpty() || other.reason.isEmpty()) {
        return reason.isEmpty() ? other : this;
      }
      FallbackMode worse = mode.compareTo(other.mode) >= 0 ? mode : other.mode;
      return new Verdict(worse, reason + "; " + other.reason);
    }
  }
}
