package io.tallystick.store.sqlite;

import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * The tables of a database, made and brought up to date step by step, each step in the transaction
 * that notes it. {@code docs/store-sqlite.md} says what is in them.
 *
 * <p>All are named {@code tallystick_…}; a file may have tables of others beside them, as {@link
 * MetricsTable}. Texts that are looked for are bytes of UTF-8, which compare without any collation.
 */
final class Schema {
  private static final String FIRST =
      """
      CREATE TABLE tallystick_meta (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL);
      CREATE TABLE tallystick_keys (
        key BLOB NOT NULL PRIMARY KEY, end_ms INTEGER, value BLOB NOT NULL);
      CREATE INDEX tallystick_keys_end ON tallystick_keys (end_ms) WHERE end_ms IS NOT NULL;
      CREATE TABLE tallystick_numbers (latest INTEGER NOT NULL);
      INSERT INTO tallystick_numbers VALUES (0);
      CREATE TABLE tallystick_queues (
        id INTEGER NOT NULL PRIMARY KEY, name BLOB NOT NULL UNIQUE,
        queued INTEGER NOT NULL DEFAULT 0, delayed INTEGER NOT NULL DEFAULT 0,
        running INTEGER NOT NULL DEFAULT 0, dead INTEGER NOT NULL DEFAULT 0);
      CREATE TABLE tallystick_jobs (
        id INTEGER NOT NULL PRIMARY KEY, queue INTEGER NOT NULL, state INTEGER NOT NULL,
        place INTEGER NOT NULL, end_ms INTEGER NOT NULL, lease INTEGER NOT NULL,
        attempts INTEGER NOT NULL, error TEXT NOT NULL, key BLOB NOT NULL, payload BLOB NOT NULL);
      CREATE UNIQUE INDEX tallystick_jobs_key ON tallystick_jobs (queue, key) WHERE state < 3;
      CREATE INDEX tallystick_jobs_place ON tallystick_jobs (queue, state, place);
      CREATE INDEX tallystick_jobs_end ON tallystick_jobs (queue, end_ms)
        WHERE state IN (1, 2);
      CREATE TRIGGER tallystick_jobs_inserted AFTER INSERT ON tallystick_jobs BEGIN
        UPDATE tallystick_queues SET queued = queued + (new.state = 0),
          delayed = delayed + (new.state = 1), running = running + (new.state = 2),
          dead = dead + (new.state = 3) WHERE id = new.queue;
      END;
      CREATE TRIGGER tallystick_jobs_moved AFTER UPDATE OF state ON tallystick_jobs BEGIN
        UPDATE tallystick_queues SET queued = queued + (new.state = 0) - (old.state = 0),
          delayed = delayed + (new.state = 1) - (old.state = 1),
          running = running + (new.state = 2) - (old.state = 2),
          dead = dead + (new.state = 3) - (old.state = 3) WHERE id = new.queue;
      END;
      CREATE TRIGGER tallystick_jobs_deleted AFTER DELETE ON tallystick_jobs BEGIN
        UPDATE tallystick_queues SET queued = queued - (old.state = 0),
          delayed = delayed - (old.state = 1), running = running - (old.state = 2),
          dead = dead - (old.state = 3) WHERE id = old.queue;
      END;
      CREATE TABLE tallystick_merged (ledger TEXT NOT NULL PRIMARY KEY);
      CREATE TABLE tallystick_sources (
        id INTEGER NOT NULL PRIMARY KEY, name BLOB NOT NULL UNIQUE, version INTEGER NOT NULL,
        published_ms INTEGER NOT NULL, lease_end_ms INTEGER NOT NULL, retired_ms INTEGER,
        has_baseline INTEGER NOT NULL DEFAULT 0);
      CREATE TABLE tallystick_families (
        id INTEGER NOT NULL PRIMARY KEY, source INTEGER NOT NULL, identity BLOB NOT NULL,
        name TEXT NOT NULL, description BLOB NOT NULL, merged_size INTEGER NOT NULL DEFAULT 0,
        owns_name INTEGER NOT NULL DEFAULT 0, UNIQUE (source, identity));
      CREATE INDEX tallystick_families_name ON tallystick_families (source, name);
      CREATE TABLE tallystick_series (
        family INTEGER NOT NULL, labels BLOB NOT NULL, bytes BLOB NOT NULL,
        PRIMARY KEY (family, labels)) WITHOUT ROWID;
      """;

  private static final String ADDITIONS =
      """
      CREATE TABLE tallystick_additions (
        key BLOB NOT NULL, writer BLOB NOT NULL, number INTEGER NOT NULL, end_ms INTEGER NOT NULL,
        PRIMARY KEY (key, writer));
      CREATE INDEX tallystick_additions_end ON tallystick_additions (end_ms);
      """;

  private static final String DOCUMENTS =
      """
      CREATE TABLE tallystick_documents (
        id INTEGER NOT NULL PRIMARY KEY, key BLOB NOT NULL UNIQUE, end_ms INTEGER,
        value BLOB NOT NULL, sets BLOB NOT NULL);
      CREATE INDEX tallystick_documents_end ON tallystick_documents (end_ms)
        WHERE end_ms IS NOT NULL;
      CREATE TABLE tallystick_members (
        name BLOB NOT NULL, place INTEGER NOT NULL, key BLOB NOT NULL,
        PRIMARY KEY (name, place, key)) WITHOUT ROWID;
      CREATE TABLE tallystick_set_numbers (
        name BLOB NOT NULL PRIMARY KEY, latest INTEGER NOT NULL) WITHOUT ROWID;
      """;

  private static final String VERSION = "schema.version";
  private static final String LEDGER_ID = "ledger.id";

  private final List<String> steps;
  private final Supplier<String> ids;

  /**
   * @param steps what leads from each version to the next, from none to the first one on
   * @param ids gives a ledger its id
   */
  Schema(List<String> steps, Supplier<String> ids) {
    this.steps = List.copyOf(steps);
    this.ids = ids;
  }

  static Schema newest() {
    return new Schema(List.of(FIRST, ADDITIONS, DOCUMENTS), () -> UUID.randomUUID().toString());
  }

  /**
   * Brings a database up to date.
   *
   * @throws StoreException PERMANENT where its version is newer than the newest that is known
   */
  void migrate(Session session) throws SQLException {
    if (version(session) == steps.size()) {
      return;
    }
    session.beginWrite();
    try {
      long version = version(session); // another process may have been first
      if (version > steps.size()) {
        throw new StoreException(
            Category.PERMANENT,
            "database is of a newer version: version=" + version + " known=" + steps.size());
      }
      for (String step : steps.subList((int) version, steps.size())) {
        session.script(step);
      }
      put(session, VERSION, Integer.toString(steps.size()));
      if (version == 0) {
        put(session, LEDGER_ID, ids.get());
      }
      session.commit();
    } catch (SQLException | RuntimeException e) {
      session.rollback();
      throw e;
    }
  }

  /** Whether a database has tables of ours, and as they are made at once, all of them. */
  static boolean isIn(Session session) throws SQLException {
    return session.number(0, "SELECT 1 FROM sqlite_schema WHERE name = 'tallystick_meta'") > 0;
  }

  private static long version(Session session) throws SQLException {
    if (!isIn(session)) {
      return 0;
    }
    String text = get(session, VERSION);
    long version;
    try {
      version = Long.parseLong(text);
    } catch (NumberFormatException e) {
      version = 0;
    }
    if (version < 1) {
      throw new StoreException(
          Category.CORRUPT, "database has no version: name=" + VERSION + " value=" + text);
    }
    return version;
  }

  static String ledgerId(Session session) throws SQLException {
    return get(session, LEDGER_ID);
  }

  private static String get(Session session, String name) throws SQLException {
    String value =
        session.first(
            "SELECT value FROM tallystick_meta WHERE name = ?", row -> row.getString(1), name);
    if (value == null) {
      throw new StoreException(Category.CORRUPT, "database has lost a row: name=" + name);
    }
    return value;
  }

  private static void put(Session session, String name, String value) throws SQLException {
    session.update("INSERT OR REPLACE INTO tallystick_meta VALUES (?, ?)", name, value);
  }
}
