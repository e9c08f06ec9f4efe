package io.tallystick.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.replication.FaultyLedger.Line;
import io.tallystick.store.Ledger;
import io.tallystick.store.MemoryStore;
import io.tallystick.store.RestoreMode;
import io.tallystick.store.StoreException;
import io.tallystick.testing.TempDirectory;
import io.tallystick.testing.TurnedClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A fleet of hosts and a model of what they counted, through random faults: the ledger's total
 * never goes down but where it loses content, is never above the model's, and is the model's once
 * all have published. Days pass in which nobody publishes; the ledger is emptied, restored from
 * backups, and has them merged.
 */
class ReplicationModelTest {
  private static final List<Line> LINES = List.of(Line.values());
  private static final int HOSTS = 3;
  private static final int STEPS = 250;

  private final TurnedClock clock = TurnedClock.at(Instant.parse("2026-01-05T10:00:00Z"));
  private final FaultyLedger ledger = new FaultyLedger(clock);
  private final List<PublishingHost> hosts = new ArrayList<>();
  private final long[] counted = new long[HOSTS]; // since the host's last boot
  private final int[] lives = new int[HOSTS]; // since the host's last boot, by number
  private final Map<Integer, Long> ended = new HashMap<>(); // lives that the ledger alone remembers
  private Map<Integer, Long> inBackup = Map.of(); // what lives had counted, ended or not
  private @Nullable Path backup;
  private int latestLife;
  private TempDirectory temporary;
  private double shown;

  @BeforeEach
  void open() throws IOException {
    temporary = TempDirectory.create();
    for (int i = 0; i < HOSTS; i++) {
      hosts.add(new PublishingHost("host-" + i, clock));
      lives[i] = ++latestLife;
    }
  }

  @AfterEach
  void close() throws IOException {
    for (PublishingHost host : hosts) {
      host.close();
    }
    temporary.close();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void shouldShowWhatTheHostsCountedWhenEverythingFails(long seed) throws IOException {
    Random random = new Random(seed);
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
    switch (random.nextInt(44)) {
      case 0 -> host.restartProcess();
      case 1, 2 -> host.restartPublisher();
      case 3 -> ledger.deliverLate();
      case 4 -> clock.turn(PublishingHost.LEASE.plusSeconds(1));
      case 5 -> clock.turn(Duration.ofSeconds(-random.nextInt(100)));
      case 6 -> reboot(which);
      case 7 -> loseAll();
      case 8 -> passADay(random);
      case 9, 10 -> backUp();
      case 11 -> restore();
      case 12 -> emptyAndMerge(random);
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
    publishEach();
  }

  private void publishEach() throws IOException {
    for (PublishingHost host : hosts) {
      cycle(host, Line.GOOD);
    }
  }

  /** What was not published yet is lost with the directory, so it is. */
  private void reboot(int which) throws IOException {
    ledger.deliverLate();
    cycle(hosts.get(which), Line.GOOD);
    hosts.get(which).reboot();
    ended.put(lives[which], counted[which]);
    lives[which] = ++latestLife;
    counted[which] = 0;
  }

  private void loseAll() {
    ledger.deliverLate();
    ledger.empty();
    endedAre(Map.of());
  }

  /**
   * The ledger forgets whom it retired; those who were away have counted nothing meanwhile. What is
   * late comes when they are forgotten, or when they are back.
   */
  private void passADay(Random random) throws IOException {
    publishEach();
    clock.turn(Duration.ofDays(1));
    retireExpired();
    clock.turn(Duration.ofDays(1).plusSeconds(1));
    retireExpired();
    backup = null; // a backup knows whom it has retired for a day
    if (random.nextBoolean()) {
      ledger.deliverLate();
    }
    if (random.nextBoolean()) {
      for (PublishingHost host : hosts) {
        host.restartPublisher();
      }
    }
    publishEach();
  }

  private void backUp() throws IOException {
    publishAll();
    Path file = temporary.path().resolve("backup-" + clock.millis());
    Files.deleteIfExists(file);
    ledger.store().backup(file);
    backup = file;
    inBackup = new HashMap<>(ended);
    for (int i = 0; i < HOSTS; i++) {
      inBackup.put(lives[i], counted[i]);
    }
  }

  private void restore() {
    if (backup != null) {
      ledger.deliverLate();
      MemoryStore restored = MemoryStore.open(Long.MAX_VALUE, clock);
      restored.restore(backup, RestoreMode.INTO_EMPTY);
      ledger.replace(restored);
      endedAre(inBackup);
    }
  }

  /** Some publish before the backup is merged; all have seen what it changes before the check. */
  private void emptyAndMerge(Random random) throws IOException {
    if (backup != null) {
      ledger.deliverLate();
      ledger.empty();
      for (PublishingHost host : hosts) {
        if (random.nextBoolean()) {
          cycle(host, Line.GOOD);
        }
      }
      ledger.store().restore(backup, RestoreMode.MERGE);
      if (random.nextBoolean()) {
        retireExpired();
      }
      for (int i = 0; i < 4; i++) { // until each has looked after the ledger; clocks were set back
        clock.turn(PublishingHost.LEASE.dividedBy(3));
        publishEach();
      }
      endedAre(inBackup);
    }
  }

  /** Another content is there, which has this of lives that have ended. */
  private void endedAre(Map<Integer, Long> values) {
    ended.replaceAll((life, value) -> values.getOrDefault(life, 0L));
    shown = 0;
  }

  private void retireExpired() {
    Ledger store = ledger.store().ledger();
    List<String> unused = store.retireExpired();
  }

  private long total() {
    long total = Arrays.stream(counted).sum();
    return total + ended.values().stream().mapToLong(Long::longValue).sum();
  }

  private void check(String what) {
    double present = PublishingHost.total(ledger);
    assertThat(present).as(what).isBetween(shown, (double) total());
    shown = present;
  }
}
