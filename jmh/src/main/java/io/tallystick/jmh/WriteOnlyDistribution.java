package io.tallystick.jmh;

import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.model.snapshots.Labels;

/** A distribution of a library with its own interface, behind client_java's, for updates only. */
abstract class WriteOnlyDistribution implements DistributionDataPoint {
  @Override
  public final void observeWithExemplar(double value, Labels labels) {
    throw new UnsupportedOperationException();
  }

  @Override
  public final long getCount() {
    throw new UnsupportedOperationException();
  }

  @Override
  public final double getSum() {
    throw new UnsupportedOperationException();
  }
}
