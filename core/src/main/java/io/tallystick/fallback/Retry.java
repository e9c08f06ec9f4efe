package io.tallystick.fallback;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.tallystick.health.RetryWindow;
import io.tallystick.store.RetryPolicy;
import io.tallystick.store.StoreException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Makes a call again where it fails, after a while whose upper end doubles each time.
 *
 * <p>The while is a random one between nothing and that end (full jitter), so that callers that
 * failed together do not come back together. See M. Brooker, "Exponential Backoff And Jitter", AWS
 * Architecture Blog, 2015.
 *
 * <p>Threading: any. The calling thread waits, and can be interrupted.
 */
public final class Retry {
  /** Three attempts; half a second at first, eight seconds at most. */
  public static final RetryPolicy DEFAULT_POLICY =
      new RetryPolicy(3, Duration.ofMillis(500), Duration.ofSeconds(8));

  private final RetryPolicy policy;
  private final Predicate<? super Exception> isRetried;
  private final Pause pause;
  private final DoubleSupplier random;
  private final @Nullable RetryWindow window;
  private final @Nullable RetryMetrics metrics;

  private Retry(Builder builder) {
    this.policy = builder.policy;
    this.isRetried = builder.isRetried;
    this.pause = builder.pause;
    this.random = builder.random;
    this.window = builder.window;
    this.metrics = builder.metrics == null ? null : builder.metrics.retry(builder.name);
  }

  /**
   * A retry with the {@linkplain #DEFAULT_POLICY default policy}, unless it is told otherwise.
   *
   * @param name what is called, in metrics
   */
  public static Builder builder(String name) {
    return new Builder(name);
  }

  /**
   * Makes a call, as often as the policy says until it succeeds.
   *
   * @throws InterruptedException where the thread is interrupted while it waits
   * @throws Exception what the last attempt threw, or one that is not retried
   */
  public <T extends @Nullable Object> T call(Callable<T> call) throws Exception {
    for (int attempt = 1; ; attempt++) {
      try {
        T result = call.call();
        count(true);
        return result;
      } catch (InterruptedException e) {
        throw e; // says nothing of what was called
      } catch (Exception e) {
        if (!(e instanceof CircuitOpenException)) { // then nothing was called
          count(false);
        }
        if (attempt >= policy.attempts() && metrics != null) {
          metrics.exhausted().inc();
        }
        if (attempt >= policy.attempts() || !isRetried(e)) {
          throw e;
        }
      } catch (Error e) {
        count(false);
        throw e;
      }
      pause.pause(delayAfter(attempt));
    }
  }

  private boolean isRetried(Exception thrown) {
    try {
      return isRetried.test(thrown);
    } catch (RuntimeException e) { // it is not our code
      if (e != thrown) {
        thrown.addSuppressed(e);
      }
      return false;
    }
  }

  private void count(boolean succeeded) {
    if (window != null) {
      window.count(succeeded);
    }
    if (metrics != null) {
      (succeeded ? metrics.successes() : metrics.failures()).inc();
    }
  }

  /** A random while for the wait after an attempt, counted from 1. */
  public Duration delayAfter(int attempt) {
    long mostNs = NANOSECONDS.convert(policy.delayAfter(attempt));
    return Duration.ofNanos((long) (mostNs * random.getAsDouble()));
  }

  private static boolean isWorthIt(Exception thrown) {
    if (thrown instanceof StoreException e) {
      return e.category() == StoreException.Category.TRANSIENT;
    }
    return !(thrown instanceof CircuitOpenException);
  }

  /** Waits. */
  @FunctionalInterface
  public interface Pause {
    /** Returns after a while. */
    void pause(Duration time) throws InterruptedException;
  }

  /** Makes a {@link Retry}. */
  public static final class Builder {
    private static final Pause PAUSE =
        time -> {
          boolean unused = new CountDownLatch(1).await(NANOSECONDS.convert(time), NANOSECONDS);
        };

    private final String name;
    private RetryPolicy policy = DEFAULT_POLICY;
    private Predicate<? super Exception> isRetried = Retry::isWorthIt;
    private Pause pause = PAUSE;
    private DoubleSupplier random = () -> ThreadLocalRandom.current().nextDouble();
    private @Nullable RetryWindow window;
    private @Nullable FallbackMetrics metrics;

    private Builder(String name) {
      this.name = Objects.requireNonNull(name, "name");
    }

    /** How often and after which waits; each wait is the upper end of a random one. */
    public Builder policy(RetryPolicy policy) {
      this.policy = Objects.requireNonNull(policy, "policy");
      return this;
    }

    /**
     * Which exceptions are worth another attempt. By default all but those of a store that are not
     * TRANSIENT, and a {@link CircuitOpenException}. An interruption never is, nor an error.
     */
    public Builder retriesOn(Predicate<? super Exception> isRetried) {
      this.isRetried = Objects.requireNonNull(isRetried, "isRetried");
      return this;
    }

    /** How it waits; default on the system's clock. */
    public Builder pause(Pause pause) {
      this.pause = Objects.requireNonNull(pause, "pause");
      return this;
    }

    /** Where jitter comes from: numbers from 0 to 1, 1 excluded; called by any thread. */
    public Builder random(DoubleSupplier random) {
      this.random = Objects.requireNonNull(random, "random");
      return this;
    }

    /** Where it counts attempts for the state of health. */
    public Builder window(RetryWindow window) {
      this.window = window;
      return this;
    }

    /** Where it counts attempts as metrics. */
    public Builder metrics(FallbackMetrics metrics) {
      this.metrics = metrics;
      return this;
    }

    public Retry build() {
      return new Retry(this);
    }
  }
}
