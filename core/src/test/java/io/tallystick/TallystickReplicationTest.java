package io.tallystick;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.tallystick.metrics.Counter;
import io.tallystick.shm.Directory;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.MemoryStore;
import io.tallystick.testing.Await;
import io.tallystick.testing.CapturedLog;
import io.tallystick.testing.Samples;
import io.tallystick.testing.TempDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A directory that is replicated because its processes are told so. */
@Timeout(60)
@SuppressWarnings("try") // closes early on purpose
class TallystickReplicationTest {
  private TempDirectory temporary;
  private Path directory;

  @BeforeEach
  void create() throws IOException {
    temporary = TempDirectory.create();
    directory = temporary.path().resolve("shop");
  }

  @AfterEach
  void delete() throws IOException {
    temporary.close();
  }

  private Tallystick.Builder builder() {
    return Tallystick.builder().directory(directory).replicationInterval(Duration.ofMillis(10));
  }

  private static double total(MemoryStore store) {
    return store.ledger().read().stream()
        .filter((FamilyValues family) -> family.name().equals("requests"))
        .mapToDouble(family -> family.series().get(0).total())
        .sum();
  }

  private static CounterDataPoint requests(Tallystick tallystick) {
    return Counter.builder().name("requests_total").register(tallystick);
  }

  @Test
  void shouldHaveAllInTheLedgerWhenItIsClosed() throws Exception {
    try (MemoryStore store = MemoryStore.open()) {
      Tallystick.Builder seldom =
          builder()
              .replicateTo(store)
              .replicationInterval(Duration.ofHours(1))
              .replicationLease(Duration.ofHours(3));
      try (Tallystick tallystick = seldom.open()) {
        Await.until("published", () -> !store.ledger().sources().isEmpty());
        requests(tallystick).inc(3);
      }

      assertThat(total(store)).isEqualTo(3);
    }
  }

  @Test
  void shouldSayHowItGoesWhenItReplicates() throws Exception {
    try (MemoryStore store = MemoryStore.open();
        Tallystick tallystick =
            builder().replicateTo(store).mirrorInterval(Duration.ofMillis(10)).open()) {
      requests(tallystick).inc(3);
      Await.until("published", () -> total(store) == 3);
      Await.until("said", () -> own(tallystick).containsKey(name("lag_seconds")));
      Map<String, Double> own = own(tallystick);

      assertThat(own.get(name("publications_total{of=\"all\"}"))).isEqualTo(1);
      assertThat(own.get(name("series_total"))).isPositive();
      assertThat(own.get(name("bytes_total"))).isGreaterThan(100);
      assertThat(own.get(name("sources"))).isEqualTo(1);
      assertThat(own.get(name("retired_sources_total"))).isZero();
      assertThat(own.get(name("failures_total{category=\"transient\"}"))).isZero();
      assertThat(own.get(name("last_success_timestamp_seconds"))).isGreaterThan(1.7e9);
      assertThat(store.ledger().read())
          .extracting(FamilyValues::name)
          .noneMatch(each -> each.startsWith("tallystick"));
    }
  }

  private static String name(String rest) {
    return "tallystick_replication_" + rest;
  }

  private static Map<String, Double> own(Tallystick tallystick) throws IOException {
    return Samples.of(tallystick.scraper());
  }

  @Test
  void shouldCountOnWhenTheStoreIsClosedUnderIt() throws Exception {
    try (CapturedLog log = CapturedLog.open();
        MemoryStore store = MemoryStore.open();
        Tallystick tallystick = builder().replicateTo(store).open()) {
      CounterDataPoint requests = requests(tallystick);
      requests.inc();
      Await.until("published", () -> total(store) == 1);
      store.close();
      requests.inc();
      Await.until("failed", () -> !log.messages().isEmpty());

      assertThat(requests.get()).isEqualTo(2);
      assertThat(log.messages().get(0)).contains("category=PERMANENT");
    }
  }

  @Test
  void shouldOpenAndCountWhenTheUrlsStoreCannotBeOpened() throws Exception {
    try (CapturedLog log = CapturedLog.open();
        Tallystick tallystick =
            builder().replicateTo("nothing-here://user:secret@host?password=secret").open()) {
      requests(tallystick).inc();
      Await.until("said", () -> !log.messages().isEmpty());

      assertThat(log.messages()).noneMatch(message -> message.contains("secret"));
      assertThat(log.failures())
          .noneMatch(failure -> String.valueOf(failure.getMessage()).contains("secret"));
    }
  }

  @Test
  void shouldReplicateWhenItIsToldAUrl() throws Exception {
    Path file = temporary.path().resolve("store");
    try (Tallystick tallystick = builder().replicateTo("example-file:" + file).open()) {
      requests(tallystick).inc(2);
    }

    assertThat(file).exists();
  }

  @Test
  void shouldLeaveNothingOpenWhenReplicationCannotBegin() throws Exception {
    Clock failing = // as any callback of an application may
        new Clock() {
          @Override
          public Instant instant() {
            boolean isOfReplication =
                StackWalker.getInstance()
                    .walk(
                        frames ->
                            frames.anyMatch(f -> f.getClassName().endsWith("ReplicationMetrics")));
            if (isOfReplication) {
              throw new IllegalStateException("no time for this");
            }
            return Instant.ofEpochSecond(1);
          }

          @Override
          public ZoneId getZone() {
            return ZoneOffset.UTC;
          }

          @Override
          public Clock withZone(ZoneId zone) {
            return this;
          }
        };
    try (MemoryStore store = MemoryStore.open()) {
      Tallystick.Builder builder = builder().replicateTo(store).clock(failing);

      assertThatIllegalStateException().isThrownBy(builder::open).withMessageContaining("no time");

      Directory opened = Directory.open(directory);
      assertThat(opened.lockTokens()).noneMatch(opened::isAlive);
      assertThat(opened.tokens()).noneMatch(opened::isAlive);
    }
  }

  @Test
  void shouldRefuseSettingsThatMakeNoSense() {
    Tallystick.Builder builder = builder();

    assertThatIllegalArgumentException().isThrownBy(() -> builder.replicateTo("no url"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.replicationInterval(Duration.ZERO));
    assertThatIllegalArgumentException().isThrownBy(() -> builder.replicationName(""));
    builder.replicateTo("memory:").replicationInterval(Duration.ofMinutes(2));
    assertThatIllegalArgumentException().isThrownBy(builder::open);
    assertThat(directory).doesNotExist();
  }
}
