package io.tallystick.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.tallystick.Tallystick;
import io.tallystick.metrics.Counter;
import io.tallystick.replication.FaultyLedger.Line;
import io.tallystick.shm.Directory;
import io.tallystick.store.Ledger;
import io.tallystick.store.Publication;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import io.tallystick.testing.Await;
import io.tallystick.testing.CapturedLog;
import io.tallystick.testing.TempDirectory;
import io.tallystick.testing.TurnedClock;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The thread that publishes, who has it, and what a store can do to it. */
@Timeout(120)
@SuppressWarnings("try") // some only run, and one closes early
class ReplicatorTest {
  private static final Duration INTERVAL = Duration.ofMillis(10);

  private final TurnedClock clock = TurnedClock.at(Instant.parse("2026-01-05T10:00:00Z"));
  private final FaultyLedger ledger = new FaultyLedger(clock);
  private TempDirectory temporary;
  private Tallystick tallystick;
  private CounterDataPoint counter;

  @BeforeEach
  void open() throws IOException {
    temporary = TempDirectory.create();
    tallystick = Tallystick.builder().directory(temporary.path()).clock(clock).open();
    counter = Counter.builder().name("requests_total").register(tallystick);
  }

  @AfterEach
  void close() throws IOException {
    tallystick.close();
    temporary.close();
  }

  private Replicator.Builder builder(Supplier<? extends Ledger> target) throws IOException {
    return Replicator.builder()
        .directory(Directory.open(temporary.path()))
        .name("host")
        .clock(clock)
        .interval(INTERVAL)
        .ledger(target);
  }

  private Replicator start() throws IOException {
    return builder(() -> ledger).start();
  }

  @Test
  void shouldPublishAgainAndAgainWhenValuesChange() throws Exception {
    try (Replicator replicator = start()) {
      for (int i = 1; i <= 5; i++) {
        counter.inc();
        double expected = i;
        Await.until("published", () -> PublishingHost.total(ledger) == expected);
      }
      assertThat(replicator.isElected()).isTrue();
      assertThat(replicator.lagMs()).hasValue(0);
    }
  }

  @Test
  void shouldPublishOnceMoreWhenItIsClosed() throws IOException {
    try (Replicator unused =
        builder(() -> ledger).interval(Duration.ofHours(1)).lease(Duration.ofHours(5)).start()) {
      counter.inc();
    }

    assertThat(PublishingHost.total(ledger)).isEqualTo(1);
  }

  @Test
  void shouldElectOneWhenManyAreStarted() throws Exception {
    try (Replicator first = start()) {
      Await.until("elected", first::isElected);
      try (Replicator second = start();
          Replicator third = start()) {
        counter.inc();
        Await.until("published", () -> PublishingHost.total(ledger) == 1);
        assertThat(second.isElected()).isFalse();
        assertThat(third.isElected()).isFalse();
        assertThat(second.lagMs()).isEmpty();

        first.close();
        Await.until("taken over", () -> second.isElected() != third.isElected());
        counter.inc();
        Await.until("published", () -> PublishingHost.total(ledger) == 2);
      }
    }
    assertThat(ledger.sources()).hasSize(1);
  }

  @Test
  void shouldGoOnAndSayItOnceWhenTheStoreFailsAndComesBack() throws Exception {
    Told told = new Told();
    try (CapturedLog log = CapturedLog.open();
        Replicator replicator = builder(() -> ledger).listener(told).start()) {
      Await.until("published", () -> told.published.size() == 1);
      ledger.set(Line.CUT);
      counter.inc();
      Await.until("failed again and again", () -> told.failed.size() >= 3);
      clock.turn(Duration.ofSeconds(7));
      assertThat(replicator.lagMs().orElseThrow()).isGreaterThanOrEqualTo(7_000);

      ledger.set(Line.GOOD);
      Await.until("published", () -> PublishingHost.total(ledger) == 1);
      Await.until("well again", () -> replicator.lagMs().orElseThrow() == 0);
      Await.until("said", () -> log.messages().size() == 2);
      assertThat(log.messages().get(0)).contains("fails", "category=TRANSIENT");
      assertThat(log.messages().get(1)).contains("goes on");
    }
    assertThat(told.failed).containsOnly(FailureCategory.TRANSIENT);
    assertThat(told.published).containsExactly(true, true);
  }

  @Test
  void shouldCountTheFailureAsUnexpectedWhenTheStoreThrowsWhatNoneShould() throws Exception {
    Told told = new Told();
    ledger.set(Line.ABSURD);
    try (CapturedLog unused = CapturedLog.open();
        Replicator replicator = builder(() -> ledger).listener(told).start()) {
      Await.until("failed", () -> told.failed.size() >= 2);
      clock.turn(Duration.ofSeconds(7)); // it lags behind also before it has ever published
      assertThat(replicator.lagMs().orElseThrow()).isGreaterThanOrEqualTo(7_000);
      assertThat(replicator.lastSuccessMs()).isEmpty();
      ledger.set(Line.GOOD);
      Await.until("published", () -> replicator.lastSuccessMs().isPresent());
    }
    assertThat(told.failed).containsOnly(FailureCategory.UNEXPECTED);
  }

  @Test
  void shouldHaveOtherSourcesRetiredWhenItsOwnIsDamaged() throws Exception {
    Told told = new Told();
    ledger.publish(Publication.ofAll("other", 1, List.of(), Duration.ofSeconds(5)));
    clock.turn(Duration.ofSeconds(6));
    ledger.set(Line.FINDS_LOSS);
    try (CapturedLog log = CapturedLog.open();
        Replicator replicator = builder(() -> ledger).listener(told).start()) {
      Await.until("failed", () -> told.failed.size() >= 3);
      assertThat(ledger.sources()).isEmpty();
      assertThat(replicator.lastSuccessMs()).isEmpty();
      assertThat(log.messages()).singleElement().asString().contains("category=CORRUPT");
    }
    assertThat(told.failed).containsOnly(FailureCategory.CORRUPT);
  }

  @Test
  void shouldSayWhatIsWrongWhenAStoreThrowsTheSameAgain() throws Exception {
    Told told = new Told();
    StoreException refusal = new StoreException(Category.PERMANENT, "refused");
    Ledger refusing =
        (Ledger)
            Proxy.newProxyInstance(
                Ledger.class.getClassLoader(),
                new Class<?>[] {Ledger.class},
                (proxy, method, arguments) -> {
                  throw refusal;
                });
    try (CapturedLog log = CapturedLog.open();
        Replicator replicator = builder(() -> refusing).listener(told).start()) {
      Await.until("failed", () -> !told.failed.isEmpty());
      assertThat(replicator.lastSuccessMs()).isEmpty();
      Await.until("warning", () -> !log.messages().isEmpty());
      assertThat(log.messages()).singleElement().asString().contains("category=PERMANENT");
    }
    assertThat(told.failed).containsOnly(FailureCategory.PERMANENT);
  }

  @Test
  void shouldGoOnWhenTheStoreCannotBeOpenedAtFirst() throws Exception {
    CountDownLatch tried = new CountDownLatch(3);
    Supplier<Ledger> target =
        () -> {
          tried.countDown();
          if (tried.getCount() > 0) {
            throw new AssertionError("not yet");
          }
          return ledger;
        };
    counter.inc();
    try (CapturedLog unused = CapturedLog.open();
        Replicator replicator = builder(target).start()) {
      Await.until("published", () -> replicator.lastSuccessMs().isPresent());
    }
    assertThat(PublishingHost.total(ledger)).isEqualTo(1);
  }

  @Test
  void shouldEndWithinItsPatienceWhenTheStoreHangs() throws Exception {
    CountDownLatch hanging = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    Supplier<Ledger> target =
        () -> {
          hanging.countDown();
          awaitUninterruptibly(release);
          return ledger;
        };
    try (CapturedLog log = CapturedLog.open()) {
      Replicator replicator = builder(target).patience(Duration.ofMillis(50)).start();
      hanging.await();
      counter.inc(); // waits for nobody
      replicator.close();

      assertThat(log.messages()).singleElement().asString().contains("store hangs");
      try (Replicator other = start()) {
        assertThat(other.isElected()).isFalse(); // the one that hangs may still publish
        release.countDown();
        Await.until("taken over", other::isElected);
      }
    }
    assertThat(PublishingHost.total(ledger)).isEqualTo(1);
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts a store", e);
    }
  }

  @Test
  void shouldSkipCyclesWhenTheStoreIsSlow() throws Exception {
    Told told = new Told();
    long beginningNs = System.nanoTime();
    Supplier<Ledger> target =
        () -> {
          long startNs = System.nanoTime();
          while (System.nanoTime() - startNs < 5 * INTERVAL.toNanos()) {
            Thread.onSpinWait();
          }
          return ledger;
        };
    try (Replicator unused = builder(target).listener(told).start()) {
      Await.until("skipped", () -> told.skipped.size() >= 3);
    }
    long intervals = (System.nanoTime() - beginningNs) / INTERVAL.toNanos();
    assertThat(told.skipped).allMatch(cycles -> cycles >= 4);
    assertThat(told.skipped.stream().mapToLong(Long::longValue).sum())
        .isLessThanOrEqualTo(intervals);
  }

  @Test
  void shouldPublishAndRetireWhenTheDirectoryEndsWithIt() throws IOException {
    counter.inc();
    tallystick.close();
    Replicator replicator = builder(() -> ledger).ofJob(temporary.path().resolve("shared")).start();
    replicator.close();
    replicator.close();

    assertThat(ledger.sources()).isEmpty();
    assertThat(PublishingHost.total(ledger)).isEqualTo(1);
    assertThat(temporary.path()).doesNotExist();
  }

  @Test
  void shouldGoOnWhenTheListenerThrows() throws Exception {
    ReplicationListener listener =
        new Told() {
          @Override
          public void published(boolean all, long series, long bytes) {
            super.published(all, series, bytes);
            throw new IllegalStateException("told too much");
          }
        };
    try (CapturedLog unused = CapturedLog.open();
        Replicator replicator = builder(() -> ledger).listener(listener).start()) {
      counter.inc();
      Await.until("published", () -> PublishingHost.total(ledger) == 1);
      counter.inc();
      Await.until("published", () -> PublishingHost.total(ledger) == 2);
      assertThat(replicator.isElected()).isTrue();
    }
  }

  @Test
  void shouldGoOnWhenAStoreLeavesItsThreadInterrupted() throws Exception {
    ReplicationListener listener =
        new Told() {
          @Override
          public void published(boolean all, long series, long bytes) {
            super.published(all, series, bytes);
            Thread.currentThread().interrupt();
          }
        };
    try (Replicator replicator = builder(() -> ledger).listener(listener).start()) {
      Await.until("published", () -> replicator.lastSuccessMs().isPresent());
      counter.inc();
      Await.until("published", () -> PublishingHost.total(ledger) == 1);
      assertThat(replicator.isElected()).isTrue();
    }
  }

  @Test
  void shouldCallItByItsHostWhenNobodyNamesIt() throws Exception {
    try (Replicator unused =
        Replicator.builder()
            .directory(Directory.open(temporary.path()))
            .ledger(() -> ledger)
            .start()) {
      Await.until("published", () -> !ledger.sources().isEmpty());
    }
    DirectorySource source = DirectorySource.read(temporary.path()).orElseThrow();
    assertThat(source.instance()).endsWith(":" + temporary.path().getFileName());
    assertThat(source.instance().indexOf(':')).isPositive();
  }

  @Test
  void shouldCutNoCharacterInTwoWhenANameIsLong() {
    String wide = new String(Character.toChars(0x1F600)); // of two chars

    assertThat(HostName.shortened("x".repeat(63))).hasSize(63);
    assertThat(HostName.shortened("x".repeat(64))).hasSize(63);
    assertThat(HostName.shortened("x".repeat(62) + wide)).isEqualTo("x".repeat(62));
    assertThat(HostName.shortened("x".repeat(61) + wide + "x")).endsWith(wide);
  }

  @Test
  void shouldRefuseSettingsThatMakeNoSense() throws IOException {
    Replicator.Builder builder = builder(() -> ledger);

    assertThatIllegalArgumentException().isThrownBy(() -> builder.interval(Duration.ZERO));
    assertThatIllegalArgumentException().isThrownBy(() -> builder.lease(Duration.ofDays(2)));
    assertThatIllegalArgumentException().isThrownBy(() -> builder.name(" "));
    assertThatIllegalArgumentException().isThrownBy(() -> builder.name("x".repeat(129)));
    builder.interval(Duration.ofSeconds(2)).lease(Duration.ofSeconds(5));
    assertThatIllegalArgumentException()
        .isThrownBy(builder::start)
        .withMessageContaining("three intervals");
  }

  /** Notes what it is told. */
  private static class Told implements ReplicationListener {
    final List<Boolean> published = new CopyOnWriteArrayList<>();
    final List<FailureCategory> failed = new CopyOnWriteArrayList<>();
    final List<Long> skipped = new CopyOnWriteArrayList<>();

    @Override
    public void published(boolean all, long series, long bytes) {
      published.add(all);
    }

    @Override
    public void leftOut(long series) {}

    @Override
    public void failed(FailureCategory category) {
      failed.add(category);
    }

    @Override
    public void skipped(long cycles) {
      skipped.add(cycles);
    }

    @Override
    public void inspected(long live, long retired) {}
  }
}
