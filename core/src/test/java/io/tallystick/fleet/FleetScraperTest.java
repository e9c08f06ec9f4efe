package io.tallystick.fleet;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.UnixOperatingSystemMXBean;
import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.scrape.Exposition;
import io.tallystick.scrape.NameFilter;
import io.tallystick.scrape.ScrapeServer;
import io.tallystick.scrape.ScrapeUnavailableException;
import io.tallystick.scrape.TextFormat;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.GaugeMode;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.MemoryStore;
import io.tallystick.store.Publication;
import io.tallystick.store.SeriesValues;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import io.tallystick.testing.Await;
import io.tallystick.testing.CapturedLog;
import io.tallystick.testing.ScriptedLedger;
import io.tallystick.testing.TurnedClock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FleetScraperTest {
  private static final Duration LEASE = Duration.ofMinutes(1);
  private static final Duration SHORT = Duration.ofMillis(50);

  private final TurnedClock clock = TurnedClock.at(Instant.parse("2030-01-01T00:00:00Z"));
  private final MemoryStore store = MemoryStore.open(Long.MAX_VALUE, clock);
  private final ScriptedLedger ledger = new ScriptedLedger(store.ledger());
  private final FleetScraper scraper = scraper(Duration.ofSeconds(30));

  private FleetScraper scraper(Duration patience) {
    return FleetScraper.builder(ledger).name("memory:").patience(patience).open();
  }

  @AfterEach
  void close() {
    scraper.close();
    store.close();
  }

  private void publish(String source, FamilyValues... families) {
    store.ledger().publish(Publication.ofAll(source, 1, List.of(families), LEASE));
  }

  private static FamilyValues counter(long count) {
    return family("jobs", FamilyType.COUNTER, GaugeMode.ALL, Labels.EMPTY, List.of(count), 0);
  }

  private static FamilyValues gauge(GaugeMode mode, Labels labels, double value) {
    return family("heat", FamilyType.GAUGE, mode, labels, List.of(), value);
  }

  private static FamilyValues family(
      String name, FamilyType type, GaugeMode mode, Labels labels, List<Long> counts, double sum) {
    SeriesValues series = new SeriesValues(labels, 1, 1, counts, sum, 0, null, null, List.of());
    return new FamilyValues(
        name,
        name,
        name,
        type,
        mode,
        "Help.",
        null,
        List.of(),
        List.of(),
        List.of(),
        1,
        List.of(series));
  }

  private String text(FleetScraper of) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    of.write(Exposition.of(TextFormat.PROMETHEUS), out, NameFilter.ALL);
    return out.toString(UTF_8);
  }

  @Test
  void shouldShowLiveAndRetiredSourcesAsOneAndWriteNothing() throws Exception {
    publish("a", counter(3), gauge(GaugeMode.LIVEALL, Labels.of("pid", "1"), 20));
    publish("b", counter(4), gauge(GaugeMode.LIVEALL, Labels.of("pid", "1"), 21));
    publish("c", counter(5), gauge(GaugeMode.LIVEALL, Labels.of("pid", "1"), 22));
    store.ledger().retire("c");
    assertThat(text(scraper))
        .startsWith(
            """
            # HELP heat Help.
            # TYPE heat gauge
            heat{instance="a",pid="1"} 20.0
            heat{instance="b",pid="1"} 21.0
            # HELP jobs_total Help.
            # TYPE jobs_total counter
            jobs_total 12.0
            """)
        .contains("tallystick_store_sources 2.0\n")
        .contains("# TYPE tallystick_store_read_duration_seconds gauge\n");
    clock.turn(LEASE);
    assertThat(text(scraper)).contains("jobs_total 12.0\n").doesNotContain("heat");
    assertThat(store.ledger().sources()).hasSize(2); // those whose leases are over included
  }

  @Test
  void shouldGiveTheSameSnapshotsAsText() throws Exception {
    publish("a", counter(3));
    assertThat(scraper.snapshots(name -> name.equals("jobs")).stream())
        .singleElement()
        .satisfies(family -> assertThat(family.getMetadata().getName()).isEqualTo("jobs"));
  }

  @Test
  void shouldShareOneReadingWhenScrapesAreMadeAtOneTime() throws Exception {
    publish("a", counter(3));
    CountDownLatch first = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    ledger.beforeReading(
        () -> {
          first.countDown();
          goOn.await();
          return true;
        });
    ExecutorService threads = Executors.newFixedThreadPool(4);
    List<Future<String>> texts = new ArrayList<>();
    try {
      texts.add(threads.submit(() -> text(scraper)));
      first.await();
      List<Thread> waiting = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        texts.add(
            threads.submit(
                () -> {
                  synchronized (waiting) {
                    waiting.add(Thread.currentThread());
                  }
                  return text(scraper);
                }));
      }
      Await.until("all wait for the one reading", () -> haveAllStopped(waiting));
      goOn.countDown();
      for (Future<String> text : texts) {
        assertThat(text.get()).contains("jobs_total 3.0\n");
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(ledger.readings()).isEqualTo(1);
    assertThat(text(scraper)).contains("jobs_total 3.0\n");
    assertThat(ledger.readings()).isEqualTo(2);
  }

  private static boolean haveAllStopped(List<Thread> threads) {
    synchronized (threads) {
      return threads.size() == 3
          && threads.stream().allMatch(t -> t.getState() == Thread.State.TIMED_WAITING);
    }
  }

  @Test
  void shouldNotWaitForLongNorReadTwiceWhenTheStoreHangs() throws Exception {
    publish("a", counter(3));
    CountDownLatch goOn = new CountDownLatch(1);
    ledger.beforeReading(
        () -> {
          goOn.await();
          return true;
        });
    try (FleetScraper impatient = scraper(SHORT);
        CapturedLog log = CapturedLog.open()) {
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> text(impatient))
            .isInstanceOf(ScrapeUnavailableException.class)
            .hasMessage(
                "store cannot be read: store=memory: reason=no answer in time: patience=PT0.05S");
      }
      assertThat(ledger.readings()).isEqualTo(1);
      goOn.countDown();
      Await.until("it is there again", () -> isAvailable(impatient));
      assertThat(log.messages())
          .containsExactly(
              "store cannot be read: store=memory:", "store can be read again: store=memory:");
    }
  }

  @Test
  void shouldLeakNoThreadsNorFilesWhenItIsScrapedOften() throws Exception {
    publish("a", counter(3));
    long files = 0;
    for (int i = 0; i < 1_000; i++) {
      try (FleetScraper other = i % 10 == 0 ? scraper(Duration.ofSeconds(30)) : null) {
        assertThat(text(other == null ? scraper : other)).contains("jobs_total 3.0\n");
      }
      if (i == 100) {
        files = openFiles();
      }
    }
    Await.until("the threads of closed scrapers end", () -> readers() == 1);
    assertThat(openFiles()).isLessThan(files + 10);
  }

  private static long readers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("tallystick-ledger-reader"))
        .count();
  }

  private static long openFiles() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
        ? system.getOpenFileDescriptorCount()
        : 0;
  }

  @Test
  void shouldBeUnavailableWhenItWasClosed() {
    scraper.close();
    assertThatThrownBy(() -> text(scraper))
        .isInstanceOf(ScrapeUnavailableException.class)
        .hasMessageContaining("reader is closed");
  }

  private boolean isAvailable(FleetScraper of) throws IOException {
    try {
      return text(of).contains("jobs_total 3.0\n");
    } catch (ScrapeUnavailableException e) {
      return false;
    }
  }

  @Test
  void shouldAnswerWith503AndNoMetricsWhileTheStoreFails() throws Exception {
    publish("a", counter(3));
    try (ScrapeServer server = ScrapeServer.builder().scraper(scraper).port(0).start();
        CapturedLog log = CapturedLog.open()) {
      assertThat(get(server).body()).contains("jobs_total 3.0\n");
      ledger.beforeReading(
          () -> {
            throw new StoreException(Category.TRANSIENT, "connection refused: port=1");
          });
      HttpResponse<String> refused = get(server);
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(refused.body())
          .isEqualTo("store cannot be read: store=memory: reason=connection refused: port=1\n");
      ledger.beforeReading(
          () -> {
            throw new IllegalStateException("a bug");
          });
      assertThat(get(server).statusCode()).isEqualTo(503);
      assertThat(log.messages()).hasSize(1);
      ledger.beforeReading(() -> true);
      assertThat(get(server).body()).contains("jobs_total 3.0\n");
      scraper.close();
      assertThat(get(server).statusCode()).isEqualTo(503);
    }
  }

  private static HttpResponse<String> get(ScrapeServer server) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + server.port() + "/metrics");
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }
}
