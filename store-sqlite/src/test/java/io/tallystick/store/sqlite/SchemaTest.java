package io.tallystick.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The steps from one version of the tables to the next. */
class SchemaTest {
  private static final String META =
      "CREATE TABLE tallystick_meta (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL);"
          + "CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1);";
  private static final String SECOND =
      "ALTER TABLE t ADD COLUMN b INTEGER; UPDATE t SET b = a + 1;";

  @TempDir private Path folder;

  private Session open(String... steps) {
    return new DatabaseFile(folder.resolve("x.db"), SqliteOptions.DEFAULT)
        .open(new Schema(List.of(steps), () -> "id"), 0);
  }

  @Test
  void shouldTakeOnlyTheStepsThatAreMissing() throws SQLException {
    open(META).close();
    try (Session session = open(META, SECOND)) {
      assertThat(session.number(0, "SELECT b FROM t")).isEqualTo(2);
      assertThat(Schema.ledgerId(session)).isEqualTo("id");
    }
    try (Session session = open(META, SECOND)) {
      assertThat(session.number(0, "SELECT count(*) FROM t")).isEqualTo(1);
    }
  }

  @Test
  void shouldTakeNoStepWhenOneFails() throws SQLException {
    open(META).close();
    assertThatThrownBy(() -> open(META, SECOND, "INSERT INTO nowhere VALUES (1)"))
        .hasMessageContaining("nowhere");
    try (Session session = open(META)) {
      assertThat(session.list("SELECT * FROM t", row -> row.getMetaData().getColumnCount()))
          .containsExactly(1);
    }
  }
}
