package io.tallystick.store.sqlite;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A connection and its prepared statements, each of which is prepared once. Not thread-safe: who
 * has borrowed it uses it.
 *
 * <p>Arguments are {@code Long}, {@code Double}, {@code String}, {@code byte[]} or null. A result
 * is read to its end, or closed, before the same statement is run again.
 */
final class Session implements AutoCloseable {
  private final Connection connection;
  private final Object file;
  private final Map<String, PreparedStatement> statements = new HashMap<>();
  private boolean isDoubtful;

  /**
   * @param file tells the file that it has opened from all others
   */
  Session(Connection connection, Object file) {
    this.connection = connection;
    this.file = file;
  }

  Object file() {
    return file;
  }

  /** Runs what gives no rows, and that may be several statements. */
  void script(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate(sql);
    }
  }

  /** Runs a statement and returns how many rows it changed. */
  int update(String sql, @Nullable Object... arguments) throws SQLException {
    return run(sql, PreparedStatement::executeUpdate, arguments);
  }

  /** Shows each row of a result. */
  void forEach(String sql, RowAction action, @Nullable Object... arguments) throws SQLException {
    query(
        sql,
        rows -> {
          while (rows.next()) {
            action.accept(rows);
          }
          return true;
        },
        arguments);
  }

  <T> List<T> list(String sql, Row<T> row, @Nullable Object... arguments) throws SQLException {
    List<T> list = new ArrayList<>();
    forEach(sql, rows -> list.add(row.of(rows)), arguments);
    return list;
  }

  /** The first row of a result, or null where it has none. */
  <T> @Nullable T first(String sql, Row<T> row, @Nullable Object... arguments) throws SQLException {
    List<T> first = new ArrayList<>(1);
    query(sql, rows -> rows.next() && first.add(row.of(rows)), arguments);
    return first.isEmpty() ? null : first.get(0);
  }

  /** The number in the first row, or what it is where there is none. */
  long number(long otherwise, String sql, @Nullable Object... arguments) throws SQLException {
    return query(sql, rows -> rows.next() ? rows.getLong(1) : otherwise, arguments);
  }

  private <T> T query(String sql, Row<T> reader, @Nullable Object... arguments)
      throws SQLException {
    return run(
        sql,
        statement -> {
          try (ResultSet rows = statement.executeQuery()) {
            return reader.of(rows);
          }
        },
        arguments);
  }

  /** Runs a statement; one that fails is of no use any more to its driver, and is forgotten. */
  private <T> T run(String sql, Execution<T> execution, @Nullable Object... arguments)
      throws SQLException {
    try {
      return execution.run(bind(sql, arguments));
    } catch (SQLException e) {
      PreparedStatement failed = statements.remove(sql);
      if (failed != null) {
        failed.close();
      }
      throw e;
    }
  }

  private PreparedStatement bind(String sql, @Nullable Object... arguments) throws SQLException {
    PreparedStatement statement = statements.get(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
      statements.put(sql, statement);
    }
    for (int i = 0; i < arguments.length; i++) {
      bind(statement, i + 1, arguments[i]);
    }
    return statement;
  }

  private static void bind(PreparedStatement statement, int place, @Nullable Object argument)
      throws SQLException {
    if (argument instanceof Long number) {
      statement.setLong(place, number);
    } else if (argument instanceof byte[] bytes) {
      statement.setBytes(place, bytes);
    } else if (argument instanceof Double number) {
      statement.setDouble(place, number);
    } else {
      statement.setObject(place, argument);
    }
  }

  /** The bytes of a column, which may be none, but not NULL. */
  static byte[] bytes(ResultSet row, int column) throws SQLException {
    byte[] bytes = row.getBytes(column);
    return bytes == null ? new byte[0] : bytes;
  }

  /**
   * Has the driver leave transactions to this session. Else it would try to begin one after each
   * statement that is run in a transaction, which fails each time and takes longer than most
   * statements do.
   */
  void beginTransactionsItself() throws SQLException {
    connection.setAutoCommit(false); // which begins one
    commit();
  }

  /** Begins a transaction that sees one state of the database. */
  void beginRead() throws SQLException {
    update("BEGIN DEFERRED");
  }

  /** Begins a transaction that writes, once no other does. */
  void beginWrite() throws SQLException {
    update("BEGIN IMMEDIATE");
  }

  void commit() throws SQLException {
    update("COMMIT");
  }

  /** Ends a transaction without effect, where SQLite has not done so itself. */
  void rollback() {
    try {
      update("ROLLBACK");
    } catch (SQLException e) {
      // there is none, as after a full disk: the failure that led here says what is wrong
      isDoubtful = true;
    }
  }

  /** Whether the end of a transaction failed: there was none to end, or there still is one. */
  boolean isDoubtful() {
    return isDoubtful;
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }

  /** Makes something of a row. */
  interface Row<T> {
    T of(ResultSet row) throws SQLException;
  }

  /** Runs a statement. */
  private interface Execution<T> {
    T run(PreparedStatement statement) throws SQLException;
  }

  /** Does something with a row. */
  interface RowAction {
    void accept(ResultSet row) throws SQLException;
  }

  /** What is done in a transaction; it may be done again where that had no effect. */
  interface Work<T> {
    T run(Session session) throws SQLException;
  }
}
