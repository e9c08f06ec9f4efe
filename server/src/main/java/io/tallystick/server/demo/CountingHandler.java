package io.tallystick.server.demo;

import static java.util.stream.Collectors.toUnmodifiableMap;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.model.snapshots.Unit;
import io.tallystick.Tallystick;
import io.tallystick.metrics.Counter;
import io.tallystick.metrics.Gauge;
import io.tallystick.metrics.Histogram;
import io.tallystick.metrics.MultiprocessMode;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/** Serves the demo's paths; whoever gets an answer can rely on it that the request is counted. */
final class CountingHandler implements HttpHandler {
  private static final int OK = 200;
  private static final int NOT_FOUND = 404;
  private static final int NO_BODY = -1;
  private static final long MIN_WORK_NS = TimeUnit.MICROSECONDS.toNanos(500);
  private static final long MAX_WORK_NS = TimeUnit.MICROSECONDS.toNanos(2_500);
  private static final double NS_PER_SECOND = 1e9;

  private final Gauge inProgress;
  private final Map<String, CounterDataPoint> requests;
  private final Map<String, DistributionDataPoint> durations;

  CountingHandler(Tallystick tallystick) {
    inProgress =
        Gauge.builder()
            .name(DemoRequests.IN_PROGRESS)
            .help("Requests that live workers are serving.")
            .multiprocessMode(MultiprocessMode.LIVESUM)
            .register(tallystick);
    Counter counter =
        Counter.builder()
            .name(DemoRequests.REQUESTS)
            .help("Requests served.")
            .labelNames("path", "status")
            .register(tallystick);
    Histogram histogram =
        Histogram.builder()
            .name(DemoRequests.DURATION)
            .help("Time that requests took.")
            .unit(Unit.SECONDS)
            .labelNames("path")
            .classicUpperBounds(0.001, 0.002, 0.005, 0.01, 0.1)
            .register(tallystick);
    requests = byPath(path -> counter.labelValues(path, String.valueOf(OK)));
    durations = byPath(histogram::labelValues);
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    CounterDataPoint counter = requests.get(path);
    DistributionDataPoint duration = durations.get(path);
    int status = NOT_FOUND;
    if (counter != null && duration != null) {
      inProgress.inc();
      long startNs = System.nanoTime();
      work();
      counter.inc();
      duration.observe((System.nanoTime() - startNs) / NS_PER_SECOND);
      inProgress.dec();
      status = OK;
    }
    exchange.sendResponseHeaders(status, NO_BODY); // nothing is counted after this
    exchange.close();
  }

  private static void work() {
    LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(MIN_WORK_NS, MAX_WORK_NS));
  }

  private static <T> Map<String, T> byPath(Function<String, T> dataPoint) {
    return DemoRequests.PATHS.stream().collect(toUnmodifiableMap(path -> path, dataPoint));
  }
}
