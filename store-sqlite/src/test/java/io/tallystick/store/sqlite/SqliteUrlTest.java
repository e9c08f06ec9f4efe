package io.tallystick.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tallystick.store.Capability;
import io.tallystick.store.Store;
import io.tallystick.store.Stores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a URL says of a file. */
class SqliteUrlTest {
  @TempDir private Path folder;

  @Test
  void shouldOutliveTheHostOnlyWhenItWritesThrough() {
    String url = "sqlite:" + folder.resolve("a #%b.db");
    try (Store store = Stores.open(url)) {
      assertThat(store.capabilities())
          .contains(Capability.MULTI_PROCESS, Capability.SURVIVES_PROCESS)
          .doesNotContain(Capability.MULTI_HOST, Capability.SURVIVES_HOST);
    }
    try (Store store = Stores.open(url + "?synchronous=FULL&busyTimeoutMs=100")) {
      assertThat(store.capabilities()).contains(Capability.SURVIVES_HOST);
      store.ping();
    }
    assertThat(folder.resolve("a #%b.db")).exists();
  }

  @Test
  void shouldRefuseWhatItDoesNotKnow() {
    for (String url :
        new String[] {
          "sqlite:",
          "sqlite:x.db?mode=ro",
          "sqlite:x.db?synchronous=off",
          "sqlite:x?busyTimeoutMs=0"
        }) {
      assertThatIllegalArgumentException().isThrownBy(() -> Stores.open(url).close());
    }
    assertThat(Path.of("x.db")).doesNotExist();
  }

  @Test
  void shouldMakeAFileThatOnlyItsOwnerReads() throws IOException {
    Path file = folder.resolve("x.db");
    try (Store store = SqliteStore.open(file)) {
      store.keyValues().put("a", new byte[0]);
      for (String name : new String[] {"x.db", "x.db-wal", "x.db-shm"}) {
        assertThat(
                PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(name))))
            .isEqualTo("rw-------");
      }
    }
  }
}
