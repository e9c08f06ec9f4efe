package io.tallystick.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.testing.CapturedLog;
import io.tallystick.testing.TurnedClock;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a publisher sees in a ledger besides its own source. */
class InspectionTest {
  private static final String NAME = "web-1:shop";

  private final TurnedClock clock = TurnedClock.at(Instant.parse("2026-01-05T10:00:00Z"));
  private final FaultyLedger ledger = new FaultyLedger(clock);
  private PublishingHost host;

  @BeforeEach
  void open() throws IOException {
    host = new PublishingHost(NAME, clock);
  }

  @AfterEach
  void close() throws IOException {
    host.close();
  }

  private void cycles(PublishingHost... hosts) throws IOException {
    for (int i = 0; i < 6; i++) {
      for (PublishingHost each : hosts) {
        each.count(1);
        each.cycle(ledger);
      }
      clock.turn(PublishingHost.LEASE.dividedBy(4));
    }
  }

  @Test
  void shouldWarnOnceWhenAnotherDirectoryHasItsName() throws IOException {
    try (CapturedLog log = CapturedLog.open();
        PublishingHost other = new PublishingHost(NAME, clock)) {
      cycles(host, other);

      assertThat(log.messages())
          .hasSize(2) // one of each
          .allMatch(message -> message.contains("name=" + NAME));
    }
    assertThat(PublishingHost.total(ledger)).isEqualTo(12); // what adds up is right all the same
  }

  @Test
  void shouldNotWarnOfItsEarlierLifeOrOfOthers() throws IOException {
    try (CapturedLog log = CapturedLog.open();
        PublishingHost other = new PublishingHost("web-2:shop", clock)) {
      cycles(host, other);
      host.reboot();
      cycles(host, other);

      assertThat(log.messages()).isEmpty();
    }
  }

  @Test
  void shouldTellHowManySourcesThereAreAndWereRetired() throws IOException {
    List<Long> told = new ArrayList<>();
    ReplicationListener listener =
        new ReplicationListener() {
          @Override
          public void published(boolean all, long series, long bytes) {}

          @Override
          public void leftOut(long series) {}

          @Override
          public void failed(FailureCategory category) {}

          @Override
          public void skipped(long cycles) {}

          @Override
          public void inspected(long live, long retired) {
            told.add(live);
            told.add(retired);
          }
        };
    try (PublishingHost other = new PublishingHost("web-2:shop", clock)) {
      other.cycle(ledger);
    }
    Publisher publisher = Publisher.open(host.settings(listener), host.scraper());
    publisher.cycle(ledger);
    assertThat(publisher.inspect(ledger)).isTrue();
    assertThat(publisher.inspect(ledger)).isFalse();
    clock.turn(PublishingHost.LEASE.minus(Duration.ofSeconds(1)));
    publisher.cycle(ledger);
    clock.turn(Duration.ofSeconds(1));
    assertThat(publisher.inspect(ledger)).isTrue();

    assertThat(told).containsExactly(2L, 0L, 1L, 1L);
  }
}
