package io.tallystick.fallback;

import io.tallystick.metrics.Counter;
import io.tallystick.metrics.Gauge;
import io.tallystick.metrics.MultiprocessMode;
import io.tallystick.metrics.Registrar;
import io.tallystick.metrics.StateSet;
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
  private final StateSet mode;
  private final Counter transitions;
  private final Gauge journalLength;
  private final Gauge journalAge;
  private final Counter storeRetries;
  private final Counter replayed;
  private final Counter refused;
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
    this.mode =
        StateSet.builder()
            .name("tallystick_fallback_mode")
            .help("The mode of an application, or of a fallback store.")
            .labelNames("name")
            .states(FallbackMode.class)
            .register(registrar);
    this.transitions =
        counter(
            registrar,
            "tallystick_fallback_transitions_total",
            "How often a mode was entered, as each process has seen it.",
            "name",
            "mode");
    this.journalLength =
        gauge(
            registrar,
            "tallystick_fallback_journal_entries",
            "Entries of a fallback store's journal that are not replayed.");
    this.journalAge =
        gauge(
            registrar,
            "tallystick_fallback_journal_age_seconds",
            "For how long the oldest of them has been there.");
    this.storeRetries =
        counter(
            registrar,
            "tallystick_fallback_retries_total",
            "Calls that were made again, because the first store did not answer.",
            "name");
    this.replayed =
        counter(
            registrar,
            "tallystick_fallback_replayed_total",
            "Entries of the journal that were replayed.",
            "name");
    this.refused =
        counter(
            registrar,
            "tallystick_fallback_refused_total",
            "Entries of the journal that the first store refused, and that are kept aside.",
            "name");
  }

  private static Counter counter(
      Registrar registrar, String name, String help, String... labelNames) {
    return Counter.builder().name(name).help(help).labelNames(labelNames).register(registrar);
  }

  private static Gauge gauge(Registrar registrar, String name, String help) {
    return Gauge.builder()
        .name(name)
        .help(help)
        .labelNames("name")
        .multiprocessMode(MultiprocessMode.LIVEMAX)
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

  ModeMetrics modes(String name) {
    return new ModeMetrics(name, mode, transitions);
  }

  FallbackStoreMetrics store(String name) {
    return new FallbackStoreMetrics(
        name, modes(name), journalLength, journalAge, storeRetries, replayed, refused);
  }
}
