package io.tallystick.server.demo;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Three worker JVMs that count the requests they serve in one directory, a load generator that
 * counts the answers it gets, and a kill half-way.
 *
 * <p>A worker counts a request before it answers. So at the end the scraped total of a path is at
 * least the number of answers, and exceeds it at most by the requests that were never answered
 * because their worker was killed. Those, and only those, may or may not have been counted.
 *
 * <p>Threading: one thread runs a demo, once; an interrupt ends it.
 */
public final class Demo {
  private static final int WORKERS = 3;
  private static final int KILLED = 1;
  private static final int STOPPED = 0;

  private final Duration load;
  private final int port;
  private final Consumer<String> out;

  /**
   * A demo that has not started.
   *
   * @param load how long the load lasts, besides the time that a replacement takes to start
   * @param port the port to serve metrics on; 0, or one that is in use, means a free one
   * @param out takes the lines that say what happens
   */
  public Demo(Duration load, int port, Consumer<String> out) {
    this.load = load;
    this.port = port;
    this.out = out;
  }

  /**
   * Runs the demo and reports it; returns one line for each difference between what was
   * acknowledged and what was scraped, none if they agree.
   *
   * @throws IOException if a worker does not start, or the metrics cannot be scraped
   */
  public List<String> run() throws IOException, InterruptedException {
    try (DemoDirectory directory = DemoDirectory.create();
        Fleet fleet = Fleet.start(directory.path(), WORKERS);
        MetricsEndpoint endpoint = MetricsEndpoint.open(directory.path(), port, out)) {
      out.accept("directory: " + directory.path());
      out.accept("workers: " + fleet);
      out.accept("metrics: " + endpoint.uri());
      ScrapeWatch watch = new ScrapeWatch(endpoint::scrape);
      Acknowledgements acknowledged = new Acknowledgements(DemoRequests.PATHS);
      applyLoad(fleet, watch, acknowledged);
      stopOne(fleet);
      directory.retire();
      Comparison comparison = new Comparison(acknowledged, watch.scrape());
      comparison.table().forEach(out);
      out.accept(processes(fleet, directory));
      out.accept(watch.toString());
      return differences(acknowledged, watch, comparison);
    }
  }

  private void applyLoad(Fleet fleet, ScrapeWatch watch, Acknowledgements acknowledged)
      throws IOException, InterruptedException {
    Duration half = load.dividedBy(2);
    try (LoadGenerator generator = new LoadGenerator(fleet, acknowledged)) {
      generator.start();
      watch.during(half);
      WorkerProcess killed = fleet.worker(KILLED);
      killed.kill();
      out.accept("killed with SIGKILL: " + killed);
      watch.scrape();
      out.accept("replaced by: " + fleet.replace(KILLED));
      watch.during(half);
    }
  }

  private void stopOne(Fleet fleet) throws IOException, InterruptedException {
    WorkerProcess stopped = fleet.worker(STOPPED);
    stopped.stop();
    out.accept("stopped: " + stopped);
  }

  private static String processes(Fleet fleet, DemoDirectory directory) throws IOException {
    int folded = fleet.started() - directory.processFiles();
    return "%d workers started, %d live, %d dead and folded into the retired file"
        .formatted(fleet.started(), fleet.alive(), folded);
  }

  private List<String> differences(
      Acknowledgements acknowledged, ScrapeWatch watch, Comparison comparison) {
    List<String> differences = new ArrayList<>(acknowledged.faults());
    differences.addAll(watch.faults());
    differences.addAll(comparison.differences());
    if (differences.isEmpty()) {
      out.accept("agreed: no acknowledged request was lost, and none was counted twice");
    }
    return differences;
  }
}
