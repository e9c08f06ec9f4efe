package io.tallystick.jmh;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.model.snapshots.Labels;

/** A counter of a library with its own interface, behind client_java's, for updates only. */
abstract class WriteOnlyCounter implements CounterDataPoint {
  @Override
  public abstract void inc();

  @Override
  public final void incWithExemplar(double amount, Labels labels) {
    throw new UnsupportedOperationException();
  }

  @Override
  public final double get() {
    throw new UnsupportedOperationException();
  }

  @Override
  public final long getLongValue() {
    throw new UnsupportedOperationException();
  }
}
