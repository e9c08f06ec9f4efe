package io.tallystick.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.store.Store;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which sessions are used for reading again. */
class ReadersTest {
  @TempDir private Path folder;

  @Test
  @SuppressWarnings("try") // the store is only open
  void shouldUseASessionAgainUnlessTheEndOfItsTransactionFailed() throws Exception {
    Path path = folder.resolve("x.db");
    try (Store unused = SqliteStore.open(path);
        Readers readers = new Readers(new DatabaseFile(path, SqliteOptions.DEFAULT))) {
      Session first = readers.snapshot(session -> session);
      assertThat(readers.<Session>snapshot(session -> session)).isSameAs(first);
      Session unusedSession =
          readers.snapshot(
              session -> {
                session.commit(); // so that there is nothing to roll back
                return session;
              });
      assertThat(readers.<Session>snapshot(session -> session)).isNotSameAs(first);
      assertThatThrownBy(() -> first.number(0, "SELECT 1")).isInstanceOf(SQLException.class);
    }
  }
}
