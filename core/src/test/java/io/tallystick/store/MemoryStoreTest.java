package io.tallystick.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.GaugeMode;
import io.tallystick.store.contract.StoreContract;
import io.tallystick.testing.TurnedClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract of every store, kept by the memory store, and what is its own. */
class MemoryStoreTest extends StoreContract {
  private static final Duration LEASE = Duration.ofMinutes(1);

  private final TurnedClock ownClock = TurnedClock.at(Instant.parse("2030-01-01T00:00:00Z"));

  @TempDir private Path folder;

  @Override
  protected Store open(InstantSource clock) {
    return MemoryStore.open(Long.MAX_VALUE, clock);
  }

  private static FamilyValues family(FamilyType type, List<SeriesValues> series) {
    return new FamilyValues(
        "m", "m", "m", type, GaugeMode.ALL, null, null, List.of(), List.of(), List.of(), 1, series);
  }

  private static SeriesValues count(int number) {
    return new SeriesValues(
        Labels.of("n", "" + number), 1, 0, List.of(1L), 0, 0, null, null, List.of());
  }

  private FamilyValues counters(int first, int size) {
    List<SeriesValues> series = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      series.add(count(first + i));
    }
    return family(FamilyType.COUNTER, series);
  }

  private FamilyValues gauge(int pid) {
    Labels labels = Labels.of("pid", "" + pid);
    long nowMs = ownClock.millis();
    return family(
        FamilyType.GAUGE,
        List.of(new SeriesValues(labels, 1, nowMs, List.of(), 1, 0, null, null, List.of())));
  }

  private static Publication all(String source, long version, FamilyValues family) {
    return Publication.ofAll(source, version, List.of(family), LEASE);
  }

  @Test
  void shouldRefusePublicationsAndRetireAllTheSameWhenItIsFull() {
    try (Store store = MemoryStore.open(50_000, ownClock)) {
      Ledger ledger = store.ledger();
      ledger.publish(all("a", 1, counters(0, 90)));
      assertThatThrownBy(() -> ledger.publish(all("b", 1, counters(0, 90))))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("full");
      assertThatThrownBy(
              () ->
                  ledger.publish(
                      Publication.ofChanges("a", 2, 1, List.of(counters(90, 90)), LEASE)))
          .isInstanceOf(StoreException.class);
      assertThat(ledger.sources()).containsExactly(source("a", 1));
      assertThat(ledger.publish(all("a", 2, counters(0, 90)))).isEqualTo(Ledger.Result.ACCEPTED);
      assertThat(ledger.retire("a")).isTrue();
      assertThat(store.stats().series()).isEqualTo(90);
    }
  }

  private Ledger.Source source(String name, long version) {
    return new Ledger.Source(name, version, ownClock.millis() + LEASE.toMillis());
  }

  @Test
  void shouldTakeNoMoreBytesThanBeforeWhenSourcesAndTombstonesHaveGone() {
    try (Store store = MemoryStore.open(Long.MAX_VALUE, ownClock)) {
      Ledger ledger = store.ledger();
      ledger.publish(all("a", 1, counters(0, 50)));
      ledger.retire("a");
      long before = store.stats().bytes();
      for (int i = 0; i < 9; i++) {
        ledger.publish(all("b" + i, 1, counters(0, 50)));
        ledger.publish(Publication.ofChanges("b" + i, 2, 1, List.of(counters(0, 60)), LEASE));
        ledger.publish(all("b" + i, 3, counters(0, 50)));
      }
      ownClock.turn(LEASE);
      assertThat(ledger.retireExpired()).hasSize(9);
      assertThat(store.stats().bytes()).isGreaterThan(9 * before);
      ownClock.turn(Duration.ofDays(1));
      ledger.retireExpired();
      assertThat(store.stats().bytes()).isLessThanOrEqualTo(before);
    }
  }

  @Test
  void shouldDropOldGaugesOfTheBaseWhenItGrows() {
    try (Store store = MemoryStore.open(Long.MAX_VALUE, ownClock)) {
      for (int i = 0; i < 3_000; i++) {
        store.ledger().publish(all("s" + i, 1, gauge(i)));
        store.ledger().retire("s" + i);
        ownClock.turn(Duration.ofSeconds(36)); // a hundred of them are in the retention
      }
      assertThat(store.stats().series()).isLessThan(1_200);
    }
  }

  @Test
  void shouldForgetAFamilyOfTheBaseWhenAllOfItIsTooOld() {
    try (Store store = MemoryStore.open(Long.MAX_VALUE, ownClock)) {
      Ledger ledger = store.ledger();
      long before = store.stats().bytes();
      for (int i = 0; i < 1_001; i++) { // one more than few
        ledger.publish(all("s" + i, 1, gauge(i)));
        ledger.retire("s" + i);
      }
      ledger.publish(all("last", 1, gauge(0)));
      ownClock.turn(Duration.ofDays(1));
      ledger.retire("last");
      assertThat(store.stats().series()).isZero();
      ownClock.turn(Duration.ofDays(1));
      ledger.retireExpired();
      assertThat(store.stats().bytes()).isEqualTo(before);
    }
  }

  @Test
  void shouldGoOnAsTheStoreThatWroteTheBackupWhenResumed() {
    Path file = folder.resolve("backup");
    JobQueue.Job job;
    String id;
    try (Store store = MemoryStore.open(Long.MAX_VALUE, ownClock)) {
      store.jobQueue("q").offer("a", new byte[0]);
      store.jobQueue("q").offer("b", new byte[0]);
      job = store.jobQueue("q").take(LEASE).orElseThrow();
      id = store.ledger().id();
      store.backup(file);
    }
    try (Store store = MemoryStore.resume(file, Long.MAX_VALUE, ownClock)) {
      assertThat(store.ledger().id()).isEqualTo(id);
      assertThat(store.jobQueue("q").take(LEASE).orElseThrow().id()).isNotEqualTo(job.id());
      assertThat(store.jobQueue("q").acknowledge(job)).isTrue();
    }
  }

  @Test
  void shouldBackUpOfAJobOnlyWhatItsStateHas() {
    Path file = folder.resolve("backup");
    RetryPolicy once = new RetryPolicy(1, LEASE, LEASE);
    try (Store store = MemoryStore.open(Long.MAX_VALUE, ownClock)) {
      JobQueue queue = store.jobQueue("q", once);
      queue.offer("a", new byte[0]);
      queue.take(LEASE);
      ownClock.turn(LEASE);
      assertThat(queue.requeue(queue.deadLetters(1).get(0).id())).isTrue();
      store.backup(file);
    }
    List<BackupRecord> records = new ArrayList<>();
    BackupReader.open(file).forEach(records::add);
    assertThat(records)
        .filteredOn(BackupRecord.Job.class::isInstance)
        .usingRecursiveFieldByFieldElementComparator()
        .containsExactly(
            new BackupRecord.Job(
                "q", BackupRecord.Job.State.QUEUED, "1", "a", new byte[0], 0, 0, 0, ""));
  }

  @Test
  void shouldNotResumeWhatAnotherKindOfStoreHasWritten() {
    Path file = folder.resolve("backup");
    try (BackupWriter writer = BackupWriter.create(file, 1)) {
      writer.write(
          new BackupRecord.Job(
              "q", BackupRecord.Job.State.QUEUED, "1-0", "a", new byte[0], 0, 0, 0, ""));
      writer.write(new BackupRecord.LedgerState("id", Set.of()));
      writer.commit();
    }
    assertThatThrownBy(() -> MemoryStore.resume(file, Long.MAX_VALUE, ownClock))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("another kind");
  }

  @Test
  void shouldTakeNothingOfABackupWhenItHasNoRoomForAll() {
    Path file = folder.resolve("backup");
    try (Store large = MemoryStore.open(Long.MAX_VALUE, ownClock);
        Store small = MemoryStore.open(20_000, ownClock)) {
      large.keyValues().put("a", new byte[1]);
      large.ledger().publish(all("a", 1, counters(0, 90)));
      large.backup(file);
      small.keyValues().put("b", new byte[1]);
      long before = small.stats().bytes();
      assertThatThrownBy(() -> small.restore(file, RestoreMode.MERGE))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("full");
      assertThat(small.stats().bytes()).isEqualTo(before);
      assertThat(small.keyValues().exists("a")).isFalse();
    }
  }
}
