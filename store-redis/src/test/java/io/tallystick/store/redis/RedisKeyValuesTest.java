package io.tallystick.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.store.KeyValues;
import java.nio.file.Path;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Protocol.Command;

/** What keys and values in Redis have beside the clauses of all stores. */
class RedisKeyValuesTest {
  @TempDir private Path folder;

  private RedisProcess server;
  private RedisStore store;

  @BeforeEach
  void start() throws Exception {
    server = RedisProcess.start(folder);
    store = RedisStore.open(server.url());
  }

  @AfterEach
  void end() {
    store.close();
    server.close();
  }

  @Test
  void shouldTellNumbersOfAdditionsApartWhateverTheyAre() {
    KeyValues values = store.keyValues();
    long[] numbers = {Long.MIN_VALUE, -2, -1, 0, 9, 10, Long.MAX_VALUE - 1, Long.MAX_VALUE};
    for (int i = 0; i < numbers.length; i++) {
      assertThat(values.increment("k", 1, "w", numbers[i])).isEqualTo(i + 1);
      LongStream.of(numbers)
          .limit(i + 1)
          .forEach(number -> assertThat(values.increment("k", 1, "w", number)).isNotZero());
      assertThat(values.increment("k", 0)).isEqualTo(i + 1);
    }
  }

  @Test
  void shouldForgetAnAdditionInTheEndAndNotTooSoon() {
    store.keyValues().increment("k", 1, "w", 1);
    String note =
        RedisClusterNodes.text(
            server.run(Command.EVAL, "return redis.call('KEYS', '*+*')[1]", "0"));
    long leftMs = (Long) server.run(Command.PTTL, note);
    long keptMs = KeyValues.ADDITION_KEPT.toMillis();
    assertThat(leftMs).isBetween(keptMs + 1, 2 * keptMs);
  }
}
