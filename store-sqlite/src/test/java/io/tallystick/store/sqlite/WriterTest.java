package io.tallystick.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.store.Store;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The one session that writes. */
@Timeout(60)
class WriterTest {
  @TempDir private Path folder;

  @Test
  @SuppressWarnings("try") // the store is only open
  void shouldWriteWithAnotherSessionWhenOneIsInATransactionThatCouldNotBeEnded()
      throws SQLException {
    Path path = folder.resolve("x.db");
    DatabaseFile file = new DatabaseFile(path, SqliteOptions.DEFAULT);
    try (Store unused = SqliteStore.open(path);
        Writer writer = new Writer(file, null, () -> file.open(Schema.newest(), 1))) {
      Session first =
          writer.write(
              session -> {
                session.commit();
                session.rollback(); // which fails, as there is nothing to roll back
                session.beginWrite();
                return session;
              });
      assertThat(writer.<Session>write(session -> session)).isSameAs(first);
      first.beginWrite(); // as if its rollback had failed where there was something
      Session second = writer.write(session -> session);
      assertThat(second).isNotSameAs(first);
      assertThat(writer.<Session>write(session -> session)).isSameAs(second);
    }
  }
}
