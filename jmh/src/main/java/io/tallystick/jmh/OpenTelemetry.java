package io.tallystick.jmh;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.incubator.metrics.BoundDoubleCounter;
import io.opentelemetry.api.incubator.metrics.BoundDoubleGauge;
import io.opentelemetry.api.incubator.metrics.BoundDoubleHistogram;
import io.opentelemetry.api.incubator.metrics.BoundDoubleUpDownCounter;
import io.opentelemetry.api.incubator.metrics.BoundLongCounter;
import io.opentelemetry.api.incubator.metrics.ExtendedDoubleCounter;
import io.opentelemetry.api.incubator.metrics.ExtendedDoubleGauge;
import io.opentelemetry.api.incubator.metrics.ExtendedDoubleHistogram;
import io.opentelemetry.api.incubator.metrics.ExtendedDoubleUpDownCounter;
import io.opentelemetry.api.incubator.metrics.ExtendedLongCounter;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.ExemplarFilter;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.SdkMeterProviderBuilder;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.datapoints.GaugeDataPoint;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A peer with its own interface, on its SDK with one cumulative reader.
 *
 * <p>A resolved series is a bound instrument of the incubating API, its fastest way: the attributes
 * are looked up once. Exemplars are off: with them each update looks for the span of its thread,
 * which the other contenders are told not to do, as there is no tracer.
 */
final class OpenTelemetry {
  private static final AttributeKey<String> PATH = AttributeKey.stringKey("path");
  private static final AttributeKey<String> STATUS = AttributeKey.stringKey("status");
  private static final AttributeKey<String> QUEUE = AttributeKey.stringKey("queue");

  private OpenTelemetry() {}

  static CounterDataPoint counter() {
    return new CounterAdapter(meter(), attributes("/", "200"));
  }

  /** Not bound: here the attributes come with each update. */
  static CounterLookup lookup() {
    LongCounter counter = meter().counterBuilder("requests").build();
    return (path, status) -> counter.add(1, attributes(path, status));
  }

  static GaugeDataPoint gauge() {
    return new GaugeAdapter(meter(), Attributes.of(QUEUE, "orders"));
  }

  static DistributionDataPoint histogram() {
    return distribution(Arrays.stream(Samples.BOUNDS).boxed().collect(Collectors.toList()));
  }

  /** A histogram without bounds: count and sum, besides the extremes that it always keeps. */
  static DistributionDataPoint summary() {
    return distribution(List.of());
  }

  private static DistributionDataPoint distribution(List<Double> bounds) {
    ExtendedDoubleHistogram histogram =
        (ExtendedDoubleHistogram)
            meter()
                .histogramBuilder("request.duration")
                .setExplicitBucketBoundariesAdvice(bounds)
                .build();
    return new DistributionAdapter(histogram.bind(Attributes.of(PATH, "/")));
  }

  private static Meter meter() {
    return meter(SdkMeterProvider.builder().registerMetricReader(new CumulativeReader()));
  }

  /** A meter whose counters a reader reads, with as many series each as it is asked for. */
  static Meter meter(MetricReader reader, int seriesPerCounter) {
    return meter(
        SdkMeterProvider.builder().registerMetricReader(reader, type -> seriesPerCounter + 1));
  }

  private static Meter meter(SdkMeterProviderBuilder provider) {
    return provider.setExemplarFilter(ExemplarFilter.alwaysOff()).build().get("io.tallystick.jmh");
  }

  static Attributes attributes(String path, String status) {
    return Attributes.of(PATH, path, STATUS, status);
  }

  private static final class CounterAdapter extends WriteOnlyCounter {
    private final BoundLongCounter longs;
    private final BoundDoubleCounter doubles;

    CounterAdapter(Meter meter, Attributes attributes) {
      this.longs =
          ((ExtendedLongCounter) meter.counterBuilder("requests").build()).bind(attributes);
      this.doubles =
          ((ExtendedDoubleCounter) meter.counterBuilder("request.amounts").ofDoubles().build())
              .bind(attributes);
    }

    @Override
    public void inc() {
      longs.add(1);
    }

    @Override
    public void inc(double amount) {
      doubles.add(amount);
    }
  }

  /** Two instruments, since one is either set or added to. */
  private static final class GaugeAdapter extends WriteOnlyGauge {
    private final BoundDoubleGauge gauge;
    private final BoundDoubleUpDownCounter upDownCounter;

    GaugeAdapter(Meter meter, Attributes attributes) {
      this.gauge =
          ((ExtendedDoubleGauge) meter.gaugeBuilder("queue.length").build()).bind(attributes);
      this.upDownCounter =
          ((ExtendedDoubleUpDownCounter)
                  meter.upDownCounterBuilder("queue.changes").ofDoubles().build())
              .bind(attributes);
    }

    @Override
    public void inc(double amount) {
      upDownCounter.add(amount);
    }

    @Override
    public void set(double value) {
      gauge.set(value);
    }
  }

  private static final class DistributionAdapter extends WriteOnlyDistribution {
    private final BoundDoubleHistogram histogram;

    DistributionAdapter(BoundDoubleHistogram histogram) {
      this.histogram = histogram;
    }

    @Override
    public void observe(double value) {
      histogram.record(value);
    }
  }

  /** Never collects; without a reader the SDK would record nothing. */
  private static final class CumulativeReader implements MetricReader {
    @Override
    public void register(CollectionRegistration registration) {}

    @Override
    public AggregationTemporality getAggregationTemporality(InstrumentType instrumentType) {
      return AggregationTemporality.CUMULATIVE;
    }

    @Override
    public CompletableResultCode forceFlush() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
      return CompletableResultCode.ofSuccess();
    }
  }
}
