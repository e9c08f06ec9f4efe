package io.tallystick.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.store.Store;
import io.tallystick.store.Stores;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stores that are on the command's class path. */
class StoreUrlsTest {
  @TempDir private Path folder;

  @Test
  void shouldOpenTheStoreThatAUrlNames() {
    assertThat(backend("memory:")).isEqualTo("memory");
    assertThat(backend("sqlite:" + folder.resolve("x.db"))).isEqualTo("sqlite");
  }

  private static String backend(String url) {
    try (Store store = Stores.open(url)) {
      return store.stats().backend();
    }
  }
}
