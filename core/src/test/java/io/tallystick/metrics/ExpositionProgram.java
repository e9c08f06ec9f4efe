package io.tallystick.metrics;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.datapoints.GaugeDataPoint;
import io.prometheus.metrics.core.datapoints.StateSetDataPoint;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.Unit;

/**
 * What a program does with the metrics of one type, on client_java or here. A new type is a new
 * constant.
 */
enum ExpositionProgram {
  COUNTER {
    @Override
    void run(Library library, Runnable turn) {
      library.counter(shape -> shape.name("jobs_total")).self().inc(3);
      Library.Metric<CounterDataPoint> requests =
          library.counter(
              shape ->
                  shape
                      .name("http_requests_total")
                      .help("Requests \\ served.\nIn \"two\" lines.")
                      .labelNames("path", "status")
                      .constLabels(Labels.of("zone", "eu-1")));
      requests.labelValues("/", "200").inc();
      turn.run();
      requests.labelValues("/é\n\"\\", "500").inc(0.25);
      requests.labelValues("/gone", "404").inc(7);
      library
          .counter(shape -> shape.name("transfer_seconds").unit(Unit.SECONDS).help("Transfer."))
          .self()
          .inc(12345678.5);
      turn.run();
      requests.remove("/gone", "404");
      requests.labelValues("/", "200").inc(1L << 40);
      library
          .counter(shape -> shape.name("cache.hits.total").labelNames("cache.name", "zoné"))
          .labelValues("a", "b")
          .inc(2);
      library.counter(shape -> shape.name("größe")).self().inc();
      library.counter(shape -> shape.name("with:colon").labelNames("a:b")).labelValues("x").inc();
    }
  },

  GAUGE {
    @Override
    void run(Library library, Runnable turn) {
      Library.Metric<GaugeDataPoint> rooms =
          library.gauge(
              shape ->
                  shape
                      .name("room_temperature_celsius")
                      .unit(Unit.CELSIUS)
                      .help("Temperature.")
                      .labelNames("room", "floor_number"));
      rooms.labelValues("a", "1").set(21.5);
      rooms.labelValues("b", "-1").set(-1e-7);
      turn.run();
      rooms.labelValues("c", "").set(Double.NaN);
      library.gauge(shape -> shape.name("queue.created")).self().set(4);
      library.gauge(shape -> shape.name("memory.total").help("All.")).self().set(1e9);
      library
          .gauge(shape -> shape.name("pool.size").labelNames("pool.name").help("Size."))
          .labelValues("main")
          .set(Double.NEGATIVE_INFINITY);
    }
  },

  HISTOGRAM {
    @Override
    void run(Library library, Runnable turn) {
      Library.Metric<DistributionDataPoint> latency =
          library.histogram(
              shape ->
                  shape
                      .name("latency_seconds")
                      .unit(Unit.SECONDS)
                      .help("Latency.")
                      .labelNames("path")
                      .classicUpperBounds(0.001, 0.01, 0.1, 1, 10));
      for (int i = 0; i < 100; i++) {
        latency.labelValues("/").observe(i / 64.0);
      }
      turn.run();
      latency.labelValues("/slow").observe(1e6);
      library.histogram(shape -> shape.name("plain.sizes")).self().observe(0.3);
      DistributionDataPoint infinite =
          library.histogram(shape -> shape.name("balance").classicUpperBounds(-1, 0, 1e9)).self();
      infinite.observe(Double.POSITIVE_INFINITY);
      infinite.observe(Double.NEGATIVE_INFINITY);
      library
          .histogram(shape -> shape.name("größen").labelNames("straße").classicUpperBounds(1, 2))
          .labelValues("lang")
          .observe(1.5);
    }
  },

  MIXED_HISTOGRAM {
    @Override
    void run(Library library, Runnable turn) {
      DistributionDataPoint sizes =
          library
              .mixedHistogram(shape -> shape.name("sizes").labelNames("kind").help("Sizes."))
              .labelValues("a");
      for (int i = -20; i < 100; i++) {
        sizes.observe(i / 16.0);
      }
      turn.run();
      library.mixedHistogram(shape -> shape.name("one.size")).self().observe(1e-300);
    }
  },

  NATIVE_HISTOGRAM {
    @Override
    void run(Library library, Runnable turn) {
      library.nativeHistogram(shape -> shape.name("empty")).self();
      Library.Metric<DistributionDataPoint> sizes =
          library.nativeHistogram(
              shape -> shape.name("sizes.bytes").unit(Unit.BYTES).labelNames("kind"));
      turn.run();
      sizes.labelValues("a").observe(0);
      for (int i = 0; i < 200; i++) {
        sizes.labelValues("b").observe(Math.rint(Math.pow(1.1, i) * 16) / 16);
      }
    }
  },

  SUMMARY {
    @Override
    void run(Library library, Runnable turn) {
      Library.Metric<DistributionDataPoint> payload =
          library.summary(
              shape -> shape.name("payload").unit(Unit.BYTES).help("Payload.").labelNames("kind"));
      payload.labelValues("in").observe(1500);
      payload.labelValues("in").observe(0.5);
      turn.run();
      payload.labelValues("out").observe(1e-3);
      library.summary(shape -> shape.name("idle")).self();
      library
          .summary(shape -> shape.name("body.size").labelNames("http.route"))
          .labelValues("/")
          .observe(3);
    }
  },

  INFO {
    @Override
    void run(Library library, Runnable turn) {
      library
          .info(shape -> shape.name("build_info").help("Build.").labelNames("version", "commit.id"))
          .addLabelValues("1.0", "abc");
      turn.run();
      library.info(shape -> shape.name("target.info").constLabels(Labels.of("service.name", "x")));
      library.info(shape -> shape.name("runtime").labelNames("vm")).setLabelValues("17");
    }
  },

  STATE_SET {
    @Override
    void run(Library library, Runnable turn) {
      StateSetDataPoint states =
          library.stateSet(shape -> shape.name("door").help("Door.").states("open", "shut")).self();
      states.setTrue("open");
      turn.run();
      library
          .stateSet(
              shape ->
                  shape.name("feature.flags").labelNames("env.name", "env").states("a\"b", "c"))
          .labelValues("prod", "x")
          .setTrue("c");
    }
  };

  /**
   * Registers and updates.
   *
   * @param turn lets time pass
   */
  abstract void run(Library library, Runnable turn);
}
