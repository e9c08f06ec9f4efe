package io.tallystick.store.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.store.Store;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import io.tallystick.store.Stores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store that is only opened where it is there. */
class ExistingFileTest {
  @TempDir private Path folder;

  private Path file() {
    return folder.resolve("x.db");
  }

  private Optional<Store> existing() {
    return Stores.openExisting("sqlite:" + file());
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  @Test
  void shouldMakeNoneWhenThereIsNone() throws IOException {
    assertThat(existing()).isEmpty();
    assertThat(Stores.openExisting("sqlite:" + folder.resolve("no").resolve("x.db"))).isEmpty();
    assertThat(files()).isEmpty();
  }

  @Test
  void shouldLeaveADatabaseOfOthersAsItIs() throws Exception {
    try (RawConnection others = new RawConnection(file())) {
      others.run("CREATE TABLE theirs (a INTEGER)");
    }
    byte[] bytes = Files.readAllBytes(file());
    assertThat(existing()).isEmpty();
    assertThat(files()).containsExactly("x.db");
    assertThat(file()).hasBinaryContent(bytes);
  }

  @Test
  void shouldFindNoStoreInAnEmptyFile() throws IOException {
    Files.createFile(file());
    assertThat(existing()).isEmpty();
    assertThat(file()).isEmptyFile();
  }

  @Test
  void shouldLeaveAFileThatIsNoDatabaseWhereItIs() throws IOException {
    byte[] bytes = "no database".repeat(1_000).getBytes(UTF_8);
    Files.write(file(), bytes);
    StoreException refusal = Refused.with(Category.CORRUPT, this::existing);
    assertThat(refusal).hasMessageContaining(file().toString());
    assertThat(files()).containsExactly("x.db");
    assertThat(file()).hasBinaryContent(bytes);
  }

  @Test
  void shouldRefuseANewerVersion() throws Exception {
    SqliteStore.open(file()).close();
    try (RawConnection other = new RawConnection(file())) {
      other.run("UPDATE tallystick_meta SET value = '99' WHERE name = 'schema.version'");
    }
    assertThat(Refused.with(Category.PERMANENT, this::existing)).hasMessageContaining("version=99");
  }

  @Test
  void shouldChangeNothingUntilSomethingIsWritten() throws Exception {
    SqliteStore.open(file()).close();
    try (RawConnection python = new RawConnection(file())) {
      python.run("DROP TABLE metrics");
      try (Store store = existing().orElseThrow()) {
        assertThat(store.ledger().read()).isEmpty();
        assertThat(python.list("SELECT name FROM sqlite_schema WHERE name = 'metrics'")).isEmpty();
        store.keyValues().put("a", new byte[0]);
        assertThat(python.list("SELECT name FROM sqlite_schema WHERE name = 'metrics'")).hasSize(1);
      }
    }
  }

  @Test
  void shouldReadAndWriteWhatIsThere() {
    try (Store store = SqliteStore.open(file())) {
      store.keyValues().put("a", new byte[] {1});
    }
    try (Store store = existing().orElseThrow()) {
      assertThat(store.keyValues().get("a")).hasValue(new byte[] {1});
      store.keyValues().put("b", new byte[] {2});
      assertThat(store.stats().keys()).isEqualTo(2);
    }
  }

  @Test
  void shouldReadWhileAnotherProcessWrites() throws Exception {
    SqliteStore.open(file()).close();
    try (RawConnection other = new RawConnection(file())) {
      other.run("BEGIN IMMEDIATE");
      try (Store store =
          Stores.openExisting("sqlite:" + file() + "?busyTimeoutMs=1").orElseThrow()) {
        store.ping();
        assertThat(store.ledger().read()).isEmpty();
      }
    }
  }
}
