package io.tallystick.store.contract;

import static io.tallystick.store.contract.Families.LEASE;
import static io.tallystick.store.contract.Families.all;
import static io.tallystick.store.contract.Families.count;
import static io.tallystick.store.contract.Families.counter;
import static io.tallystick.store.contract.Refusal.assertCorrupt;
import static io.tallystick.store.contract.Refusal.assertPermanent;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.store.BackupReader;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.JobQueue;
import io.tallystick.store.JobQueue.DeadLetter;
import io.tallystick.store.JobQueue.Job;
import io.tallystick.store.JobQueue.Sizes;
import io.tallystick.store.KeyValues;
import io.tallystick.store.Ledger;
import io.tallystick.store.MemoryStore;
import io.tallystick.store.RestoreMode;
import io.tallystick.store.RetryPolicy;
import io.tallystick.store.SeriesValues;
import io.tallystick.store.Store;
import io.tallystick.testing.TurnedClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The clauses of backups. */
abstract class BackupContract {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final RetryPolicy TWICE = new RetryPolicy(2, MINUTE, MINUTE);

  @TempDir private Path folder;

  abstract Store store();

  /** An empty one in the place of {@link #store}, which is closed. */
  abstract Store another();

  abstract TurnedClock clock();

  private Path file() {
    return folder.resolve("backup");
  }

  /** One key that lives on and one that does not, a job of each state, each piece of a ledger. */
  private void fill(Store store) {
    store.keyValues().put("stays", new byte[] {1});
    store.keyValues().put("\ud83d\ude00*", new byte[] {2}, MINUTE);
    JobQueue queue = store.jobQueue("queue", TWICE);
    queue.offer("dead", new byte[] {3});
    queue.retry(queue.take(LEASE).orElseThrow(), "first");
    clock().turn(MINUTE);
    queue.retry(queue.take(LEASE).orElseThrow(), "second");
    queue.offer("running", new byte[0]);
    queue.offer("delayed", new byte[0]);
    queue.offer("queued", new byte[] {4});
    queue.offer("queued too", new byte[] {5});
    queue.take(LEASE.multipliedBy(2));
    queue.retry(queue.take(LEASE).orElseThrow(), "delayed");
    store.keyValues().expire("\ud83d\ude00*", MINUTE);
    Ledger ledger = store.ledger();
    ledger.publish(all("cut", 1, counter(count("/", 1))));
    clock().turn(LEASE);
    ledger.retireExpired();
    store.keyValues().put("\ud83d\ude00*", new byte[] {2}, MINUTE);
    ledger.publish(all("ended", 1, counter(count("/", 2))));
    ledger.retire("ended");
    ledger.publish(Families.allTypes("live", 5, clock().millis()));
  }

  private static Set<String> keys(Store store) {
    Set<String> keys = new HashSet<>();
    store.keyValues().forEachKey("", keys::add);
    return keys;
  }

  private void assertFilled(Store store, List<FamilyValues> families) {
    KeyValues values = store.keyValues();
    assertThat(keys(store)).containsExactlyInAnyOrder("stays", "\ud83d\ude00*");
    assertThat(values.get("stays")).hasValue(new byte[] {1});
    assertThat(values.timeToLive("stays")).isEmpty();
    assertThat(values.timeToLive("\ud83d\ude00*")).hasValue(MINUTE);
    JobQueue queue = store.jobQueue("queue", TWICE);
    assertThat(queue.sizes()).isEqualTo(new Sizes(3, 0, 1, 1));
    assertThat(queue.deadLetters(2))
        .extracting(DeadLetter::key, DeadLetter::error, DeadLetter::attempts)
        .containsExactly(org.assertj.core.groups.Tuple.tuple("dead", "second", 2));
    assertThat(queue.take(LEASE).map(Job::key)).hasValue("queued");
    assertThat(queue.take(LEASE).map(Job::payload)).hasValue(new byte[] {5});
    assertThat(queue.take(LEASE)).hasValueSatisfying(job -> assertThat(job.attempt()).isEqualTo(2));
    assertThat(queue.offer("running", new byte[0])).isFalse();
    Ledger ledger = store.ledger();
    assertThat(ledger.read()).isEqualTo(families);
    assertThat(ledger.baseline("cut")).hasValue(List.of(counter(count("/", 1))));
    assertThat(ledger.sources())
        .containsExactly(new Ledger.Source("live", 5, clock().millis() + LEASE.toMillis()));
    assertThat(ledger.publish(all("ended", 2, counter(count("/", 2)))))
        .isEqualTo(Ledger.Result.RETIRED);
  }

  @Test
  void b1ShouldHoldTheSameWhenABackupIsRestored() {
    fill(store());
    List<FamilyValues> families = store().ledger().read();
    String id = store().ledger().id();
    store().backup(file());
    Store restored = another();
    restored.restore(file(), RestoreMode.INTO_EMPTY);
    assertFilled(restored, families);
    assertThat(restored.ledger().id()).isNotEqualTo(id);
    clock().turn(MINUTE);
    assertThat(keys(restored)).containsExactly("stays");
  }

  @Test
  void b2ShouldHoldTheSameWhenTheBackupIsOfOrForAStoreOfAnotherKind() {
    try (Store memory = MemoryStore.open(Long.MAX_VALUE, clock());
        Store back = MemoryStore.open(Long.MAX_VALUE, clock())) {
      fill(memory);
      List<FamilyValues> families = memory.ledger().read();
      memory.backup(file());
      store().restore(file(), RestoreMode.INTO_EMPTY);
      store().backup(file());
      back.restore(file(), RestoreMode.INTO_EMPTY);
      assertFilled(back, families);
    }
  }

  @Test
  void b3ShouldEndTimesToLiveWhenTheyWouldHaveEnded() {
    store().keyValues().put("a", new byte[0], MINUTE);
    store().jobQueue("queue").offer("job", new byte[0]);
    store().jobQueue("queue").take(MINUTE);
    store().backup(file());
    clock().turn(MINUTE);
    Store restored = another();
    restored.restore(file(), RestoreMode.INTO_EMPTY);
    assertThat(keys(restored)).isEmpty();
    assertThat(restored.jobQueue("queue").take(MINUTE)).isPresent();
  }

  @Test
  void b4ShouldLeaveAStoreAsItIsWhenItIsToBeEmptyAndIsNot() {
    store().keyValues().put("a", new byte[0]);
    store().backup(file());
    Store restored = another();
    restored.keyValues().put("b", new byte[0]);
    assertPermanent(() -> restored.restore(file(), RestoreMode.INTO_EMPTY));
    assertThat(keys(restored)).containsExactly("b");
  }

  @Test
  void b5ShouldKeepWhatIsThereWhenABackupIsMerged() {
    fill(store());
    store().backup(file());
    Store merged = another();
    merged.keyValues().put("stays", new byte[] {9});
    merged.jobQueue("queue", TWICE).offer("queued", new byte[] {9});
    merged.ledger().publish(all("live", 9, counter(count("/", 40))));
    merged.ledger().publish(all("new", 1, counter(count("/", 80))));
    for (int i = 0; i < 2; i++) {
      merged.restore(file(), RestoreMode.MERGE);
      assertThat(merged.keyValues().get("stays")).hasValue(new byte[] {9});
      assertThat(merged.jobQueue("queue", TWICE).sizes()).isEqualTo(new Sizes(3, 0, 1, 1));
      assertThat(merged.ledger().sources())
          .extracting(Ledger.Source::name, Ledger.Source::version)
          .containsExactly(
              org.assertj.core.groups.Tuple.tuple("live", 9L),
              org.assertj.core.groups.Tuple.tuple("new", 1L));
      assertThat(total(merged)).isEqualTo(1.5 + 2.5 + 40.5 + 80.5);
    }
  }

  private static double total(Store store) {
    return store.ledger().read().stream()
        .filter(family -> family.name().equals("m"))
        .flatMap(family -> family.series().stream())
        .mapToDouble(SeriesValues::total)
        .sum();
  }

  @Test
  void b6ShouldCountARetiredSourceOnceWhenABackupHasItLive() {
    store().ledger().publish(all("a", 1, counter(count("/", 1))));
    store().backup(file());
    store().ledger().publish(all("a", 2, counter(count("/", 3))));
    store().ledger().retire("a");
    store().restore(file(), RestoreMode.MERGE);
    assertThat(total(store())).isEqualTo(3.5);
    store().backup(file());
    Store merged = another();
    merged.ledger().publish(all("a", 2, counter(count("/", 3))));
    merged.restore(file(), RestoreMode.MERGE);
    assertThat(total(merged)).isEqualTo(3.5);
  }

  @Test
  void b7ShouldRefuseABackupThatIsCutAnywhereAndTakeNothingOfIt() throws IOException {
    store().keyValues().put("a", new byte[] {1});
    store().jobQueue("queue").offer("job", new byte[0]);
    store().ledger().publish(all("a", 1, counter(count("/", 1))));
    store().backup(file());
    byte[] whole = Files.readAllBytes(file());
    Store restored = another();
    for (int length = 0; length < whole.length; length++) {
      Files.write(file(), Arrays.copyOf(whole, length));
      assertCorrupt(() -> restored.restore(file(), RestoreMode.MERGE));
    }
    Files.write(file(), Arrays.copyOf(whole, whole.length + 1));
    assertCorrupt(() -> restored.restore(file(), RestoreMode.MERGE));
    for (int at = 0; at < whole.length; at++) {
      byte[] changed = whole.clone();
      changed[at] ^= 1;
      Files.write(file(), changed);
      assertRefused(restored);
    }
    assertThat(keys(restored)).isEmpty();
    assertThat(restored.stats().jobs()).isZero();
    assertThat(restored.ledger().sources()).isEmpty();
  }

  private void assertRefused(Store restored) throws IOException {
    byte[] changed = Files.readAllBytes(file());
    boolean isVersion = changed[8] != 1 || changed[9] + changed[10] + changed[11] != 0;
    if (isVersion) {
      assertPermanent(() -> restored.restore(file(), RestoreMode.MERGE));
    } else {
      assertCorrupt(() -> restored.restore(file(), RestoreMode.MERGE));
    }
  }

  @Test
  void b8ShouldSayThatABackupCannotBeWrittenOrReadAndLeaveNothingBehind() throws IOException {
    assertPermanent(() -> store().backup(folder.resolve("no").resolve("backup")));
    assertPermanent(() -> store().backup(folder));
    assertPermanent(() -> store().restore(file(), RestoreMode.MERGE));
    Files.writeString(file(), "old", UTF_8);
    store().backup(file());
    BackupReader.open(file());
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file());
    }
  }

  @Test
  void b9ShouldCountNothingTwiceWhenAMergeIsRepeatedAfterNamesAreForgotten() {
    store().ledger().publish(all("a", 1, counter(count("/", 1))));
    store().backup(file());
    retireAndForget(store());
    store().restore(file(), RestoreMode.MERGE);
    assertThat(total(store())).isEqualTo(1.5);
    Store merged = another();
    merged.ledger().publish(all("b", 1, counter(count("/", 40))));
    merged.restore(file(), RestoreMode.MERGE);
    retireAndForget(merged);
    merged.restore(file(), RestoreMode.MERGE);
    assertThat(total(merged)).isEqualTo(1.5 + 40.5);
  }

  private void retireAndForget(Store store) {
    clock().turn(LEASE);
    store.ledger().retireExpired();
    clock().turn(Duration.ofDays(2));
    store.ledger().retireExpired();
  }
}
