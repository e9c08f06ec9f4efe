package io.tallystick.fallback;

import io.tallystick.metrics.Counter;
import io.tallystick.metrics.Gauge;
import io.tallystick.metrics.MultiprocessMode;
import io.tallystick.metrics.Registrar;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The families in which circuit breakers and retries count what they do: one of these for each
 * instance of Tallystick, shared by all of them.
 *
 * <p>Threading: any. Names are label values, so they should be few.
 */
public final class FallbackMetrics {
  private final Gauge breakerState;
  private final Counter breakerCalls;
  private final Counter breakerTrips;
  private final Counter attempts;
  private final Counter exhausted;
  private final Set<String> breakers = ConcurrentHashMap.newKeySet();

  private FallbackMetrics(Registrar registrar) {
    this.breakerState =
        Gauge.builder()
            .name("tallystick_circuit_breaker_state")
            .help("1 for the state that the circuit breaker of this process is in, 0 for others.")
            .labelNames("breaker", "state")
            .multiprocessMode(MultiprocessMode.LIVEALL)
            .register(registrar);
    this.breakerCalls =
        Counter.builder()
            .name("tallystick_circuit_breaker_calls_total")
            .help("Calls that succeeded, that failed, and that were refused.")
            .labelNames("breaker", "result")
            .register(registrar);
    this.breakerTrips =
        Counter.builder()
            .name("tallystick_circuit_breaker_trips_total")
            .help("How often a circuit breaker opened.")
            .labelNames("breaker")
            .register(registrar);
    this.attempts =
        Counter.builder()
            .name("tallystick_retry_attempts_total")
            .help("Attempts, repeated ones too, that succeeded and that failed.")
            .labelNames("retry", "result")
            .register(registrar);
    this.exhausted =
        Counter.builder()
            .name("tallystick_retry_exhausted_total")
            .help("Calls whose last attempt failed, too.")
            .labelNames("retry")
            .register(registrar);
  }

  /**
   * Registers the families.
   *
   * @throws IllegalArgumentException where they are registered there already
   */
  public static FallbackMetrics register(Registrar registrar) {
    return new FallbackMetrics(registrar);
  }

  BreakerMetrics breaker(String name) {
    if (!breakers.add(name)) { // one state for two breakers would be wrong of either
      throw new IllegalArgumentException(
          "circuit breaker has a name that another one counts under: name=" + name);
    }
    return new BreakerMetrics(
        name, breakerState, breakerCalls, breakerTrips, () -> breakers.remove(name));
  }

  RetryMetrics retry(String name) {
    return new RetryMetrics(
        attempts.labelValues(name, "success"),
        attempts.labelValues(name, "failure"),
        exhausted.labelValues(name));
  }
}
