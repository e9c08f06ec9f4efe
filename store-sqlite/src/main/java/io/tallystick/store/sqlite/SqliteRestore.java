package io.tallystick.store.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.store.BackupReader;
import io.tallystick.store.BackupRecord;
import io.tallystick.store.BackupRecord.LedgerState;
import io.tallystick.store.BackupRecord.Tombstone;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.Limits;
import io.tallystick.store.RestoreMode;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import io.tallystick.store.sqlite.LedgerRows.SourceRow;
import java.sql.SQLException;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** One restoring of a backup, in one transaction. */
final class SqliteRestore {
  private final Session session;
  private final Limits limits;
  private final long nowMs;
  private final LedgerRows rows;
  private final LedgerBase base;
  private final DocumentRows documents;
  private long firstNumber;
  private boolean takesBase;

  SqliteRestore(Session session, Limits limits, long nowMs) {
    this.session = session;
    this.limits = limits;
    this.nowMs = nowMs;
    this.rows = new LedgerRows(session);
    this.base = new LedgerBase(session, rows, nowMs);
    this.documents = new DocumentRows(session);
  }

  /** Returns true, since work has to return something. */
  boolean run(BackupReader backup, RestoreMode mode) throws SQLException {
    if (mode == RestoreMode.INTO_EMPTY && !isEmpty()) {
      throw new StoreException(Category.PERMANENT, "store is not empty: backend=sqlite");
    }
    firstNumber = session.number(0, "SELECT latest FROM tallystick_numbers");
    try {
      backup.forEach(this::takeUnchecked);
    } catch (Failure e) {
      throw e.cause;
    }
    documents.flush();
    return true;
  }

  private boolean isEmpty() throws SQLException {
    return session.number(
                0, "SELECT 1 FROM tallystick_keys WHERE end_ms IS NULL OR end_ms > ?", nowMs)
            == 0
        && session.number(
                0, "SELECT 1 FROM tallystick_documents WHERE end_ms IS NULL OR end_ms > ?", nowMs)
            == 0
        && session.number(0, "SELECT 1 FROM tallystick_jobs LIMIT 1") == 0
        && isLedgerEmpty();
  }

  private boolean isLedgerEmpty() throws SQLException {
    return rows.sources().isEmpty() && base.isEmpty();
  }

  private void takeUnchecked(BackupRecord record) {
    try {
      take(record);
    } catch (SQLException e) {
      throw new Failure(e);
    }
  }

  private void take(BackupRecord record) throws SQLException {
    if (record instanceof BackupRecord.Key key) {
      limits.checkValue(key.value());
      byte[] bytes = limits.checkKey(key.key()).getBytes(UTF_8);
      if (key.endMs() > nowMs) {
        SqliteKeyValues.putIfAbsent(session, bytes, key.value(), key.endMs(), nowMs);
      }
    } else if (record instanceof BackupRecord.Job job) {
      take(job);
    } else if (record instanceof LedgerState state) {
      take(state);
    } else if (record instanceof BackupRecord.Base family) {
      if (takesBase) {
        base.add(family.family());
      }
    } else if (record instanceof BackupRecord.Source source) {
      take(source);
    } else if (record instanceof Tombstone tombstone) {
      take(tombstone);
    } else if (record instanceof BackupRecord.Document document) {
      take(document);
    } else if (record instanceof BackupRecord.LatestNumber number) {
      documents.count(number.set().getBytes(UTF_8), number.number());
    }
  }

  private void take(BackupRecord.Document document) throws SQLException {
    limits.checkValue(document.value());
    byte[] key = limits.checkKey(document.key()).getBytes(UTF_8);
    if (document.endMs() > nowMs) {
      boolean unused =
          documents.putIfAbsent(key, document.value(), document.endMs(), document.places(), nowMs);
    }
  }

  private void take(BackupRecord.Job job) throws SQLException {
    limits.checkValue(job.payload());
    byte[] key = limits.checkKey(job.key()).getBytes(UTF_8);
    byte[] queue = limits.checkKey(job.queue()).getBytes(UTF_8);
    JobRows jobs = JobRows.ofQueueThatIs(session, queue);
    int state =
        switch (job.state()) {
          case QUEUED -> JobRows.State.QUEUED;
          case DELAYED -> JobRows.State.DELAYED;
          case RUNNING -> JobRows.State.RUNNING;
          case DEAD -> JobRows.State.DEAD;
        };
    boolean isHere =
        state == JobRows.State.DEAD ? jobs.isDead(key, firstNumber) : jobs.isPending(key);
    if (!isHere) {
      jobs.insert(state, key, job.payload(), job.endMs(), job.attempts(), job.error());
    }
  }

  private void take(LedgerState state) throws SQLException {
    takesBase = lacksBaseOf(state);
    if (takesBase) {
      Set<String> merged = new HashSet<>(state.merged());
      merged.add(state.id());
      for (String ledger : merged) {
        session.update("INSERT OR IGNORE INTO tallystick_merged VALUES (?)", ledger);
      }
    }
  }

  private boolean lacksBaseOf(LedgerState other) throws SQLException {
    if (isLedgerEmpty()) {
      return true;
    }
    Set<String> ours =
        new HashSet<>(
            session.list("SELECT ledger FROM tallystick_merged", row -> row.getString(1)));
    ours.add(Schema.ledgerId(session));
    if (ours.contains(other.id())) {
      return false;
    }
    if (!Collections.disjoint(ours, other.merged())) {
      throw new StoreException(
          Category.PERMANENT,
          "backup has a part of this ledger in its base: ledger=" + Schema.ledgerId(session));
    }
    return true;
  }

  /** Takes in a source, unless this ledger has more of it or may have had it before. */
  private void take(BackupRecord.Source other) throws SQLException {
    String name = limits.checkKey(other.name());
    SourceRow present = rows.source(name);
    if (present != null && (present.isRetired() || present.version() >= other.version())) {
      return;
    }
    boolean mayBeForgotten = other.publishedMs() <= nowMs - SqliteLedger.TOMBSTONE_MS;
    if (present == null && !takesBase && mayBeForgotten) {
      return; // it may have been retired here, and its name not be remembered any more
    }
    put(name, other.version(), other.publishedMs(), other.leaseEndMs(), other.families());
  }

  private long put(
      String name, long version, long publishedMs, long leaseEndMs, List<FamilyValues> families)
      throws SQLException {
    long source = rows.putLive(name, version, publishedMs, leaseEndMs);
    rows.deleteFamilies(source);
    for (FamilyValues family : families) {
      rows.put(source, family);
    }
    return source;
  }

  /** Takes in that a source is retired, with its values where the other ledger's base has none. */
  private void take(Tombstone other) throws SQLException {
    String name = limits.checkKey(other.name());
    SourceRow present = rows.source(name);
    if (present != null && present.isRetired()) {
      return;
    }
    if (!takesBase && SqliteLedger.fold(session, name, Long.MAX_VALUE, true, nowMs)) {
      return;
    }
    List<FamilyValues> baseline = other.baseline();
    long source = put(name, 0, 0, 0, baseline == null ? List.of() : baseline);
    rows.bury(source, other.retiredMs(), baseline != null);
  }

  /** Carries what SQLite reports through a reader of backups. */
  private static final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final SQLException cause;

    Failure(SQLException cause) {
      super(cause);
      this.cause = cause;
    }
  }
}
