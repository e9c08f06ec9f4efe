package io.tallystick.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.replication.FaultyLedger.Line;
import io.tallystick.store.Ledger;
import io.tallystick.store.StoreException;
import io.tallystick.testing.TurnedClock;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A fleet of hosts and a model of what they counted, through random faults: the ledger's total
 * never goes down, is never above the model's, and is the model's once all have published.
 */
class ReplicationModelTest {
  private static final List<Line> LINES = List.of(Line.values());
  private static final int HOSTS = 3;
  private static final int STEPS = 250;

  private final TurnedClock clock = TurnedClock.at(Instant.parse("2026-01-05T10:00:00Z"));
  private final FaultyLedger ledger = new FaultyLedger(clock);
  private final List<PublishingHost> hosts = new ArrayList<>();
  private final long[] counted = new long[HOSTS]; // since the host's last boot
  private long countedBefore; // that the ledger alone remembers
  private double shown;

  @AfterEach
  void close() throws IOException {
    for (PublishingHost host : hosts) {
      host.close();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void shouldShowWhatTheHostsCountedWhenEverythingFails(long seed) throws IOException {
    Random random = new Random(seed);
    for (int i = 0; i < HOSTS; i++) {
      hosts.add(new PublishingHost("host-" + i, clock));
    }
    for (int step = 0; step < STEPS; step++) {
      change(random);
      check("seed=" + seed + " step=" + step);
    }
    publishAll();
    check("seed=" + seed);
    assertThat(shown).as("seed=%s", seed).isEqualTo((double) total());
  }

  private void change(Random random) throws IOException {
    int which = random.nextInt(HOSTS);
    PublishingHost host = hosts.get(which);
    switch (random.nextInt(40)) {
      case 0 -> host.restartProcess();
      case 1, 2 -> host.restartPublisher();
      case 3 -> ledger.deliverLate();
      case 4 -> clock.turn(PublishingHost.LEASE.plusSeconds(1));
      case 5 -> clock.turn(Duration.ofSeconds(-random.nextInt(100)));
      case 6 -> reboot(which);
      case 7 -> loseAll();
      case 8 -> passADay();
      default -> {
        if (random.nextBoolean()) {
          int amount = random.nextInt(100);
          host.count(amount);
          counted[which] += amount;
        } else {
          cycle(host, LINES.get(random.nextInt(LINES.size())));
        }
      }
    }
    clock.turn(Duration.ofSeconds(random.nextInt(20)));
  }

  private void cycle(PublishingHost host, Line line) throws IOException {
    ledger.set(line);
    try {
      host.cycle(ledger);
    } catch (StoreException | IllegalStateException e) {
      assertThat(line).as("%s", e).isNotEqualTo(Line.GOOD);
    } finally {
      ledger.set(Line.GOOD);
    }
  }

  private void publishAll() throws IOException {
    ledger.deliverLate();
    for (PublishingHost host : hosts) {
      cycle(host, Line.GOOD);
    }
  }

  /** What was not published yet is lost with the directory, so it is. */
  private void reboot(int which) throws IOException {
    ledger.deliverLate();
    cycle(hosts.get(which), Line.GOOD);
    hosts.get(which).reboot();
    countedBefore += counted[which];
    counted[which] = 0;
  }

  private void loseAll() {
    ledger.deliverLate();
    ledger.empty();
    countedBefore = 0;
    shown = 0;
  }

  /** The ledger forgets whom it retired; those who were away have counted nothing meanwhile. */
  private void passADay() throws IOException {
    publishAll();
    clock.turn(Duration.ofDays(1));
    retireExpired();
    clock.turn(Duration.ofDays(1).plusSeconds(1));
    retireExpired();
    publishAll();
  }

  private void retireExpired() {
    Ledger store = ledger.store().ledger();
    List<String> unused = store.retireExpired();
  }

  private long total() {
    long total = countedBefore;
    for (long each : counted) {
      total += each;
    }
    return total;
  }

  private void check(String what) {
    double present = PublishingHost.total(ledger);
    assertThat(present).as(what).isBetween(shown, (double) total());
    shown = present;
  }
}
