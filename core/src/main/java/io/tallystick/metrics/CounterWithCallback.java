package io.tallystick.metrics;

import io.tallystick.shm.FamilyType;
import java.util.function.Consumer;

/**
 * A counter whose total is what a callback says, summed over all processes of the directory.
 *
 * <p>The callback is called once in each {@code tallystick.mirrorInterval}, on a thread of
 * Tallystick's. What it does not say any more is removed. Where it throws or hangs, nothing
 * changes.
 */
public final class CounterWithCallback {
  private CounterWithCallback(MetricBuilder.Registration registration) {
    registration.addCallback();
  }

  public static Builder builder() {
    return new Builder();
  }

  /** Takes what a callback says; client_java's, under this name. */
  @FunctionalInterface
  public interface Callback
      extends io.prometheus.metrics.core.metrics.CounterWithCallback.Callback {}

  /** Makes a {@link CounterWithCallback}. */
  public static final class Builder extends MetricBuilder<Builder, CounterWithCallback> {
    private final io.prometheus.metrics.core.metrics.CounterWithCallback.Builder shape;

    private Builder() {
      this(io.prometheus.metrics.core.metrics.CounterWithCallback.builder());
    }

    private Builder(io.prometheus.metrics.core.metrics.CounterWithCallback.Builder shape) {
      super(shape);
      this.shape = shape;
    }

    /** Says the values when it is called. Required. */
    public Builder callback(Consumer<? super Callback> callback) {
      shape.callback(callback == null ? null : taker -> callback.accept(callbackOf(taker)));
      return this;
    }

    private static Callback callbackOf(
        io.prometheus.metrics.core.metrics.CounterWithCallback.Callback taker) {
      return taker::call;
    }

    @Override
    Builder self() {
      return this;
    }

    @Override
    FamilyType type() {
      return FamilyType.COUNTER;
    }

    @Override
    CounterWithCallback metric(Registration registration) {
      return new CounterWithCallback(registration);
    }
  }
}
