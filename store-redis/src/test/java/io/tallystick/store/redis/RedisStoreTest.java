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

/** The clauses of stores, on one server. */
class RedisStoreTest extends StoreContract {
  @TempDir private static Path folder;

  private static RedisProcess server;

  private String prefix = "";

  @BeforeAll
  static void startServer() throws Exception {
    server = RedisProcess.start(folder);
  }

  @AfterAll
  static void endServer() {
    server.close();
  }

  private static String server() {
    String elsewhere = System.getenv("TALLYSTICK_TEST_REDIS_URL");
    return elsewhere == null ? server.url() : elsewhere;
  }

  /** Each store has a prefix of its own, with characters that mean something to others. */
  @Override
  protected Store open(InstantSource clock) {
    prefix = "test:*[" + UUID.randomUUID();
    return RedisStore.open(url().orElseThrow(), clock);
  }

  @Override
  protected Optional<String> url() {
    String separator = server().contains("?") ? "&" : "?";
    return Optional.of(server() + separator + "prefix=" + prefix.replace("[", "%5B"));
  }

  @Override
  protected int killRounds() {
    return Integer.getInteger("tallystick.killRounds", 5);
  }
}
