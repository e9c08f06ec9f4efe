package io.tallystick.server;

import io.prometheus.metrics.config.PrometheusProperties;
import io.tallystick.Tallystick;
import io.tallystick.scrape.ScrapeServer;
import io.tallystick.scrape.Scraper;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code tallystick serve}: metrics of a directory over HTTP, until the process is told to end. */
@Command(
    name = "serve",
    description = "Serves the metrics of a directory over HTTP until it is told to end.")
final class ServeCommand implements Callable<Integer> {
  private static final long TAKE_OVER_POLL_MS = 200;

  @Mixin private final DirectoryOption directory = new DirectoryOption();
  @Mixin private final BindOption bind = new BindOption();
  @Mixin private final PortOption port = new PortOption();

  private final Output out;

  ServeCommand(Output out) {
    this.out = out;
  }

  @Override
  public Integer call() throws IOException {
    String address = bind.address();
    int number = port.number();
    PrometheusProperties properties = ExporterSettings.load();
    try (Termination termination = new Termination(Thread.currentThread())) {
      termination.listen();
      serve(address, number, properties);
    }
    return Exit.OK;
  }

  private void serve(String address, int number, PrometheusProperties properties)
      throws IOException {
    try (Scraper scraper = Tallystick.openScraper(directory.path());
        ScrapeServer server =
            ScrapeServer.builder()
                .scraper(scraper)
                .properties(properties)
                .bind(address)
                .port(number)
                .start()) {
      serveUntilInterrupted(server, number);
    }
  }

  private void serveUntilInterrupted(ScrapeServer server, int number) {
    try {
      if (!server.isServing()) {
        out.line("port " + number + " is in use: standing by");
      }
      while (!server.isServing()) {
        Thread.sleep(TAKE_OVER_POLL_MS);
      }
      out.line("serving " + directory.path() + " at " + url(server));
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      // The end that was asked for; close() does the rest.
    }
  }

  private String url(ScrapeServer server) {
    return "http://" + bind.urlHost() + ":" + server.port() + "/metrics";
  }
}
