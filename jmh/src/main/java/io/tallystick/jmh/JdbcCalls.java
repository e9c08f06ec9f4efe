package io.tallystick.jmh;

import io.tallystick.store.FamilyValues;
import io.tallystick.store.SeriesValues;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * What users of SQLite's driver would write: one connection, prepared statements, and a commit for
 * each write; a publication is one transaction. Settings of the file are those of the store.
 */
final class JdbcCalls implements StoreCalls {
  private final Connection connection;
  private final PreparedStatement get;
  private final PreparedStatement put;
  private final PreparedStatement offer;
  private final PreparedStatement take;
  private final PreparedStatement acknowledge;
  private final PreparedStatement series;

  JdbcCalls(Path file) {
    try {
      connection = DriverManager.getConnection("jdbc:sqlite:" + file);
      try (Statement statement = connection.createStatement()) {
        statement.execute("PRAGMA journal_mode = WAL");
        statement.execute("PRAGMA synchronous = NORMAL");
        statement.execute("CREATE TABLE pairs (key TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID");
        statement.execute(
            "CREATE TABLE jobs (id INTEGER PRIMARY KEY, payload BLOB, taken INTEGER)");
        statement.execute("CREATE INDEX next ON jobs (taken, id)");
        statement.execute(
            "CREATE TABLE series (labels TEXT PRIMARY KEY, value REAL) WITHOUT ROWID");
      }
      get = connection.prepareStatement("SELECT value FROM pairs WHERE key = ?");
      put = connection.prepareStatement("REPLACE INTO pairs VALUES (?, ?)");
      offer = connection.prepareStatement("INSERT INTO jobs (payload, taken) VALUES (?, 0)");
      take =
          connection.prepareStatement(
              "UPDATE jobs SET taken = 1 WHERE id ="
                  + " (SELECT id FROM jobs WHERE taken = 0 ORDER BY id LIMIT 1) RETURNING id");
      acknowledge = connection.prepareStatement("DELETE FROM jobs WHERE id = ?");
      series = connection.prepareStatement("REPLACE INTO series VALUES (?, ?)");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public synchronized byte[] get(String key) {
    try {
      get.setString(1, key);
      try (ResultSet row = get.executeQuery()) {
        return row.getBytes(1);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public synchronized void put(String key, byte[] value) {
    try {
      put.setString(1, key);
      put.setBytes(2, value);
      put.executeUpdate();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public synchronized boolean job(String key, byte[] payload) {
    try {
      offer.setBytes(1, payload);
      offer.executeUpdate();
      long id;
      try (ResultSet row = take.executeQuery()) {
        id = row.getLong(1);
      }
      acknowledge.setLong(1, id);
      return acknowledge.executeUpdate() == 1;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public synchronized void publish(FamilyValues family, boolean all) {
    try {
      connection.setAutoCommit(false);
      for (SeriesValues each : family.series()) {
        series.setString(1, each.labels().toString());
        series.setDouble(2, each.total());
        series.executeUpdate();
      }
      connection.commit();
      connection.setAutoCommit(true);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
