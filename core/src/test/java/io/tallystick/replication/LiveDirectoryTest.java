package io.tallystick.replication;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.fleet.FleetScraper;
import io.tallystick.scrape.Exposition;
import io.tallystick.scrape.NameFilter;
import io.tallystick.scrape.ScrapeUnavailableException;
import io.tallystick.scrape.TextFormat;
import io.tallystick.store.MemoryStore;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import io.tallystick.testing.Await;
import io.tallystick.testing.CapturedLog;
import io.tallystick.testing.EveryType;
import io.tallystick.testing.ExpositionText;
import io.tallystick.testing.ScriptedLedger;
import io.tallystick.testing.TurnedClock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A fleet in which one directory is shown live: nobody counts twice, and nothing is missing. */
@Timeout(60)
class LiveDirectoryTest {
  private static final Pattern TOTAL = Pattern.compile("(?m)^requests_total\\{path=\"/\"} (.*)$");

  private final TurnedClock clock = TurnedClock.at(Instant.parse("2026-01-05T10:00:00Z"));
  private MemoryStore store = MemoryStore.open(Long.MAX_VALUE, clock);
  private ScriptedLedger ledger = new ScriptedLedger(store.ledger());
  private PublishingHost own;
  private PublishingHost other;
  private FleetScraper fleet;

  @BeforeEach
  void open() throws IOException {
    own = new PublishingHost("web-1:shop", clock);
    other = new PublishingHost("web-2:shop", clock);
    other.count(100);
    other.cycle(store.ledger());
    fleet = fleet();
  }

  private FleetScraper fleet() {
    return FleetScraper.builder(ledger).directory(own.scraper()).clock(clock).open();
  }

  @AfterEach
  void close() throws IOException {
    fleet.close();
    own.close();
    other.close();
    store.close();
  }

  private String text() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    fleet.write(Exposition.of(TextFormat.PROMETHEUS), out, NameFilter.ALL);
    return out.toString(UTF_8);
  }

  private double total() throws IOException {
    Matcher matcher = TOTAL.matcher(text());
    assertThat(matcher.find()).isTrue();
    return Double.parseDouble(matcher.group(1));
  }

  @Test
  void shouldShowTheDirectoryAsItIsAndTheRestOfTheLedger() throws IOException {
    own.count(3);
    assertThat(total()).isEqualTo(103); // never published
    own.cycle(store.ledger());
    own.count(2);
    assertThat(total()).isEqualTo(105);
    assertThat(PublishingHost.total(store.ledger())).isEqualTo(103);
    assertThat(text())
        .contains("tallystick_store_up 1.0\n", "tallystick_store_sources 1.0\n")
        .contains("tallystick_process_files{state=\"live\"} 1.0\n");
  }

  @Test
  void shouldCountOnceWhenTheLedgerHasRetiredTheDirectory() throws IOException {
    own.count(3);
    own.cycle(store.ledger());
    assertThat(total()).isEqualTo(103);
    own.count(2);
    clock.turn(PublishingHost.LEASE);
    store.ledger().retireExpired();
    assertThat(total()).isEqualTo(105); // its replicator does not know yet
    own.cycle(store.ledger());
    own.count(4);
    assertThat(total()).isEqualTo(109);
    clock.turn(PublishingHost.LEASE);
    store.ledger().retireExpired();
    own.cycle(store.ledger());
    assertThat(total()).isEqualTo(109);
  }

  @Test
  void shouldCountOnceWhenTheDirectoryIsRetiredWhileTheLedgerIsRead() throws IOException {
    own.count(3);
    own.cycle(store.ledger());
    assertThat(total()).isEqualTo(103);
    AtomicBoolean isRetired = new AtomicBoolean();
    ledger.beforeReading(
        () -> {
          if (isRetired.compareAndSet(false, true)) {
            clock.turn(PublishingHost.LEASE);
            store.ledger().retireExpired();
            own.count(2);
            own.cycle(store.ledger());
          }
          return true;
        });
    assertThat(total()).isEqualTo(105);
  }

  @Test
  void shouldCountAllWhenTheLedgerHasLostItsContent() throws IOException {
    own.count(3);
    own.cycle(store.ledger());
    assertThat(total()).isEqualTo(103);
    store = MemoryStore.open(Long.MAX_VALUE, clock);
    ledger = new ScriptedLedger(store.ledger());
    fleet.close();
    fleet = fleet();
    assertThat(total()).isEqualTo(3);
    clock.turn(PublishingHost.LEASE.dividedBy(2)); // a lease is renewed, and the loss is seen
    other.cycle(store.ledger());
    own.cycle(store.ledger());
    assertThat(total()).isEqualTo(103);
  }

  @Test
  void shouldGoOnWithWhatWasReadLastWhenTheStoreFails() throws IOException {
    own.count(3);
    own.cycle(store.ledger());
    assertThat(total()).isEqualTo(103);
    fail();
    own.count(2);
    try (CapturedLog log = CapturedLog.open()) {
      assertThat(text())
          .contains("requests_total{path=\"/\"} 105.0\n", "tallystick_store_up 0.0\n");
      assertThat(total()).isEqualTo(105);
      assertThat(log.messages()).containsExactly("store cannot be read: store=ledger");
      ledger.beforeReading(() -> true);
      other.count(10);
      clock.turn(Duration.ofSeconds(1));
      other.cycle(store.ledger());
      assertThat(text())
          .contains("requests_total{path=\"/\"} 115.0\n", "tallystick_store_up 1.0\n");
    }
  }

  @Test
  void shouldBeUnavailableWhenTheStoreWasNeverRead() throws IOException {
    own.count(3);
    fail();
    try (CapturedLog log = CapturedLog.open()) {
      assertThatThrownBy(this::text).isInstanceOf(ScrapeUnavailableException.class);
      assertThat(log.messages()).hasSize(1);
    }
  }

  @Test
  void shouldGoOnWithAReadingThatNobodyWaitedForWhenTheStoreFailsThen() throws Exception {
    own.count(3);
    CountDownLatch goOn = new CountDownLatch(1);
    ledger.beforeReading(
        () -> {
          goOn.await();
          return true;
        });
    fleet.close();
    fleet =
        FleetScraper.builder(ledger)
            .directory(own.scraper())
            .clock(clock)
            .patience(Duration.ofMillis(50))
            .open();
    assertThatThrownBy(this::text).isInstanceOf(ScrapeUnavailableException.class);
    fail();
    goOn.countDown();
    Await.until("what was late is shown", this::isAvailable);
    assertThat(text()).contains("requests_total{path=\"/\"} 103.0\n", "tallystick_store_up 0.0\n");
  }

  private boolean isAvailable() throws IOException {
    try {
      return !text().isEmpty();
    } catch (ScrapeUnavailableException e) {
      return false;
    }
  }

  private void fail() {
    ledger.beforeReading(
        () -> {
          throw new StoreException(Category.TRANSIENT, "line is cut");
        });
  }

  /** What is published and read is shown as the directory shows it, all types and modes. */
  @ParameterizedTest
  @EnumSource(TextFormat.class)
  void shouldShowWhatTheDirectoryShowsWhetherItIsLiveOrPublished(TextFormat format)
      throws IOException {
    EveryType.fill(own.tallystick(), "every_");
    own.cycle(store.ledger());
    List<String> directory = plain(ExpositionText.of(own.scraper(), format));
    assertThat(directory).hasSizeGreaterThan(50);
    assertThat(every(fleet, format)).containsExactlyElementsOf(directory);
    try (FleetScraper remote = FleetScraper.builder(ledger).open()) {
      assertThat(every(remote, format)).containsExactlyElementsOf(directory);
      assertThat(plain(ExpositionText.of(remote.snapshots(n -> n.startsWith("every_")), format)))
          .containsExactlyElementsOf(directory);
    }
  }

  private static List<String> every(FleetScraper of, TextFormat format) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    of.write(Exposition.of(format), out, NameFilter.ALL);
    return plain(out.toString(UTF_8).lines().toList());
  }

  /**
   * Without other families, the label that tells hosts apart, and a quantile whose error is stated
   * as a fifth.
   */
  private static List<String> plain(List<String> lines) {
    return ExpositionText.withoutOwn(lines).stream()
        .filter(line -> line.contains("every_") && !line.contains("quantile=\"0.5\""))
        .map(line -> line.replace("instance=\"web-1:shop\",", ""))
        .toList();
  }

  @Test
  void shouldShowTheDirectoryWhenNobodyPublishesItToALedgerThatWasEmptied() throws IOException {
    own.count(3);
    own.cycle(store.ledger());
    clock.turn(PublishingHost.LEASE);
    store.ledger().retireExpired();
    own.count(2);
    own.cycle(store.ledger());

    try (MemoryStore empty = MemoryStore.open(Long.MAX_VALUE, clock)) {
      ledger = new ScriptedLedger(empty.ledger());
      fleet.close();
      fleet = fleet();

      assertThat(total()).isEqualTo(5);
      assertThat(text()).contains("tallystick_store_up 1.0\n");
    }
  }
}
