package io.tallystick.metrics;

import io.tallystick.shm.FamilyType;
import io.tallystick.shm.GaugeMode;
import java.util.function.Consumer;

/**
 * A gauge whose value is what a callback says. How the values of several processes become one says
 * its {@link MultiprocessMode}.
 *
 * <p>The callback is called once in each {@code tallystick.mirrorInterval}, on a thread of
 * Tallystick's. What it does not say any more is removed. Where it throws or hangs, nothing
 * changes.
 */
public final class GaugeWithCallback {
  private GaugeWithCallback(MetricBuilder.Registration registration) {
    registration.addCallback();
  }

  public static Builder builder() {
    return new Builder();
  }

  /** Takes what a callback says; client_java's, under this name. */
  @FunctionalInterface
  public interface Callback extends io.prometheus.metrics.core.metrics.GaugeWithCallback.Callback {}

  /** Makes a {@link GaugeWithCallback}. */
  public static final class Builder extends MetricBuilder<Builder, GaugeWithCallback> {
    private final io.prometheus.metrics.core.metrics.GaugeWithCallback.Builder shape;
    private MultiprocessMode mode = MultiprocessMode.ALL;

    private Builder() {
      this(io.prometheus.metrics.core.metrics.GaugeWithCallback.builder());
    }

    private Builder(io.prometheus.metrics.core.metrics.GaugeWithCallback.Builder shape) {
      super(shape);
      this.shape = shape;
    }

    /** Says the values when it is called. Required. */
    public Builder callback(Consumer<? super Callback> callback) {
      shape.callback(callback == null ? null : taker -> callback.accept(callbackOf(taker)));
      return this;
    }

    private static Callback callbackOf(
        io.prometheus.metrics.core.metrics.GaugeWithCallback.Callback taker) {
      return taker::call;
    }

    /** How the values of several processes become one; default {@link MultiprocessMode#ALL}. */
    public Builder multiprocessMode(MultiprocessMode mode) {
      this.mode = mode;
      return this;
    }

    @Override
    Builder self() {
      return this;
    }

    @Override
    FamilyType type() {
      return FamilyType.GAUGE;
    }

    @Override
    GaugeMode mode() {
      return mode.toGaugeMode();
    }

    @Override
    GaugeWithCallback metric(Registration registration) {
      return new GaugeWithCallback(registration);
    }
  }
}
