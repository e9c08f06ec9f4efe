package io.tallystick.fallback;

import io.tallystick.health.CircuitBreakerHealth;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Stops calling what fails, and asks now and then whether it is back.
 *
 * <p>Closed, it lets every call through, until a number of them failed in a row: then it is open,
 * and refuses all. After a while it is half open: it lets one probe through at a time, until enough
 * of them succeeded in a row, which closes it, or one fails, which opens it again. A probe whose
 * result does not come within the same while is given up for another one.
 *
 * <p>Threading: any. While it is closed and calls succeed, no lock is taken and nothing is
 * allocated. A result counts for the state in which its call was let through, and for no later one.
 */
public final class CircuitBreaker implements AutoCloseable {
  /** What {@link #tryAcquire} returns instead of a permit. */
  public static final long REFUSED = -1;

  private final String name;
  private final Predicate<? super Exception> isFailure;
  private final @Nullable BreakerMetrics metrics;
  private final Circuit circuit;
  private final LongAdder successes = new LongAdder();
  private final LongAdder failures = new LongAdder();

  private CircuitBreaker(Builder builder) {
    this.name = builder.name;
    this.isFailure = builder.isFailure;
    this.metrics = builder.metrics == null ? null : builder.metrics.breaker(name);
    this.circuit =
        new Circuit(
            builder.failureThreshold,
            builder.successThreshold,
            builder.openFor,
            builder.nanoTime,
            metrics);
  }

  /**
   * A breaker with 5 failures, 30 seconds and 2 successes, unless it is told otherwise.
   *
   * @param name what it protects, in messages and metrics
   */
  public static Builder builder(String name) {
    return new Builder(name);
  }

  /**
   * Calls what it protects, where it may.
   *
   * @throws CircuitOpenException where it may not
   * @throws Exception what the call throws. One that is no failure counts as a success; an
   *     interruption counts as neither
   */
  public <T extends @Nullable Object> T call(Callable<T> call) throws Exception {
    long permit = tryAcquire();
    if (permit == REFUSED) {
      throw new CircuitOpenException(name, retryAfter());
    }
    boolean failed = true; // where it throws an error
    try {
      T result = call.call();
      failed = false;
      return result;
    } catch (InterruptedException e) {
      release(permit);
      permit = REFUSED;
      throw e;
    } catch (Exception e) {
      failed = isFailure(e);
      throw e;
    } finally {
      if (permit != REFUSED) {
        if (failed) {
          onFailure(permit);
        } else {
          onSuccess(permit);
        }
      }
    }
  }

  private boolean isFailure(Exception thrown) {
    try {
      return isFailure.test(thrown);
    } catch (RuntimeException e) { // it is not our code
      if (e != thrown) {
        thrown.addSuppressed(e);
      }
      return true;
    }
  }

  /**
   * Asks for a call. Whoever gets a permit calls one of {@link #onSuccess}, {@link #onFailure} and
   * {@link #release} with it.
   *
   * @return a permit, or {@link #REFUSED}
   */
  public long tryAcquire() {
    long permit = circuit.tryAcquire();
    if (permit == REFUSED && metrics != null) {
      metrics.refused();
    }
    return permit;
  }

  /** Says that a call succeeded. */
  public void onSuccess(long permit) {
    successes.increment();
    if (metrics != null) {
      metrics.succeeded();
    }
    circuit.onSuccess(permit);
  }

  /** Says that a call failed. */
  public void onFailure(long permit) {
    failures.increment();
    if (metrics != null) {
      metrics.failed();
    }
    circuit.onFailure(permit);
  }

  /** Gives a permit back without a result, as where the call was not made. */
  public void release(long permit) {
    circuit.release(permit);
  }

  /** Opens it, where it is closed: what it protects fails, though not in a row. */
  void openCircuit() {
    circuit.open();
  }

  /** Closes it: others have seen that what it protects is back. */
  void closeCircuit() {
    circuit.close();
  }

  public String name() {
    return name;
  }

  /**
   * What it does with calls. It becomes half open when somebody asks for a call, not by time alone.
   */
  public State state() {
    return circuit.state();
  }

  /**
   * In how long a probe may be let through at the latest; zero where one may be now. Where one is
   * out, in how long it is given up: it may come back sooner.
   */
  public Duration retryAfter() {
    return circuit.retryAfter();
  }

  /** What health says of it. */
  public CircuitBreakerHealth health() {
    Circuit.Figures figures = circuit.figures();
    return new CircuitBreakerHealth(
        true,
        figures.state().name(),
        figures.notClosedFor(),
        failures.sum(),
        successes.sum(),
        figures.trips(),
        figures.failedInRow());
  }

  /**
   * Gives its name in the metrics back, for another breaker: its series then show no state, and
   * count no more. It goes on without them. Needed only where there are metrics, and for as long as
   * others may come; twice does no harm.
   */
  @Override
  public void close() {
    if (metrics != null) {
      metrics.close();
    }
  }

  /** What a breaker does with calls. */
  public enum State {
    /** Lets them through. */
    CLOSED,
    /** Refuses them. */
    OPEN,
    /** Lets one through at a time, to see how it ends. */
    HALF_OPEN
  }

  /** Makes a {@link CircuitBreaker}. */
  public static final class Builder {
    private static final Duration LONGEST = Duration.ofDays(36_500);

    private final String name;
    private int failureThreshold = 5;
    private int successThreshold = 2;
    private Duration openFor = Duration.ofSeconds(30);
    private Predicate<? super Exception> isFailure = e -> true;
    private LongSupplier nanoTime = System::nanoTime;
    private @Nullable FallbackMetrics metrics;

    private Builder(String name) {
      this.name = Objects.requireNonNull(name, "name");
    }

    /** How many failures in a row open it; default 5. */
    public Builder failureThreshold(int failureThreshold) {
      this.failureThreshold = positive("failureThreshold", failureThreshold);
      return this;
    }

    /** How many probes in a row must succeed to close it; default 2. */
    public Builder successThreshold(int successThreshold) {
      this.successThreshold = positive("successThreshold", successThreshold);
      return this;
    }

    /** How long it refuses all calls, and how long it waits for a probe; default 30 seconds. */
    public Builder openFor(Duration openFor) {
      if (openFor.isNegative() || openFor.isZero() || openFor.compareTo(LONGEST) > 0) {
        throw new IllegalArgumentException(
            "bad duration: openFor=" + openFor + " expected=above zero and at most " + LONGEST);
      }
      this.openFor = openFor;
      return this;
    }

    /**
     * Which exceptions of a {@linkplain #call call} say that what was called is away; default all.
     */
    public Builder failsOn(Predicate<? super Exception> isFailure) {
      this.isFailure = Objects.requireNonNull(isFailure, "isFailure");
      return this;
    }

    /** The source of time, in nanoseconds that only go forward; default the JVM's. */
    public Builder nanoTime(LongSupplier nanoTime) {
      this.nanoTime = Objects.requireNonNull(nanoTime, "nanoTime");
      return this;
    }

    /** Where it counts its calls, besides {@link #health}. */
    public Builder metrics(FallbackMetrics metrics) {
      this.metrics = metrics;
      return this;
    }

    /**
     * The breaker, closed.
     *
     * @throws IllegalArgumentException where another breaker that is in use counts under its name
     */
    public CircuitBreaker build() {
      return new CircuitBreaker(this);
    }

    private static int positive(String name, int value) {
      if (value < 1) {
        throw new IllegalArgumentException("not above zero: " + name + "=" + value);
      }
      return value;
    }
  }
}
