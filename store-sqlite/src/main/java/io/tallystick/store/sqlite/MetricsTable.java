package io.tallystick.store.sqlite;

import io.tallystick.python.DistributedField;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * prometheus-distributed-client's table {@code metrics}, in a transaction.
 *
 * <p>Python may change it at any time. Where it has dropped the table, that is an empty one. A
 * value that is no number, which SQLite allows, is NaN here. Fields that differ in how an older
 * client names a bound are one, with the sum of their values.
 */
final class MetricsTable {
  private static final String MAKE =
      "CREATE TABLE IF NOT EXISTS metrics ("
          + "metric_key TEXT NOT NULL, subkey TEXT NOT NULL, value REAL NOT NULL,"
          + " PRIMARY KEY (metric_key, subkey))";
  private static final String PUT =
      "INSERT INTO metrics (metric_key, subkey, value) VALUES (?, ?, ?)"
          + " ON CONFLICT (metric_key, subkey) DO UPDATE SET value = excluded.value";
  private static final String VALUE =
      "CASE WHEN typeof(value) IN ('real', 'integer') THEN value END";

  private final Session session;

  MetricsTable(Session session) {
    this.session = session;
  }

  /**
   * Sees to it that the table is there.
   *
   * @throws StoreException PERMANENT where there is another one of this name
   */
  static void prepare(Session session) throws SQLException {
    MetricsTable table = new MetricsTable(session);
    if (!table.isThere()) {
      session.beginWrite();
      try {
        table.make();
        session.commit();
      } catch (SQLException e) {
        session.rollback();
        throw e;
      }
    }
    try {
      session.list("EXPLAIN " + PUT, row -> row.getString(1), "", "", 0.0);
    } catch (SQLException e) {
      if (SqliteFault.isWrongStatement(e)) {
        throw new StoreException(
            Category.PERMANENT,
            "database has a table metrics that is not prometheus-distributed-client's; take another"
                + (" file: cause=" + e.getMessage()),
            e);
      }
      throw e;
    }
  }

  private boolean isThere() throws SQLException {
    return session.number(0, "SELECT 1 FROM sqlite_schema WHERE name = 'metrics'") > 0;
  }

  /** Makes it where it is not there. */
  void make() throws SQLException {
    session.update(MAKE);
  }

  boolean isEmpty() throws SQLException {
    return !isThere() || session.number(0, "SELECT 1 FROM metrics LIMIT 1") == 0;
  }

  /** All values, by the names of families and of fields. */
  Map<String, Map<String, Double>> all() throws SQLException {
    Map<String, Map<String, Double>> all = new HashMap<>();
    if (isThere()) {
      session.forEach(
          "SELECT metric_key, subkey, " + VALUE + " FROM metrics",
          row ->
              add(
                  all.computeIfAbsent(row.getString(1), name -> new HashMap<>()),
                  DistributedField.newer(row.getString(2)),
                  value(row, 3)));
    }
    return all;
  }

  /** The values of a family's fields; the table is there. */
  Map<String, Double> of(String family) throws SQLException {
    Map<String, Double> fields = new HashMap<>();
    session.forEach(
        "SELECT subkey, " + VALUE + " FROM metrics WHERE metric_key = ?",
        row -> add(fields, DistributedField.newer(row.getString(1)), value(row, 2)),
        family);
    return fields;
  }

  /** The values of some of a family's fields; the table is there. */
  Map<String, Double> of(String family, Collection<String> names) throws SQLException {
    Map<String, Double> fields = new HashMap<>();
    for (String name : names) {
      session.forEach(
          "SELECT " + VALUE + " FROM metrics WHERE metric_key = ? AND subkey IN (?, ?)",
          row -> add(fields, name, value(row, 1)),
          family,
          name,
          DistributedField.older(name));
    }
    return fields;
  }

  private static double value(ResultSet row, int column) throws SQLException {
    double value = row.getDouble(column);
    return row.wasNull() ? Double.NaN : value;
  }

  private static void add(Map<String, Double> fields, String name, double value) {
    fields.merge(name, value, (a, b) -> a.isNaN() ? b : b.isNaN() ? a : Double.valueOf(a + b));
  }

  void put(String family, String field, double value) throws SQLException {
    if (Double.isNaN(value)) {
      delete(family, field);
      return;
    }
    session.update(PUT, family, field, value);
    String older = DistributedField.older(field);
    if (!older.equals(field)) {
      delete(family, older); // which is in the value
    }
  }

  void delete(String family, String field) throws SQLException {
    session.update(
        "DELETE FROM metrics WHERE metric_key = ? AND subkey IN (?, ?)",
        family,
        field,
        DistributedField.older(field));
  }
}
