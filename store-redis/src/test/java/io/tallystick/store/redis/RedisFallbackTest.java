package io.tallystick.store.redis;

import io.tallystick.fallback.FallbackClaims;
import io.tallystick.fallback.FallbackMode;
import io.tallystick.fallback.FallbackProcesses;
import io.tallystick.fallback.FallbackStore;
import io.tallystick.store.sqlite.SqliteStore;
import io.tallystick.testing.Rounds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Four processes that write through a fallback store of Redis and a SQLite file, while Redis is
 * killed, stopped and started again, the file is locked by another one, or gone, and they are
 * killed, be it in the middle of a replay. A round is a fault, and a while in which they work; half
 * of the faults come before the one before them is over. {@code
 * -Dtallystick.test.redis.fallback.rounds=N} makes it longer or shorter.
 */
class RedisFallbackTest {
  private static final int ROUNDS =
      Integer.getInteger("tallystick.test.redis.fallback.rounds", Rounds.of(100));
  private static final int PROCESSES = 4;
  private static final int MOST_REPLAYED = 20;

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  @TempDir private Path folder;

  private Path file() {
    return folder.resolve("second.db");
  }

  @Test
  void shouldLoseNothingAndRepeatNothingWhenRedisAndProcessesFail() throws Exception {
    try (RedisProcess redis =
        RedisProcess.start(folder.resolve("redis"), "--appendonly", "yes", "--appendfsync", "no")) {
      String first = redis.url() + "?connectTimeoutMs=100&timeoutMs=100";
      String url = "fallback:" + first + ",sqlite:" + file() + "?busyTimeoutMs=50";
      try (FallbackProcesses processes = new FallbackProcesses(url, PROCESSES, "seed=" + seed)) {
        processes.start();
        List<Fault> faults = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
          if (faults.isEmpty()) {
            Collections.addAll(faults, Fault.values());
            Collections.shuffle(faults, random);
          }
          fail(faults.remove(0), redis, processes);
          if (random.nextBoolean()) {
            processes.awaitMode(FallbackMode.PRIMARY);
            processes.awaitWrites();
          } else {
            pause(200);
          }
        }
        processes.awaitMode(FallbackMode.PRIMARY);
        FallbackClaims claims = processes.end();
        try (FallbackStore store =
            FallbackStore.builder(RedisStore.open(redis.url()), SqliteStore.open(file())).open()) {
          claims.finish(store);
        }
        try (RedisStore store = RedisStore.open(redis.url())) {
          claims.assertTrue(store, false);
        }
      }
    }
  }

  private void fail(Fault fault, RedisProcess redis, FallbackProcesses processes) throws Exception {
    switch (fault) {
      case REDIS_KILLED -> {
        redis.kill();
        processes.awaitMode(FallbackMode.HEURISTIC);
        pause(300);
        redis.restart();
      }
      case REDIS_STOPPED -> {
        redis.signal("STOP");
        processes.awaitMode(FallbackMode.HEURISTIC);
        pause(300);
        redis.signal("CONT");
      }
      case SECOND_LOCKED -> {
        redis.kill();
        lock();
        redis.restart();
      }
      case BOTH_GONE -> {
        processes.awaitBegun();
        boolean isSecondFirst = random.nextBoolean();
        if (isSecondFirst) {
          takeSecondAway();
        }
        redis.kill();
        if (!isSecondFirst) {
          processes.awaitMode(FallbackMode.HEURISTIC);
          processes.awaitWrites();
          takeSecondAway();
        }
        processes.awaitMode(FallbackMode.SAFE);
        if (random.nextBoolean()) {
          bringSecondBack();
          pause(200);
          redis.restart();
        } else {
          redis.restart();
          pause(200);
          bringSecondBack();
        }
      }
      case PROCESS_KILLED -> processes.kill(random.nextInt(PROCESSES));
      case REPLAYING_PROCESS_KILLED -> {
        redis.kill();
        processes.awaitMode(FallbackMode.HEURISTIC);
        processes.awaitWrites(); // more than are replayed
        processes.killReplaying(1 + random.nextInt(MOST_REPLAYED), redis::restart);
      }
    }
  }

  /** Keeps all others from the file for a while. */
  private void lock() throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout = 10000");
      statement.execute("BEGIN EXCLUSIVE");
      pause(400);
      statement.execute("ROLLBACK");
    }
  }

  // ---- the file's death: its path leads to nothing, until it leads to the same file again ----

  private Path aside() {
    return folder.resolve("aside");
  }

  private void takeSecondAway() throws IOException {
    Files.createLink(aside(), file());
    Path nowhere = folder.resolve("nowhere");
    Files.createSymbolicLink(nowhere, folder.resolve("missing").resolve("second.db"));
    Files.move(nowhere, file(), StandardCopyOption.ATOMIC_MOVE);
  }

  private void bringSecondBack() throws IOException {
    Files.move(aside(), file(), StandardCopyOption.ATOMIC_MOVE);
  }

  private void pause(int mostMs) {
    LockSupport.parkNanos((20 + random.nextInt(mostMs)) * 1_000_000L);
  }

  /** What goes wrong in a round. */
  private enum Fault {
    REDIS_KILLED,
    REDIS_STOPPED,
    SECOND_LOCKED,
    BOTH_GONE,
    PROCESS_KILLED,
    REPLAYING_PROCESS_KILLED
  }
}
