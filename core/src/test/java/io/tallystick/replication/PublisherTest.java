package io.tallystick.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.tallystick.Tallystick;
import io.tallystick.metrics.Counter;
import io.tallystick.metrics.Gauge;
import io.tallystick.metrics.MultiprocessMode;
import io.tallystick.replication.FaultyLedger.Line;
import io.tallystick.scrape.Scraper;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.Ledger;
import io.tallystick.store.MemoryStore;
import io.tallystick.store.Publication;
import io.tallystick.store.RestoreMode;
import io.tallystick.store.StoreException;
import io.tallystick.testing.TurnedClock;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is published, and that it counts once, whatever a ledger and the line to it do. */
class PublisherTest {
  private static final Duration DAY = Duration.ofDays(1);

  private final TurnedClock clock = TurnedClock.at(Instant.parse("2026-01-05T10:00:00Z"));
  private final FaultyLedger ledger = new FaultyLedger(clock);
  private PublishingHost host;

  @BeforeEach
  void open() throws IOException {
    host = new PublishingHost("web-1:shop", clock);
  }

  @AfterEach
  void close() throws IOException {
    host.close();
  }

  // ---- what is published ----

  @Test
  void shouldPublishAllWhenItIsTheFirstTime() throws IOException {
    host.count(3);

    host.cycle(ledger);

    List<Publication> sent = ledger.takeSent();
    assertThat(sent).hasSize(3); // the first two have the name taken in
    assertThat(sent.get(2)).matches(Publication::isOfAll);
    assertThat(PublishingHost.total(ledger)).isEqualTo(3);
  }

  @Test
  void shouldPublishWhatHasChangedWhenTheLastPublicationWasAccepted() throws IOException {
    Counter other =
        Counter.builder().name("other_total").labelNames("l").register(host.tallystick());
    other.labelValues("a").inc();
    other.labelValues("b").inc();
    host.cycle(ledger);
    ledger.takeSent();

    other.labelValues("b").inc();
    clock.turn(Duration.ofSeconds(1));
    host.cycle(ledger);

    Publication sent = ledger.takeSent().get(0);
    assertThat(sent.isOfAll()).isFalse();
    assertThat(sent.families()).extracting(FamilyValues::name).containsExactly("other");
    assertThat(sent.families().get(0).series()).hasSize(1);
  }

  @Test
  void shouldPublishNothingWhenNothingHasChanged() throws IOException {
    host.cycle(ledger);
    ledger.takeSent();

    clock.turn(Duration.ofSeconds(1));
    host.cycle(ledger);

    assertThat(ledger.takeSent()).isEmpty();
  }

  @Test
  void shouldRenewTheLeaseWhenNothingHasChangedForLong() throws IOException {
    host.cycle(ledger);
    ledger.takeSent();
    for (int i = 0; i < 20; i++) {
      clock.turn(PublishingHost.LEASE.dividedBy(3));
      host.cycle(ledger);
    }

    assertThat(ledger.sources()).hasSize(1);
    assertThat(ledger.takeSent()).hasSize(20);
  }

  @Test
  void shouldNotPublishWhatTallystickSaysOfItself() throws IOException {
    Counter.builder().name("tallystick_replication_x_total").register(host.tallystick()).inc();

    host.cycle(ledger);

    assertThat(ledger.read()).extracting(FamilyValues::name).containsExactly("requests");
  }

  @Test
  void shouldNameTheDirectoryWhenAGaugeIsOfOneProcess() throws IOException {
    Gauge.builder().name("queue").register(host.tallystick()).set(4);

    host.cycle(ledger);

    FamilyValues queue =
        ledger.read().stream().filter(f -> f.name().equals("queue")).findFirst().orElseThrow();
    assertThat(queue.series().get(0).labels().get("instance")).isEqualTo("web-1:shop");
    assertThat(queue.series().get(0).labels().contains("pid")).isTrue();
  }

  @Test
  void shouldRemoveASeriesFromTheLedgerWhenItHasGone() throws IOException {
    Gauge.builder()
        .name("queue")
        .multiprocessMode(MultiprocessMode.LIVESUM)
        .register(host.tallystick())
        .set(4);
    host.cycle(ledger);

    host.restartProcess();
    for (int i = 0; i < 11; i++) {
      host.cycle(ledger);
    }

    assertThat(ledger.read()).extracting(FamilyValues::name).containsExactly("requests");
  }

  @Test
  void shouldPublishNothingWhenSeriesHaveGoneThatWereThereBeforeOthers() throws IOException {
    Gauge own = live(host.tallystick());
    try (Tallystick other =
        Tallystick.builder().directory(host.directory().path()).clock(clock).open()) {
      live(other).labelValues("a").set(4);
      host.cycle(ledger);
      own.labelValues("b").set(5);
      host.cycle(ledger);
    }
    ledger.takeSent();

    host.cycle(ledger);

    assertThat(ledger.takeSent()).isEmpty();
  }

  private static Gauge live(Tallystick tallystick) {
    return Gauge.builder()
        .name("queue")
        .labelNames("l")
        .multiprocessMode(MultiprocessMode.LIVESUM)
        .register(tallystick);
  }

  @Test
  void shouldLeaveOutOneSeriesOnlyWhenNoLedgerTakesIt() throws IOException {
    CounterDataPoint large =
        Counter.builder()
            .name("other_total")
            .labelNames("l")
            .register(host.tallystick())
            .labelValues("x".repeat(40_000));
    large.inc();
    host.count(1);

    host.cycle(ledger);

    assertThat(ledger.read()).extracting(FamilyValues::name).containsExactly("requests");
  }

  @Test
  void shouldPublishAnotherTextWhenNoSeriesHasChanged() throws IOException {
    host.cycle(ledger);
    clock.turn(Duration.ofSeconds(1));
    try (Tallystick newer =
        Tallystick.builder().directory(host.directory().path()).clock(clock).open()) {
      Counter.builder()
          .name("requests_total")
          .help("New.")
          .labelNames("path")
          .register(newer)
          .initLabelValues("/");
      host.cycle(ledger);
    }

    assertThat(ledger.read().get(0).help()).isEqualTo("New.");
  }

  // ---- a faulty line ----

  @Test
  void shouldPublishAllWhenTheLastPublicationFailed() throws IOException {
    host.cycle(ledger);
    host.count(1);
    ledger.set(Line.LOSES);
    assertThatExceptionOfType(StoreException.class).isThrownBy(() -> host.cycle(ledger));
    ledger.takeSent();

    ledger.set(Line.GOOD);
    host.cycle(ledger);

    assertThat(ledger.takeSent()).singleElement().matches(Publication::isOfAll);
    assertThat(PublishingHost.total(ledger)).isEqualTo(1);
  }

  @Test
  void shouldCountOnceWhenAnAnswerIsLost() throws IOException {
    host.cycle(ledger);
    host.count(2);
    ledger.set(Line.LOSES_ANSWERS);
    assertThatExceptionOfType(StoreException.class).isThrownBy(() -> host.cycle(ledger));
    assertThat(PublishingHost.total(ledger)).isEqualTo(2);

    ledger.set(Line.GOOD);
    host.cycle(ledger);

    assertThat(PublishingHost.total(ledger)).isEqualTo(2);
  }

  @Test
  void shouldKeepTheNewestWhenPublicationsComeLateAndInDisorder() throws IOException {
    ledger.set(Line.DELAYS);
    for (int i = 0; i < 3; i++) {
      host.count(1);
      assertThatExceptionOfType(StoreException.class).isThrownBy(() -> host.cycle(ledger));
    }
    ledger.set(Line.GOOD);
    host.count(1);
    host.cycle(ledger);

    ledger.deliverLate();
    assertThat(PublishingHost.total(ledger)).isEqualTo(4);
    host.count(1);
    host.cycle(ledger);

    assertThat(PublishingHost.total(ledger)).isEqualTo(5);
  }

  @Test
  void shouldCountOnceWhenAPublicationIsRepeated() throws IOException {
    ledger.set(Line.REPEATS);
    host.count(2);
    host.cycle(ledger);
    host.count(2);
    host.cycle(ledger);

    assertThat(PublishingHost.total(ledger)).isEqualTo(4);
  }

  @Test
  void shouldBeWholeAgainWhenTheStoreHasLostItsContent() throws IOException {
    host.count(5);
    host.cycle(ledger);
    ledger.empty();

    host.count(1);
    host.cycle(ledger);

    assertThat(PublishingHost.total(ledger)).isEqualTo(6);
  }

  @Test
  void shouldBeWholeAgainWhenTheStoreHasLostItsContentAndNothingIsCounted() throws IOException {
    host.count(5);
    host.cycle(ledger);
    ledger.empty();

    host.cycle(ledger);

    assertThat(PublishingHost.total(ledger)).isEqualTo(5);
  }

  @Test
  void shouldGoOnFromTheLedgersVersionWhenAnotherPublisherIsElected() throws IOException {
    host.count(1);
    host.cycle(ledger);
    clock.turn(Duration.ofHours(-1)); // and its clock is behind
    host.restartPublisher();

    host.count(1);
    host.cycle(ledger);

    assertThat(PublishingHost.total(ledger)).isEqualTo(2);
    assertThat(ledger.sources()).hasSize(1);
  }

  @Test
  void shouldNotCorruptTheNextWhenAStoreThrowsWhatNoneShould() throws IOException {
    host.count(1);
    ledger.set(Line.ABSURD);
    assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> host.cycle(ledger));

    ledger.set(Line.GOOD);
    host.cycle(ledger);

    assertThat(PublishingHost.total(ledger)).isEqualTo(1);
  }

  @Test
  void shouldKnowThatItIsTakenInWhenTheListenerThrows() throws IOException {
    ReplicationListener listener =
        new ReplicationListener() {
          @Override
          public void published(boolean all, long series, long bytes) {
            throw new IllegalStateException("told too much");
          }

          @Override
          public void leftOut(long series) {}

          @Override
          public void failed(FailureCategory category) {}

          @Override
          public void skipped(long cycles) {}

          @Override
          public void inspected(long live, long retired) {}
        };
    Publisher publisher = Publisher.open(host.settings(listener), host.scraper());
    assertThatExceptionOfType(IllegalStateException.class)
        .isThrownBy(() -> publisher.cycle(ledger));

    publisher.cycle(ledger);

    assertThat(DirectorySource.read(host.directory().path()).orElseThrow().isTakenIn()).isTrue();
  }

  // ---- retired ----

  @Test
  void shouldGoOnUnderAnotherNameWhenTheLeaseRanOut() throws IOException {
    host.count(5);
    host.cycle(ledger);
    String first = host.source().name();
    letLeaseRunOut();

    host.count(1);
    host.cycle(ledger);

    assertThat(host.source().name()).isEqualTo(first + ".2");
    assertThat(PublishingHost.total(ledger)).isEqualTo(6);
    assertThat(PublishingHost.total(host.source().values(host.scraper()))).isEqualTo(1);
  }

  private void letLeaseRunOut() {
    clock.turn(PublishingHost.LEASE.plusSeconds(1));
    assertThat(ledger.store().ledger().retireExpired()).isNotEmpty();
  }

  @Test
  void shouldCountOnceWhenTheLeaseRunsOutAgainAndAgain() throws IOException {
    for (int i = 1; i <= 4; i++) {
      host.count(5);
      host.cycle(ledger);
      letLeaseRunOut();
      host.restartPublisher();
    }
    host.cycle(ledger);

    assertThat(PublishingHost.total(ledger)).isEqualTo(20);
    assertThat(host.source().name()).endsWith(".5");
  }

  @Test
  void shouldRememberWhatWasFoldedWhenAnotherPublisherIsElected() throws IOException {
    host.count(5);
    host.cycle(ledger);
    letLeaseRunOut();
    host.cycle(ledger);
    host.restartPublisher();

    host.count(1);
    host.cycle(ledger);

    assertThat(PublishingHost.total(ledger)).isEqualTo(6);
  }

  @Test
  void shouldBeOneSourceWhenThePublisherIsKilledOverItsFirstPublication() throws IOException {
    host.count(5);
    ledger.set(Line.LOSES_ANSWERS);
    assertThatExceptionOfType(StoreException.class).isThrownBy(() -> host.cycle(ledger));
    ledger.set(Line.GOOD);

    host.restartPublisher();
    host.cycle(ledger);

    assertThat(ledger.sources()).hasSize(1);
    assertThat(PublishingHost.total(ledger)).isEqualTo(5);
  }

  @Test
  void shouldCountOnceWhenThePublisherIsKilledOverTheFirstPublicationOfAnotherName()
      throws IOException {
    host.count(5);
    host.cycle(ledger);
    letLeaseRunOut();
    ledger.set(Line.LOSES_ANSWERS);
    host.count(1);
    assertThatExceptionOfType(StoreException.class).isThrownBy(() -> host.cycle(ledger));
    ledger.set(Line.GOOD);

    host.restartPublisher();
    host.cycle(ledger);

    assertThat(ledger.sources()).hasSize(1);
    assertThat(PublishingHost.total(ledger)).isEqualTo(6);
  }

  @Test
  void shouldNotCountTwiceWhenTheLedgerHasForgottenThatItRetired() throws IOException {
    host.count(5);
    host.cycle(ledger);
    letLeaseRunOut();
    forgetTombstones();

    host.restartPublisher();
    host.cycle(ledger);
    host.count(1);
    host.cycle(ledger);

    assertThat(PublishingHost.total(ledger)).isEqualTo(6);
  }

  /** A ledger forgets names a day later, when it retires others. */
  private void forgetTombstones() throws IOException {
    clock.turn(DAY.plusSeconds(1));
    try (PublishingHost other = new PublishingHost("other", clock)) {
      other.cycle(ledger);
      letLeaseRunOut();
    }
    assertThat(ledger.baseline(host.source().name())).isEmpty();
  }

  @Test
  void shouldNotCountTwiceWhenSomebodyElseSaidThatItHadEnded() throws IOException {
    host.count(5);
    host.cycle(ledger);
    assertThat(ledger.retire(host.source().name())).isTrue();

    clock.turn(PublishingHost.LEASE.dividedBy(3));
    host.cycle(ledger);
    host.count(1);
    host.cycle(ledger);

    assertThat(PublishingHost.total(ledger)).isEqualTo(6);
  }

  @Test
  void shouldPublishAllOfItWhenAStoreLostWhatItHadFolded() throws IOException {
    host.count(5);
    host.cycle(ledger);
    letLeaseRunOut();
    host.count(1);
    host.cycle(ledger);
    ledger.empty();

    host.cycle(ledger);
    host.count(1);
    host.cycle(ledger);

    assertThat(PublishingHost.total(ledger)).isEqualTo(7);
  }

  @Test
  void shouldCountOnceWhenTheStoreWasRestoredFromBeforeItRetired() throws IOException {
    host.count(5);
    host.cycle(ledger);
    Path backup = host.directory().path().resolve("backup");
    ledger.store().backup(backup);
    host.count(2);
    host.cycle(ledger);
    letLeaseRunOut();
    host.count(1);
    host.cycle(ledger);
    assertThat(PublishingHost.total(ledger)).isEqualTo(8);

    MemoryStore restored = MemoryStore.open(Long.MAX_VALUE, clock);
    restored.restore(backup, RestoreMode.INTO_EMPTY);
    ledger.replace(restored);
    host.count(1);
    host.cycle(ledger);
    letOthersRunOut();
    host.cycle(ledger);

    assertThat(PublishingHost.total(ledger)).isEqualTo(9);
  }

  private void letOthersRunOut() {
    clock.turn(PublishingHost.LEASE.plusSeconds(1));
    List<String> unused = ledger.store().ledger().retireExpired();
  }

  @Test
  void shouldCountOnceWhenTheStoreWasRestoredFromAfterItRetired() throws IOException {
    host.count(5);
    host.cycle(ledger);
    letLeaseRunOut();
    host.cycle(ledger);
    Path backup = host.directory().path().resolve("backup");
    ledger.store().backup(backup);
    host.count(1);
    host.cycle(ledger);

    MemoryStore restored = MemoryStore.open(Long.MAX_VALUE, clock);
    restored.restore(backup, RestoreMode.INTO_EMPTY);
    ledger.replace(restored);
    host.count(1);
    host.cycle(ledger);

    assertThat(PublishingHost.total(ledger)).isEqualTo(7);
  }

  @Test
  void shouldCountOnceWhenTheStoreWasEmptyBeforeItWasRestored() throws IOException {
    host.count(5);
    host.cycle(ledger);
    letLeaseRunOut();
    host.cycle(ledger);
    Path backup = host.directory().path().resolve("backup");
    ledger.store().backup(backup);
    ledger.empty();
    host.count(1);
    host.cycle(ledger);

    MemoryStore restored = MemoryStore.open(Long.MAX_VALUE, clock);
    restored.restore(backup, RestoreMode.INTO_EMPTY);
    ledger.replace(restored);
    host.count(1);
    host.cycle(ledger);

    assertThat(PublishingHost.total(ledger)).isEqualTo(7);
  }

  // ---- the directory's own ----

  @Test
  void shouldCountOnWhenTheHostWasBootedAndTheDirectoryIsLost() throws IOException {
    host.count(5);
    host.cycle(ledger);
    host.reboot();

    host.count(2);
    host.cycle(ledger);
    assertThat(PublishingHost.total(ledger)).isEqualTo(7);
    clock.turn(PublishingHost.LEASE.minusSeconds(1));
    host.cycle(ledger);
    clock.turn(PublishingHost.LEASE.dividedBy(3)); // the next time that somebody looks
    host.count(1);
    host.cycle(ledger);

    assertThat(PublishingHost.total(ledger)).isEqualTo(8);
    assertThat(ledger.sources()).hasSize(1);
  }

  @Test
  void shouldKeepTheTotalWhenTheDirectoryIsEmptiedUnderIt() throws IOException {
    host.count(5);
    host.cycle(ledger);
    emptyDirectory();

    for (int i = 0; i < 11; i++) {
      host.cycle(ledger);
    }

    assertThat(PublishingHost.total(ledger)).isEqualTo(5);
  }

  @Test
  void shouldCountOnWhenTheDirectoryIsEmptiedAndPublishedByTwo() throws IOException {
    host.count(5);
    host.cycle(ledger);
    emptyDirectory();
    host.restartProcess();
    host.count(2);
    host.cycle(ledger);
    emptyDirectory();
    host.restartProcess();
    try (Scraper scraper = Scraper.open(host.directory().path())) {
      Publisher other = Publisher.open(host.settings(ReplicationListener.NONE), scraper);
      other.cycle(ledger);
      for (int i = 0; i < 3; i++) {
        host.count(1);
        host.cycle(ledger);
        host.count(1);
        other.cycle(ledger);
      }
    }

    assertThat(PublishingHost.total(ledger)).isEqualTo(5 + 2 + 6);
  }

  private void emptyDirectory() throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(host.directory().path())) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
  }

  @Test
  void shouldPublishWhenTheNameHasTwoLines() throws IOException {
    try (PublishingHost other = new PublishingHost("web-1\nshop", clock)) {
      other.count(5);
      other.cycle(ledger);

      assertThat(PublishingHost.total(ledger)).isEqualTo(5);
    }
  }

  @Test
  void shouldPublishAndRetireWhenTheDirectoryEnds() throws IOException {
    host.count(5);

    host.end(ledger);

    assertThat(ledger.sources()).isEmpty();
    assertThat(PublishingHost.total(ledger)).isEqualTo(5);
  }

  @Test
  void shouldPublishNothingWhenTheStateIsFaulty() throws IOException {
    host.cycle(ledger);
    Path state = host.directory().path().resolve("replication.state");
    byte[] bytes = Files.readAllBytes(state);
    bytes[bytes.length / 2] ^= 1;
    Files.write(state, bytes);

    assertThatIOException()
        .isThrownBy(() -> host.restartPublisher())
        .withMessageContaining("remove it");
  }

  @Test
  void shouldSayWhatItPublishesAsWhenAnyoneAsks() throws IOException {
    assertThat(DirectorySource.read(host.directory().path())).isEmpty();

    host.cycle(ledger);

    DirectorySource source = DirectorySource.read(host.directory().path()).orElseThrow();
    assertThat(ledger.sources()).extracting(Ledger.Source::name).containsExactly(source.name());
    assertThat(source.instance()).isEqualTo("web-1:shop");
  }
}
