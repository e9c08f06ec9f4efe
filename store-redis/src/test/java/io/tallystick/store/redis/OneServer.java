package io.tallystick.store.redis;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** A server that all tests of a class share, each with a prefix of its own or what it empties. */
abstract class OneServer {
  @TempDir static Path folder;

  static RedisProcess server;

  @BeforeAll
  static void startServer() throws Exception {
    server = RedisProcess.start(folder);
  }

  @AfterAll
  static void endServer() {
    server.close();
  }
}
