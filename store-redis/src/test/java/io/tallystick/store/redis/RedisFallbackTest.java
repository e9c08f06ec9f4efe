package io.tallystick.store.redis;

import io.tallystick.fallback.FallbackClaims;
import io.tallystick.fallback.FallbackStore;
import io.tallystick.store.sqlite.SqliteStore;
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
 * Four processes that write through a fallback store of Redis and a SQLite file, while Redis is
 * killed, stopped and started again, the file is locked by another one, and they are killed, be it
 * in the middle of a replay. {@code -Dtallystick.test.redis.fallback.rounds=100} makes it longer; a
 * round is a fault.
 */
class RedisFallbackTest {
  private static final int ROUNDS = Integer.getInteger("tallystick.test.redis.fallback.rounds", 5);
  private static final int PROCESSES = 4;

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  @TempDir private Path folder;

  private Path file() {
    return folder.resolve("second.db");
  }

  @Test
  void shouldLoseNothingAndRepeatNothingWhenRedisAndProcessesFail() throws Exception {
    try (RedisProcess redis =
        RedisProcess.start(
            folder.resolve("redis"), "--appendonly", "yes", "--appendfsync", "always")) {
      String url =
          redis.url()
              + "?connectTimeoutMs=200&timeoutMs=200, sqlite:"
              + file()
              + "?busyTimeoutMs=50";
      try (FallbackClaims claims = new FallbackClaims(url, PROCESSES, "seed=" + seed)) {
        claims.start();
        for (int round = 0; round < ROUNDS; round++) {
          fail(redis, claims, round % 5);
          pause(800);
        }
        claims.end();
        try (FallbackStore store =
            FallbackStore.builder(RedisStore.open(redis.url()), SqliteStore.open(file())).open()) {
          claims.finish(store);
        }
        try (RedisStore first = RedisStore.open(redis.url())) {
          claims.assertTrue(first, false);
        }
      }
    }
  }

  private void fail(RedisProcess redis, FallbackClaims claims, int what) throws Exception {
    switch (what) {
      case 0 -> {
        redis.kill();
        pause(1_000);
        redis.restart();
      }
      case 1 -> {
        redis.signal("STOP");
        pause(1_000);
        redis.signal("CONT");
      }
      case 2 -> { // most likely while one of them replays
        redis.kill();
        pause(500);
        redis.restart();
        LockSupport.parkNanos((400 + random.nextInt(300)) * 1_000_000L);
        claims.replace(random.nextInt(PROCESSES));
      }
      case 3 -> {
        redis.kill();
        lock();
        redis.restart();
      }
      default -> claims.replace(random.nextInt(PROCESSES));
    }
  }

  /** Keeps all others from the file for a while. */
  private void lock() throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout = 10000");
      statement.execute("BEGIN EXCLUSIVE");
      pause(700);
      statement.execute("ROLLBACK");
    }
  }

  private void pause(int mostMs) {
    LockSupport.parkNanos((50 + random.nextInt(mostMs)) * 1_000_000L);
  }
}
