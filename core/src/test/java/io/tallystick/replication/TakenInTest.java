package io.tallystick.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tallystick.replication.FaultyLedger.Line;
import io.tallystick.store.Ledger;
import io.tallystick.store.Publication;
import io.tallystick.store.StoreException;
import io.tallystick.testing.TurnedClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a name begins, wherever its publisher is killed, and whatever comes late. */
class TakenInTest {
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

  private void failingCycle() {
    assertThatExceptionOfType(StoreException.class).isThrownBy(() -> host.cycle(ledger));
    ledger.set(Line.GOOD);
  }

  private void letLeaseRunOut() {
    clock.turn(PublishingHost.LEASE.plusSeconds(1));
    List<String> unused = ledger.store().ledger().retireExpired();
  }

  private void letItBeForgotten() {
    letLeaseRunOut();
    clock.turn(Duration.ofDays(1).plusSeconds(1));
    List<String> unused = ledger.store().ledger().retireExpired();
    assertThat(ledger.store().ledger().baseline(host.source().name())).isEmpty();
  }

  @Test
  void shouldPublishNoValueWhenItIsNotNotedThatTheNameIsTakenIn() throws IOException {
    host.count(5);
    host.cycle(ledger);

    List<Publication> sent = ledger.takeSent();
    assertThat(sent).hasSize(3);
    assertThat(sent.subList(0, 2)).allMatch(each -> each.families().isEmpty());
    assertThat(sent).extracting(Publication::since).startsWith(0L, sent.get(0).version());
    assertThat(host.source().present().takenInVersion()).isEqualTo(sent.get(1).version());
  }

  @ParameterizedTest
  @CsvSource({"LOSES_ANSWERS,0", "LOSES_ANSWERS,1", "LOSES_ANSWERS,2", "LOSES,0", "LOSES,1"})
  void shouldCountOnceWhenItIsKilledOverTheBeginningAndForgotten(Line line, int behind)
      throws IOException {
    host.count(5);
    ledger.set(line, behind);
    failingCycle();
    letItBeForgotten();

    host.restartPublisher();
    host.cycle(ledger);
    host.count(1);
    host.cycle(ledger);

    assertThat(PublishingHost.total(ledger)).isEqualTo(6);
  }

  @ParameterizedTest
  @CsvSource({"LOSES_ANSWERS,0", "LOSES_ANSWERS,1", "LOSES_ANSWERS,2", "LOSES,0", "LOSES,1"})
  void shouldCountOnceWhenItIsKilledOverTheBeginningOfTheNextNameAndForgotten(Line line, int behind)
      throws IOException {
    host.count(5);
    host.cycle(ledger);
    letLeaseRunOut();
    host.restartPublisher(); // begins with the next name
    host.count(1);
    ledger.set(line, behind);
    failingCycle();
    letItBeForgotten();

    host.restartPublisher();
    host.cycle(ledger);
    host.count(1);
    host.cycle(ledger);

    assertThat(PublishingHost.total(ledger)).isEqualTo(7);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void shouldCountOnceWhenAPublicationOfAllComesWhenItsSourceIsForgotten(int behind)
      throws IOException {
    host.count(5);
    host.cycle(ledger);
    ledger.empty();
    ledger.set(Line.DELAYS, behind);
    failingCycle();
    host.cycle(ledger);
    letItBeForgotten();

    ledger.deliverLate();
    host.restartPublisher();
    host.cycle(ledger);
    host.count(1);
    host.cycle(ledger);
    letLeaseRunOut();

    assertThat(PublishingHost.total(ledger)).isEqualTo(6);
  }

  @Test
  void shouldCountOnceWhenTheFirstPublicationsComeAgainWhenTheSourceIsForgotten()
      throws IOException {
    host.count(5);
    ledger.set(Line.REPEATS_LATE);
    host.cycle(ledger);
    ledger.set(Line.GOOD);
    letItBeForgotten();

    ledger.deliverLate(); // the first one makes an empty source
    assertThat(ledger.sources()).hasSize(1);
    host.restartPublisher();
    host.cycle(ledger);
    host.count(1);
    host.cycle(ledger);

    assertThat(PublishingHost.total(ledger)).isEqualTo(6);
    assertThat(ledger.sources())
        .extracting(Ledger.Source::name)
        .containsExactly(host.source().name()); // the one that came late is ended
  }

  @Test
  void shouldPublishNoValueWhenItCannotBeNotedThatTheNameIsTakenIn() throws IOException {
    host.count(5);
    Path inTheWay = host.directory().path().resolve("replication.state.x.tmp");
    ledger.set(Line.LOSES, 1);
    failingCycle(); // has noted the name
    Files.createFile(Files.createDirectory(inTheWay).resolve("file"));

    for (int i = 0; i < 3; i++) {
      assertThatExceptionOfType(IOException.class).isThrownBy(() -> host.cycle(ledger));
    }
    assertThat(ledger.takeSent()).allMatch(each -> each.families().isEmpty());
    Files.delete(inTheWay.resolve("file"));
    Files.delete(inTheWay);
    host.cycle(ledger);

    assertThat(PublishingHost.total(ledger)).isEqualTo(5);
  }
}
