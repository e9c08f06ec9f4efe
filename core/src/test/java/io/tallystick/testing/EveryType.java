package io.tallystick.testing;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.Unit;
import io.tallystick.Tallystick;
import io.tallystick.metrics.Counter;
import io.tallystick.metrics.Gauge;
import io.tallystick.metrics.Histogram;
import io.tallystick.metrics.Info;
import io.tallystick.metrics.MultiprocessMode;
import io.tallystick.metrics.RegistrarAccess;
import io.tallystick.metrics.StateSet;
import io.tallystick.metrics.Summary;
import java.time.Duration;

/** Metrics of all types and modes, with series that were removed and updates in two columns. */
public final class EveryType {
  private static final int ENOUGH_FOR_A_COLUMN = 32;
  private static final int MORE_THAN_WAIT = 300; // of observations, until a sketch is made

  private EveryType() {}

  /** Registers and updates metrics whose names start with the prefix. */
  public static void fill(Tallystick tallystick, String prefix) {
    Counter counter =
        Counter.builder()
            .name(prefix + "requests_total")
            .help("Requests \\ served.\nIn \"two\" lines.")
            .labelNames("path", "status")
            .constLabels(Labels.of("zone", "eu-1"))
            .register(tallystick);
    CounterDataPoint requests = counter.labelValues("/", "200");
    Summary summary =
        Summary.builder()
            .name(prefix + "payload")
            .unit(Unit.BYTES)
            .labelNames("kind")
            .register(tallystick);
    Summary quantiles =
        Summary.builder()
            .name(prefix + "wait")
            .quantile(0.5, 0.2)
            .quantile(1, 0)
            .maxAgeSeconds(100_000_000_000L) // the slice that tests are in never ends
            .numberOfAgeBuckets(1)
            .register(tallystick);
    Histogram histogram =
        Histogram.builder()
            .name(prefix + "latency_seconds")
            .help("Latency.")
            .unit(Unit.SECONDS)
            .labelNames("path")
            .classicUpperBounds(0.001, 0.01, 0.1, 1, 10)
            .register(tallystick);
    DistributionDataPoint latency = histogram.labelValues("/");
    CounterDataPoint thirds = Counter.builder().name(prefix + "thirds").register(tallystick);
    for (int round = 0; round < 2; round++) { // first in a shared column, then in an own one
      for (int i = 0; i < ENOUGH_FOR_A_COLUMN; i++) {
        requests.inc();
        requests.inc(0.25); // exact in whatever columns the agent's turns give
        latency.observe(i / 256.0);
        thirds.inc(1.0 / 3);
        summary.labelValues("in").observe(i);
      }
      for (int i = 0; i < MORE_THAN_WAIT; i++) {
        quantiles.observe(i);
      }
      RegistrarAccess.turn(tallystick);
    }
    summary.labelValues("on").observe(1);
    counter.labelValues("/é\n\"\\", "500").inc(7);
    counter.labelValues("/gone", "404").inc(1_000_000);
    counter.remove("/gone", "404");
    histogram.labelValues("/gone").observe(5);
    histogram.remove("/gone");
    fillGauges(tallystick, prefix);
    Info info = Info.builder().name(prefix + "build").labelNames("version").register(tallystick);
    info.addLabelValues("1.0");
    info.addLabelValues("1.1");
    info.remove("1.0");
    StateSet states =
        StateSet.builder().name(prefix + "state").states("up", "down").register(tallystick);
    states.setTrue("up");
    Counter sessions =
        Counter.builder()
            .name(prefix + "sessions")
            .labelNames("user")
            .seriesTimeToLive(Duration.ofDays(9))
            .register(tallystick);
    sessions.labelValues("a").inc(2);
    sessions.labelValues("gone").inc();
    sessions.remove("gone");
    Counter.builder().name(prefix + "plain_total").register(tallystick).inc(3);
  }

  private static void fillGauges(Tallystick tallystick, String prefix) {
    for (MultiprocessMode mode : MultiprocessMode.values()) {
      Gauge gauge =
          Gauge.builder()
              .name(prefix + "gauge_" + mode.name().toLowerCase(java.util.Locale.ROOT))
              .labelNames("room")
              .multiprocessMode(mode)
              .register(tallystick);
      gauge.labelValues("a").set(1.5 + mode.name().length());
      gauge.labelValues("gone").set(99);
      gauge.remove("gone");
    }
  }
}
