package io.tallystick.health;

import io.tallystick.health.TimedCall.Outcome;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A check with the call that is made of it, with the context class loader of the thread that
 * registered it. Threading: one at a time.
 */
final class RegisteredCheck {
  private final String name;
  private final HealthCheck check;
  private final Duration limit;
  private final @Nullable ClassLoader loader = Thread.currentThread().getContextClassLoader();
  private @Nullable TimedCall<HealthResult> call;

  RegisteredCheck(String name, HealthCheck check, Duration limit) {
    this.name = name;
    this.check = check;
    this.limit = limit;
  }

  String name() {
    return name;
  }

  Duration limit() {
    return limit;
  }

  /** Starts a call, unless the one before has still not returned. */
  void start(CallThreads threads, LongSupplier nanoTime) {
    if (call != null && call.isPending()) {
      return;
    }
    TimedCall<HealthResult> made = new TimedCall<>(check::check, limit, nanoTime, loader);
    call = threads.start(made) ? made : null;
  }

  /** Waits for the call, but for no longer than its limit. */
  CheckReport await(CallThreads threads, InstantSource clock) {
    TimedCall<HealthResult> made = call;
    if (made == null) {
      return report(
          HealthResult.unknown("Health check could not be started"), Duration.ZERO, clock);
    }
    Outcome<HealthResult> outcome = made.await();
    if (!outcome.isStarted()) {
      threads.withdraw(made);
    }
    return report(resultOf(outcome, threads), outcome.time(), clock);
  }

  private HealthResult resultOf(Outcome<HealthResult> outcome, CallThreads threads) {
    if (!outcome.isStarted()) {
      return HealthResult.unknown(
          "Health check was not started within "
              + seconds()
              + "s: threads="
              + threads.most()
              + ", all busy");
    }
    if (!outcome.isOver() || outcome.time().compareTo(limit) > 0) {
      return HealthResult.unhealthy("Health check timed out after " + seconds() + "s");
    }
    Throwable failure = outcome.failure();
    if (failure != null) {
      return HealthResult.unhealthy("Health check failed: " + describe(failure));
    }
    HealthResult result = outcome.value();
    return result != null ? result : HealthResult.unknown("Health check returned nothing");
  }

  private static String describe(Throwable failure) {
    try {
      String message = failure.getMessage();
      String type = failure.getClass().getSimpleName();
      return message == null ? type : type + ": " + message;
    } catch (RuntimeException | Error e) { // it is not our code
      return failure.getClass().getSimpleName();
    }
  }

  /** The limit as 5, or 0.25. */
  private String seconds() {
    return BigDecimal.valueOf(limit.toMillis(), 3).stripTrailingZeros().toPlainString();
  }

  private CheckReport report(HealthResult result, Duration latency, InstantSource clock) {
    return new CheckReport(name, result.status(), result.message(), latency, clock.instant());
  }
}
