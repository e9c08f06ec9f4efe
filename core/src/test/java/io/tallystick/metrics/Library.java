package io.tallystick.metrics;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.datapoints.GaugeDataPoint;
import io.prometheus.metrics.core.datapoints.StateSetDataPoint;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.Unit;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** A metrics library as a program sees it, so that one program can run on client_java and here. */
interface Library {
  Metric<CounterDataPoint> counter(Consumer<Shape> shape);

  /** A gauge; a library without modes ignores the mode. */
  Metric<GaugeDataPoint> gauge(MultiprocessMode mode, Consumer<Shape> shape);

  /** A gauge of which the directory shows one value. */
  default Metric<GaugeDataPoint> gauge(Consumer<Shape> shape) {
    return gauge(MultiprocessMode.MOSTRECENT, shape);
  }

  /** A histogram with classic buckets only. */
  Metric<DistributionDataPoint> histogram(Consumer<Shape> shape);

  /** A histogram as it is where nothing is said: with native buckets and classic ones. */
  Metric<DistributionDataPoint> mixedHistogram(Consumer<Shape> shape);

  /** A histogram with native buckets only. */
  Metric<DistributionDataPoint> nativeHistogram(Consumer<Shape> shape);

  Metric<DistributionDataPoint> summary(Consumer<Shape> shape);

  Metric<StateSetDataPoint> stateSet(Consumer<Shape> shape);

  Facts info(Consumer<Shape> shape);

  /** What all builders have in common, and what one of them has. */
  interface Shape {
    Shape name(String name);

    Shape help(String help);

    Shape unit(Unit unit);

    Shape labelNames(String... labelNames);

    Shape constLabels(Labels constLabels);

    Shape classicUpperBounds(double... upperBounds);

    Shape classicLinearUpperBounds(double start, double width, int count);

    Shape classicExponentialUpperBounds(double start, double factor, int count);

    Shape quantile(double quantile);

    Shape quantile(double quantile, double error);

    Shape maxAgeSeconds(long maxAgeSeconds);

    Shape numberOfAgeBuckets(int ageBuckets);

    Shape states(Class<? extends Enum<?>> enumClass);

    Shape states(String... stateNames);
  }

  /** A registered metric whose series have data points. */
  interface Metric<D> {
    /** The metric as the data point of its series without labels. */
    D self();

    D labelValues(String... labelValues);

    void initLabelValues(String... labelValues);

    void remove(String... labelValues);

    void removeIf(Function<List<String>, Boolean> isRemoved);

    void clear();
  }

  /** A registered info. */
  interface Facts {
    void setLabelValues(String... labelValues);

    void addLabelValues(String... labelValues);

    void remove(String... labelValues);
  }
}
