package io.tallystick.metrics;

import io.tallystick.shm.FamilyType;
import java.util.function.Consumer;

/**
 * A summary whose count and sum are what a callback says, summed over all processes of the
 * directory. Quantiles of several processes cannot be merged, so those of the callback are left
 * out.
 *
 * <p>The callback is called once in each {@code tallystick.mirrorInterval}, on a thread of
 * Tallystick's. What it does not say any more is removed. Where it throws or hangs, nothing
 * changes.
 */
public final class SummaryWithCallback {
  private SummaryWithCallback(MetricBuilder.Registration registration) {
    registration.addCallback();
  }

  public static Builder builder() {
    return new Builder();
  }

  /** Takes what a callback says; client_java's, under this name. */
  @FunctionalInterface
  public interface Callback
      extends io.prometheus.metrics.core.metrics.SummaryWithCallback.Callback {}

  /** Makes a {@link SummaryWithCallback}. */
  public static final class Builder extends MetricBuilder<Builder, SummaryWithCallback> {
    private final io.prometheus.metrics.core.metrics.SummaryWithCallback.Builder shape;

    private Builder() {
      this(io.prometheus.metrics.core.metrics.SummaryWithCallback.builder());
    }

    private Builder(io.prometheus.metrics.core.metrics.SummaryWithCallback.Builder shape) {
      super(shape);
      this.shape = shape;
    }

    /** Says the values when it is called. Required. */
    public Builder callback(Consumer<? super Callback> callback) {
      shape.callback(callback == null ? null : taker -> callback.accept(callbackOf(taker)));
      return this;
    }

    private static Callback callbackOf(
        io.prometheus.metrics.core.metrics.SummaryWithCallback.Callback taker) {
      return taker::call;
    }

    @Override
    Builder self() {
      return this;
    }

    @Override
    FamilyType type() {
      return FamilyType.SUMMARY;
    }

    @Override
    SummaryWithCallback metric(Registration registration) {
      return new SummaryWithCallback(registration);
    }
  }
}
