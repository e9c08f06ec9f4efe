package io.tallystick.store.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.store.BackupRecord;
import io.tallystick.store.BackupRecord.Job.State;
import io.tallystick.store.BackupWriter;
import io.tallystick.store.Deadline;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.sqlite.LedgerRows.SourceRow;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;

/** Writes all that one state of a database holds to a backup. Used once. */
final class SqliteBackup {
  private final Session session;
  private final BackupWriter backup;
  private final long nowMs;

  SqliteBackup(Session session, BackupWriter backup, long nowMs) {
    this.session = session;
    this.backup = backup;
    this.nowMs = nowMs;
  }

  /** Returns true, since work has to return something. */
  boolean run() throws SQLException {
    writeKeys();
    writeJobs();
    writeLedger();
    writeDocuments();
    return true;
  }

  private void writeKeys() throws SQLException {
    session.forEach(
        "SELECT key, value, end_ms FROM tallystick_keys WHERE end_ms IS NULL OR end_ms > ?",
        row -> {
          long column = row.getLong(3);
          long endMs = row.wasNull() ? Deadline.NEVER_MS : column; // asked of the last column read
          String key = new String(Session.bytes(row, 1), UTF_8);
          backup.write(new BackupRecord.Key(key, Session.bytes(row, 2), endMs));
        },
        nowMs);
  }

  private void writeDocuments() throws SQLException {
    session.forEach(
        "SELECT key, value, sets, end_ms FROM tallystick_documents"
            + " WHERE end_ms IS NULL OR end_ms > ?",
        row -> {
          long column = row.getLong(4);
          long endMs = row.wasNull() ? Deadline.NEVER_MS : column; // asked of the last column read
          backup.write(
              new BackupRecord.Document(
                  new String(Session.bytes(row, 1), UTF_8),
                  Session.bytes(row, 2),
                  endMs,
                  DocumentRows.toPlaces(Session.bytes(row, 3))));
        },
        nowMs);
    session.forEach(
        "SELECT name, latest FROM tallystick_set_numbers",
        row ->
            backup.write(
                new BackupRecord.LatestNumber(
                    new String(Session.bytes(row, 1), UTF_8), row.getLong(2))));
  }

  private void writeJobs() throws SQLException {
    State[] states = {State.QUEUED, State.DELAYED, State.RUNNING, State.DEAD};
    session.forEach(
        "SELECT q.name, j.state, j.id, j.key, j.payload, j.attempts, j.end_ms, j.lease, j.error"
            + " FROM tallystick_jobs j JOIN tallystick_queues q ON q.id = j.queue"
            + " ORDER BY j.queue, j.state,"
            + " CASE WHEN j.state IN (1, 2) THEN j.end_ms ELSE 0 END, j.place",
        row ->
            backup.write(
                new BackupRecord.Job(
                    new String(Session.bytes(row, 1), UTF_8),
                    states[row.getInt(2)],
                    row.getString(3),
                    new String(Session.bytes(row, 4), UTF_8),
                    Session.bytes(row, 5),
                    row.getInt(6),
                    row.getLong(7),
                    row.getLong(8),
                    row.getString(9))));
  }

  private void writeLedger() throws SQLException {
    List<String> merged =
        session.list("SELECT ledger FROM tallystick_merged", row -> row.getString(1));
    backup.write(new BackupRecord.LedgerState(Schema.ledgerId(session), new HashSet<>(merged)));
    LedgerRows rows = new LedgerRows(session);
    for (FamilyValues family : new LedgerBase(session, rows, nowMs).families()) {
      backup.write(new BackupRecord.Base(family));
    }
    List<SourceRow> sources = rows.sources();
    for (SourceRow source : sources) {
      if (!source.isRetired()) {
        backup.write(
            new BackupRecord.Source(
                source.name(),
                source.version(),
                source.publishedMs(),
                source.leaseEndMs(),
                rows.families(source.id())));
      }
    }
    for (SourceRow source : sources) {
      if (source.isRetired()) {
        List<FamilyValues> baseline = source.hasBaseline() ? rows.families(source.id()) : null;
        backup.write(new BackupRecord.Tombstone(source.name(), source.retiredMs(), baseline));
      }
    }
  }
}
