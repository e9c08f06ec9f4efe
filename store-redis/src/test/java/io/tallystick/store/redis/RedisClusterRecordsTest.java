package io.tallystick.store.redis;

import io.tallystick.records.RecordsContract;
import io.tallystick.store.Store;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The clauses of records, on a Cluster. */
class RedisClusterRecordsTest extends RecordsContract {
  @TempDir private static Path folder;

  private static RedisClusterNodes nodes;

  private final String prefix = "test" + UUID.randomUUID();

  @BeforeAll
  static void startNodes() throws Exception {
    nodes = RedisClusterNodes.start(folder, 3, 0);
  }

  @AfterAll
  static void endNodes() {
    nodes.close();
  }

  @Override
  protected Store open(InstantSource clock) {
    return RedisStore.open(url().orElseThrow(), clock);
  }

  @Override
  protected Optional<String> url() {
    return Optional.of(nodes.url() + "?prefix=" + prefix);
  }
}
