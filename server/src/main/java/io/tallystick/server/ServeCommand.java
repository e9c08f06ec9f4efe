package io.tallystick.server;

import io.prometheus.metrics.config.PrometheusProperties;
import io.tallystick.Tallystick;
import io.tallystick.fleet.FleetScraper;
import io.tallystick.records.Backends;
import io.tallystick.scrape.ScrapeServer;
import io.tallystick.scrape.Scraper;
import io.tallystick.server.health.HealthService;
import io.tallystick.server.records.RecordsHandler;
import io.tallystick.store.LedgerParts;
import io.tallystick.store.Store;
import io.tallystick.store.redis.GunicornKeys;
import io.tallystick.store.redis.RedisStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code tallystick serve}: metrics of a directory, of a store's ledger, or of both as one, over
 * HTTP, until the process is told to end.
 */
@Command(
    name = "serve",
    description =
        "Serves the metrics of a directory, of all sources of a store, or of both as one over HTTP"
            + " until it is told to end.")
final class ServeCommand implements Callable<Integer> {
  private static final long TAKE_OVER_POLL_MS = 200;

  @Mixin private final DirectoryOption directory = new DirectoryOption();
  @Mixin private final StoreOption store = new StoreOption();
  @Mixin private final GunicornOption gunicorn = new GunicornOption();
  @Mixin private final BindOption bind = new BindOption();
  @Mixin private final PortOption port = new PortOption();

  @Option(
      names = "--health",
      paramLabel = "FILE",
      description = "A config of checks and sinks, whose results are served besides.")
  private @Nullable String health;

  @Option(
      names = "--records",
      paramLabel = "FILE",
      description = "A config of backends, whose records are served besides, under /records.")
  private @Nullable String records;

  private final Output out;

  ServeCommand(Output out) {
    this.out = out;
  }

  @Override
  public Integer call() throws IOException {
    if (!directory.isGiven() && !store.isGiven()) {
      throw new UsageException("missing: option=--dir or --store");
    }
    String address = bind.address();
    int number = port.number();
    PrometheusProperties properties = ExporterSettings.load();
    try (Termination termination = new Termination(Thread.currentThread())) {
      termination.listen();
      try (HealthService service = health == null ? null : new HealthFile(health).startBeside();
          Backends backends = records == null ? null : new BackendsFile(records).open()) {
        serve(address, number, properties, service, backends);
      }
    }
    return Exit.OK;
  }

  private void serve(
      String address,
      int number,
      PrometheusProperties properties,
      @Nullable HealthService service,
      @Nullable Backends backends)
      throws IOException {
    try (Scraper scraper = directory.isGiven() ? Tallystick.openScraper(directory.path()) : null;
        Store opened = store.isGiven() ? store.existing().orElseGet(store::open) : null;
        GunicornKeys keys = gunicorn.open(opened, store.gunicornPrefix());
        FleetScraper fleet = opened == null ? null : fleet(opened, scraper, keys);
        ScrapeServer server =
            server(service, backends)
                .scraper(fleet == null ? Objects.requireNonNull(scraper) : fleet)
                .properties(properties)
                .bind(address)
                .port(number)
                .start()) {
      serveUntilInterrupted(server, number);
    }
  }

  private static ScrapeServer.Builder server(
      @Nullable HealthService service, @Nullable Backends backends) {
    ScrapeServer.Builder server = ScrapeServer.builder();
    if (service != null) {
      HealthService.PATHS.forEach(path -> server.handler(path, service.handler()));
    }
    if (backends != null) {
      server.handler(RecordsHandler.PATH, new RecordsHandler(backends));
    }
    return server;
  }

  private FleetScraper fleet(Store opened, @Nullable Scraper scraper, @Nullable GunicornKeys keys) {
    FleetScraper.Builder fleet = FleetScraper.builder(opened.ledger()).name(store.name());
    fleet.beside(() -> beside(opened, keys));
    return (scraper == null ? fleet : fleet.directory(scraper)).open();
  }

  private static List<LedgerParts.Part> beside(Store opened, @Nullable GunicornKeys keys) {
    List<LedgerParts.Part> parts = new ArrayList<>();
    if (keys != null) {
      parts.addAll(keys.read());
    }
    if (opened instanceof RedisStore redis) {
      parts.addAll(redis.metrics());
    }
    return parts;
  }

  private void serveUntilInterrupted(ScrapeServer server, int number) {
    try {
      if (!server.isServing()) {
        out.line("port " + number + " is in use: standing by");
      }
      while (!server.isServing()) {
        Thread.sleep(TAKE_OVER_POLL_MS);
      }
      out.line("serving " + what() + " at " + url(server));
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      // The end that was asked for; close() does the rest.
    }
  }

  private String what() {
    return Stream.of(
            directory.isGiven() ? directory.path().toString() : "",
            store.isGiven() ? store.name() : "")
        .filter(name -> !name.isEmpty())
        .collect(Collectors.joining(" and "));
  }

  private String url(ScrapeServer server) {
    return "http://" + bind.urlHost() + ":" + server.port() + "/metrics";
  }
}
