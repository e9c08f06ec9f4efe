package io.tallystick.replication;

import static org.assertj.core.api.Assertions.assertThat;

import com.example.FileStore;
import io.tallystick.store.Ledger;
import io.tallystick.testing.Await;
import io.tallystick.testing.TempDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Processes of one directory that replicate it, and are killed. */
@Timeout(300)
final class ReplicationIT {
  private static final int KILLS = 12;

  private TempDirectory temporary;
  private TempDirectory storage;
  private Path directory;
  private Path file;
  private Ledger ledger;

  @BeforeEach
  void create() throws IOException {
    temporary = TempDirectory.create();
    storage = TempDirectory.create();
    directory = temporary.path().resolve("shop");
    file = storage.path().resolve("store");
    ledger = new FileStore(file, InstantSource.system()).ledger();
  }

  @AfterEach
  void delete() throws IOException {
    temporary.close();
    storage.close();
  }

  @Test
  void shouldGoOnPublishingOnceWhenTheElectedProcessIsKilled() throws Exception {
    long counted = 0;
    double shown = 0;
    Random random = new Random(7);
    List<ReplicatingProcess> processes = new ArrayList<>();
    try {
      processes.add(ReplicatingProcess.start(directory, file));
      for (int i = 0; i < KILLS; i++) {
        processes.add(ReplicatingProcess.start(directory, file));
        for (ReplicatingProcess process : processes) {
          int amount = random.nextInt(1_000);
          process.count(amount);
          counted += amount;
        }
        long expected = counted;
        if (random.nextBoolean()) {
          Await.until("the ledger has all", () -> PublishingHost.total(ledger) == expected);
        }
        processes.remove(0).kill(); // the one that was there longest: it publishes
        double total = PublishingHost.total(ledger);
        assertThat(total).isBetween(shown, (double) counted);
        shown = total;
      }
      long expected = counted;
      Await.until("the ledger has all", () -> PublishingHost.total(ledger) == expected);
    } finally {
      processes.forEach(ReplicatingProcess::close);
    }
    assertThat(ledger.sources()).hasSize(1);
  }

  @Test
  void shouldPublishWhatAKilledProcessCountedWhenTheNextOneIsClosed() throws Exception {
    try (ReplicatingProcess killed = ReplicatingProcess.start(directory, file)) {
      killed.count(5);
      killed.kill();
    }
    try (ReplicatingProcess next = ReplicatingProcess.start(directory, file)) {
      next.count(2);
      next.end();
    }

    assertThat(PublishingHost.total(ledger)).isEqualTo(7);
  }

  @Test
  void shouldHaveAllInTheLedgerWhenShortProcessesHaveEnded() throws Exception {
    for (int i = 0; i < 3; i++) {
      try (ReplicatingProcess process = ReplicatingProcess.start(directory, file)) {
        process.count(1);
        process.end();
      }
      assertThat(PublishingHost.total(ledger)).isEqualTo(i + 1);
    }
  }
}
