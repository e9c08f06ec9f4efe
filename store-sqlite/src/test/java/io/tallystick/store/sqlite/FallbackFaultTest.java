package io.tallystick.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.fallback.FallbackClaims;
import io.tallystick.fallback.FallbackProcesses;
import io.tallystick.fallback.FallbackStore;
import io.tallystick.store.Stores;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Four processes that write through a fallback store of two SQLite files, while the files are taken
 * away from them, by a lock that another one holds, and while they are killed. {@code
 * -Dtallystick.test.fallback.rounds=N} makes it longer; a round is a fault.
 */
class FallbackFaultTest {
  private static final int ROUNDS = Integer.getInteger("tallystick.test.fallback.rounds", 4);
  private static final int PROCESSES = 4;

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  @TempDir private Path folder;

  private Path first() {
    return folder.resolve("first.db");
  }

  private Path second() {
    return folder.resolve("second.db");
  }

  private FallbackProcesses processes(String options) {
    String url = "fallback:sqlite:" + first() + "?busyTimeoutMs=20,sqlite:" + second() + options;
    return new FallbackProcesses(url, PROCESSES, "seed=" + seed);
  }

  /** Keeps all others from a file for a while. */
  private void lock(Path file) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout = 10000");
      statement.execute("BEGIN EXCLUSIVE");
      LockSupport.parkNanos((50 + random.nextInt(400)) * 1_000_000L);
      statement.execute("ROLLBACK");
    }
  }

  @Test
  void shouldAddExactlyAndLoseNothingWhenTheFirstStoreGoesAndComes() throws Exception {
    try (FallbackProcesses processes = processes("")) {
      processes.start();
      for (int round = 0; round < ROUNDS; round++) {
        lock(first());
        LockSupport.parkNanos(random.nextInt(800) * 1_000_000L);
      }
      FallbackClaims claims = processes.end();
      assertThat(processes.refusals()).isEmpty();
      assertResult(claims, true);
    }
  }

  @Test
  void shouldLoseNothingThatWasAcknowledgedWhenBothGoAndProcessesAreKilled() throws Exception {
    try (FallbackProcesses processes = processes("?busyTimeoutMs=40")) {
      processes.start();
      for (int round = 0; round < ROUNDS; round++) {
        int what = random.nextInt(4);
        if (what <= 1) {
          lock(first());
        } else if (what == 2) {
          Thread both = new Thread(this::lockSecond);
          both.start();
          lock(first());
          both.join();
        } else {
          processes.kill(random.nextInt(PROCESSES));
        }
        LockSupport.parkNanos(random.nextInt(800) * 1_000_000L);
      }
      assertResult(processes.end(), false);
    }
  }

  private void lockSecond() {
    try {
      lock(second());
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private void assertResult(FallbackClaims claims, boolean isExact) throws Exception {
    String url = "fallback:sqlite:" + first() + ",sqlite:" + second();
    try (FallbackStore store = (FallbackStore) Stores.open(url)) {
      claims.finish(store);
    }
    try (SqliteStore first = SqliteStore.open(first())) {
      claims.assertTrue(first, isExact);
    }
  }
}
