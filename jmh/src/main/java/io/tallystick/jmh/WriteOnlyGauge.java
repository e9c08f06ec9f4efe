package io.tallystick.jmh;

import io.prometheus.metrics.core.datapoints.GaugeDataPoint;
import io.prometheus.metrics.model.snapshots.Labels;

/** A gauge of a library with its own interface, behind client_java's, for updates only. */
abstract class WriteOnlyGauge implements GaugeDataPoint {
  @Override
  public final void incWithExemplar(double amount, Labels labels) {
    throw new UnsupportedOperationException();
  }

  @Override
  public final void setWithExemplar(double value, Labels labels) {
    throw new UnsupportedOperationException();
  }

  @Override
  public final double get() {
    throw new UnsupportedOperationException();
  }
}
