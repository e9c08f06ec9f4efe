package io.tallystick.store.redis;

import io.tallystick.store.Store;
import io.tallystick.store.contract.StoreContract;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The clauses of stores, behind Sentinels. */
class RedisSentinelStoreTest extends StoreContract {
  @TempDir private static Path folder;

  private static RedisSentinels nodes;

  private String prefix = "";

  @BeforeAll
  static void startNodes() throws Exception {
    nodes = RedisSentinels.start(folder);
  }

  @AfterAll
  static void endNodes() {
    nodes.close();
  }

  @Override
  protected Store open(InstantSource clock) {
    prefix = UUID.randomUUID().toString();
    return RedisStore.open(url().orElseThrow(), clock);
  }

  @Override
  protected Optional<String> url() {
    return Optional.of(nodes.url() + "?prefix=" + prefix);
  }

  @Override
  protected int killRounds() {
    return Integer.getInteger("tallystick.killRounds", 2);
  }
}
