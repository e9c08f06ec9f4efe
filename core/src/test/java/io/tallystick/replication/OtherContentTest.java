package io.tallystick.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tallystick.replication.FaultyLedger.Line;
import io.tallystick.store.Ledger;
import io.tallystick.store.MemoryStore;
import io.tallystick.store.RestoreMode;
import io.tallystick.store.StoreException;
import io.tallystick.testing.TempDirectory;
import io.tallystick.testing.TurnedClock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A ledger that was emptied, restored or merged: the total is right again after the next cycle. */
class OtherContentTest {
  private final TurnedClock clock = TurnedClock.at(Instant.parse("2026-01-05T10:00:00Z"));
  private final FaultyLedger ledger = new FaultyLedger(clock);
  private TempDirectory temporary;
  private PublishingHost host;
  private int backups;

  @BeforeEach
  void open() throws IOException {
    temporary = TempDirectory.create();
    host = new PublishingHost("web-1:shop", clock);
  }

  @AfterEach
  void close() throws IOException {
    host.close();
    temporary.close();
  }

  private void count(long amount) throws IOException {
    host.count(amount);
    host.cycle(ledger);
  }

  private void letLeaseRunOut() {
    clock.turn(PublishingHost.LEASE.plusSeconds(1));
    List<String> unused = ledger.store().ledger().retireExpired();
  }

  /** Publishes for more than a day, with which earlier names are forgotten. */
  private void publishForADay() throws IOException {
    for (int i = 0; i < 24 * 20; i++) {
      clock.turn(Duration.ofMinutes(4));
      host.cycle(ledger);
    }
  }

  private Path backup() {
    Path file = temporary.path().resolve("backup-" + backups++);
    ledger.store().backup(file);
    return file;
  }

  private void restore(Path backup) {
    MemoryStore restored = MemoryStore.open(Long.MAX_VALUE, clock);
    restored.restore(backup, RestoreMode.INTO_EMPTY);
    ledger.replace(restored);
  }

  private double total() {
    return PublishingHost.total(ledger);
  }

  @Test
  void shouldCountOnceWhenABackupFromBetweenTwoRetirementsADayApartIsRestored() throws IOException {
    count(5);
    letLeaseRunOut();
    count(1);
    publishForADay();
    Path backup = backup();
    letLeaseRunOut();
    count(1);

    restore(backup);
    host.restartPublisher();
    count(1);
    assertThat(total()).isEqualTo(8);
    letLeaseRunOut();
    count(1);

    assertThat(total()).isEqualTo(9);
  }

  @Test
  void shouldCountOnceWhenABackupFromBeforeSeveralRetirementsIsRestored() throws IOException {
    count(5);
    letLeaseRunOut();
    count(1);
    publishForADay();
    Path backup = backup();
    for (int i = 0; i < 5; i++) {
      letLeaseRunOut();
      count(1);
    }

    restore(backup);
    count(1);

    assertThat(total()).isEqualTo(12);
  }

  @Test
  void shouldCountOnceWhenABackupIsMergedIntoAStoreThatWasEmptied() throws IOException {
    count(5);
    letLeaseRunOut();
    count(1);
    publishForADay();
    Path backup = backup();
    ledger.empty();
    count(1);
    assertThat(total()).isEqualTo(7);

    ledger.store().restore(backup, RestoreMode.MERGE);
    clock.turn(PublishingHost.LEASE.dividedBy(3));
    count(1); // sees it when it looks after the ledger
    clock.turn(Duration.ofSeconds(1));
    count(1);

    assertThat(total()).isEqualTo(9);
    assertThat(ledger.sources()).hasSize(1);
    letLeaseRunOut();
    count(1);
    assertThat(total()).isEqualTo(10);
  }

  @Test
  void shouldCountOnceWhenWhatWasMergedIsRetiredBeforeItIsSeen() throws IOException {
    count(5);
    letLeaseRunOut();
    count(1);
    publishForADay();
    Path backup = backup();
    ledger.empty();
    count(1);
    clock.turn(PublishingHost.LEASE.dividedBy(2));
    count(1);
    clock.turn(PublishingHost.LEASE.dividedBy(2));

    ledger.store().restore(backup, RestoreMode.MERGE);
    clock.turn(Duration.ofSeconds(1));
    assertThat(ledger.store().ledger().retireExpired()).hasSize(1);
    count(1);
    clock.turn(Duration.ofSeconds(1));
    count(1);

    assertThat(total()).isEqualTo(10);
  }

  @Test
  void shouldCountOnceWhenItIsRestoredFromTimesBeforeAndAfterItWasEmptied() throws IOException {
    count(5);
    letLeaseRunOut();
    count(1);
    Path before = backup();
    ledger.empty();
    count(1);
    letLeaseRunOut();
    count(1);
    Path after = backup();

    restore(before);
    count(1);
    assertThat(total()).isEqualTo(9);
    restore(after);
    count(1);
    assertThat(total()).isEqualTo(10);
  }

  @Test
  void shouldCountOnceWhenAnOlderContentIsBackUnderTheSameIdentity() throws IOException {
    count(5);
    letLeaseRunOut();
    count(1);
    Path copy = backup();
    letLeaseRunOut();
    count(1);

    ledger.replace(MemoryStore.resume(copy, Long.MAX_VALUE, clock)); // as of a copied file
    host.restartPublisher();
    count(1);

    assertThat(total()).isEqualTo(8);
  }

  @Test
  void shouldEndTheOthersWhenItWasKilledBetweenANewLineAndTheirEnd() throws IOException {
    count(5);
    letLeaseRunOut();
    count(1);
    Path backup = backup();
    ledger.empty();
    count(1);
    ledger.store().restore(backup, RestoreMode.MERGE);
    ledger.set(Line.LOSES, 3);
    host.restartPublisher();
    assertThatExceptionOfType(StoreException.class).isThrownBy(() -> host.cycle(ledger));
    ledger.set(Line.GOOD);
    assertThat(ledger.sources()).hasSize(3);

    host.restartPublisher();
    host.cycle(ledger);

    assertThat(ledger.sources())
        .extracting(Ledger.Source::name)
        .containsExactly(host.source().name());
    assertThat(total()).isEqualTo(7);
  }

  @Test
  void shouldCountOnceWhenItIsKilledOverANameThatItFindsAndIsForgotten() throws IOException {
    count(5);
    Path backup = backup();
    ledger.empty();
    count(1);
    restore(backup);
    host.restartPublisher();
    ledger.set(Line.LOSES);
    assertThatExceptionOfType(StoreException.class).isThrownBy(() -> host.cycle(ledger));
    ledger.set(Line.GOOD);
    letLeaseRunOut();
    clock.turn(Duration.ofDays(1).plusSeconds(1));
    List<String> unused = ledger.store().ledger().retireExpired();

    host.restartPublisher();
    host.cycle(ledger);

    assertThat(total()).isEqualTo(5); // what was counted before it was away is missing, as always
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void shouldCountAllWhenTheLedgerIsEmptiedOverAReading(int reading) throws IOException {
    count(5);
    letLeaseRunOut();
    count(1);
    host.restartPublisher();
    ledger.beforeSources(reading, ledger::empty);

    for (int i = 0; i < 3; i++) {
      clock.turn(PublishingHost.LEASE.dividedBy(3));
      host.cycle(ledger);
    }

    assertThat(total()).isEqualTo(6);
  }

  @Test
  void shouldGoOnAsALineThatIsMergedAndHasBegunBehindThePresentOne() throws IOException {
    count(5);
    Path first = backup();
    letLeaseRunOut();
    count(1);
    Path second = backup();
    ledger.empty();
    count(1);
    ledger.store().restore(second, RestoreMode.MERGE);
    host.restartPublisher();
    count(1); // as a new line
    Path joined = backup();
    restore(first);
    count(1); // as the first one again
    ledger.empty();
    count(1);

    ledger.store().restore(joined, RestoreMode.MERGE);
    host.restartPublisher();
    for (int i = 0; i < 3; i++) {
      clock.turn(PublishingHost.LEASE.dividedBy(3));
      count(1);
    }

    assertThat(total()).isEqualTo(13);
    assertThat(ledger.sources()).hasSize(1);
  }

  @Test
  void shouldEndAnEarlierNameThatIsMergedWhenItIsForgotten() throws IOException {
    count(3);
    Path backup = backup();
    ledger.empty();
    count(2);
    letLeaseRunOut();
    count(1);
    publishForADay();

    ledger.store().restore(backup, RestoreMode.MERGE);
    assertThat(total()).isEqualTo(9);
    clock.turn(PublishingHost.LEASE.dividedBy(3));
    host.cycle(ledger);

    assertThat(total()).isEqualTo(6);
    assertThat(ledger.sources()).hasSize(1);
  }
}
