package io.tallystick.metrics;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.datapoints.GaugeDataPoint;
import io.prometheus.metrics.core.datapoints.StateSetDataPoint;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.Unit;
import io.tallystick.Tallystick;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** This library. */
record TallystickLibrary(Tallystick tallystick) implements Library {
  @Override
  public Metric<CounterDataPoint> counter(Consumer<Shape> shape) {
    Counter.Builder builder = Counter.builder();
    shape.accept(new BuilderShape(builder));
    Counter counter = builder.register(tallystick);
    return new Stateful<>(counter, counter);
  }

  @Override
  public Metric<GaugeDataPoint> gauge(MultiprocessMode mode, Consumer<Shape> shape) {
    Gauge.Builder builder = Gauge.builder().multiprocessMode(mode);
    shape.accept(new BuilderShape(builder));
    Gauge gauge = builder.register(tallystick);
    return new Stateful<>(gauge, gauge);
  }

  @Override
  public Metric<DistributionDataPoint> histogram(Consumer<Shape> shape) {
    return histogram(Histogram.builder().classicOnly(), shape);
  }

  @Override
  public Metric<DistributionDataPoint> mixedHistogram(Consumer<Shape> shape) {
    return histogram(Histogram.builder(), shape);
  }

  @Override
  public Metric<DistributionDataPoint> nativeHistogram(Consumer<Shape> shape) {
    return histogram(Histogram.builder().nativeOnly(), shape);
  }

  private Metric<DistributionDataPoint> histogram(
      Histogram.Builder builder, Consumer<Shape> shape) {
    shape.accept(new BuilderShape(builder));
    Histogram histogram = builder.register(tallystick);
    return new Stateful<>(histogram, histogram);
  }

  @Override
  public Metric<DistributionDataPoint> summary(Consumer<Shape> shape) {
    Summary.Builder builder = Summary.builder();
    shape.accept(new BuilderShape(builder));
    Summary summary = builder.register(tallystick);
    return new Stateful<>(summary, summary);
  }

  @Override
  public Metric<StateSetDataPoint> stateSet(Consumer<Shape> shape) {
    StateSet.Builder builder = StateSet.builder();
    shape.accept(new BuilderShape(builder));
    StateSet stateSet = builder.register(tallystick);
    return new Stateful<>(stateSet, stateSet);
  }

  @Override
  public Facts info(Consumer<Shape> shape) {
    Info.Builder builder = Info.builder();
    shape.accept(new BuilderShape(builder));
    return new InfoFacts(builder.register(tallystick));
  }

  private record Stateful<D>(StatefulMetric<D, ?> metric, D self) implements Metric<D> {
    /** Through the overload that a call with as many arguments would take. */
    @Override
    public D labelValues(String... values) {
      return switch (values.length) {
        case 1 -> metric.labelValues(values[0]);
        case 2 -> metric.labelValues(values[0], values[1]);
        case 3 -> metric.labelValues(values[0], values[1], values[2]);
        default -> metric.labelValues(values);
      };
    }

    @Override
    public void initLabelValues(String... labelValues) {
      metric.initLabelValues(labelValues);
    }

    @Override
    public void remove(String... labelValues) {
      metric.remove(labelValues);
    }

    @Override
    public void removeIf(Function<List<String>, Boolean> isRemoved) {
      metric.removeIf(isRemoved);
    }

    @Override
    public void clear() {
      metric.clear();
    }
  }

  private record InfoFacts(Info info) implements Facts {
    @Override
    public void setLabelValues(String... labelValues) {
      info.setLabelValues(labelValues);
    }

    @Override
    public void addLabelValues(String... labelValues) {
      info.addLabelValues(labelValues);
    }

    @Override
    public void remove(String... labelValues) {
      info.remove(labelValues);
    }
  }

  private record BuilderShape(MetricBuilder<?, ?> builder) implements Shape {
    @Override
    public Shape name(String name) {
      builder.name(name);
      return this;
    }

    @Override
    public Shape help(String help) {
      builder.help(help);
      return this;
    }

    @Override
    public Shape unit(Unit unit) {
      builder.unit(unit);
      return this;
    }

    @Override
    public Shape labelNames(String... labelNames) {
      builder.labelNames(labelNames);
      return this;
    }

    @Override
    public Shape constLabels(Labels constLabels) {
      builder.constLabels(constLabels);
      return this;
    }

    @Override
    public Shape classicUpperBounds(double... upperBounds) {
      ((Histogram.Builder) builder).classicUpperBounds(upperBounds);
      return this;
    }

    @Override
    public Shape classicLinearUpperBounds(double start, double width, int count) {
      ((Histogram.Builder) builder).classicLinearUpperBounds(start, width, count);
      return this;
    }

    @Override
    public Shape classicExponentialUpperBounds(double start, double factor, int count) {
      ((Histogram.Builder) builder).classicExponentialUpperBounds(start, factor, count);
      return this;
    }

    @Override
    public Shape quantile(double quantile) {
      ((Summary.Builder) builder).quantile(quantile);
      return this;
    }

    @Override
    public Shape quantile(double quantile, double error) {
      ((Summary.Builder) builder).quantile(quantile, error);
      return this;
    }

    @Override
    public Shape maxAgeSeconds(long maxAgeSeconds) {
      ((Summary.Builder) builder).maxAgeSeconds(maxAgeSeconds);
      return this;
    }

    @Override
    public Shape numberOfAgeBuckets(int ageBuckets) {
      ((Summary.Builder) builder).numberOfAgeBuckets(ageBuckets);
      return this;
    }

    @Override
    public Shape states(Class<? extends Enum<?>> enumClass) {
      ((StateSet.Builder) builder).states(enumClass);
      return this;
    }

    @Override
    public Shape states(String... stateNames) {
      ((StateSet.Builder) builder).states(stateNames);
      return this;
    }
  }
}
