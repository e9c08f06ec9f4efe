package io.tallystick.store.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.store.BackupReader;
import io.tallystick.store.BackupWriter;
import io.tallystick.store.Capability;
import io.tallystick.store.Documents;
import io.tallystick.store.JobQueue;
import io.tallystick.store.KeyValues;
import io.tallystick.store.Ledger;
import io.tallystick.store.Limits;
import io.tallystick.store.RestoreMode;
import io.tallystick.store.RetryPolicy;
import io.tallystick.store.Store;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import io.tallystick.store.StoreStats;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A store in one SQLite file; {@code sqlite:/path/x.db} opens one, {@code
 * sqlite:/path/x.db?synchronous=full&busyTimeoutMs=1000} one that says more.
 *
 * <p>Any number of processes of a host may use one file at once. Writing ones take turns: a call
 * that has waited for the busy timeout fails with TRANSIENT and had no effect. Readers wait for
 * nobody. A file that is no database, or is damaged so that it cannot be opened, is moved aside and
 * said with CORRUPT; damage that is found later is said, and the file stays. Other processes that
 * had it open, or any where a file is deleted or replaced, get TRANSIENT once or a few times and go
 * on with the file that is there then; where none is, a call that writes makes one. A transaction
 * that was acknowledged outlives its process; the host's loss of power only with {@link
 * Synchronous#FULL}.
 *
 * <p>The file must be on a disk of this host: the log that lets readers and a writer go on side by
 * side is in memory that they share.
 */
public final class SqliteStore implements Store {
  private final DatabaseFile file;
  private final SqliteOptions options;
  private final InstantSource clock;
  private final long openedMs;
  private final Writer writer;
  private final Readers readers;
  private final SqliteKeyValues keyValues = new SqliteKeyValues(this);
  private final SqliteDocuments documents = new SqliteDocuments(this);
  private final SqliteLedger ledger = new SqliteLedger(this);

  private SqliteStore(
      DatabaseFile file, SqliteOptions options, InstantSource clock, Writer writer) {
    this.file = file;
    this.options = options;
    this.clock = clock;
    this.openedMs = clock.millis();
    this.writer = writer;
    this.readers = new Readers(file);
  }

  /** Opens a file, which is made where there is none, on the system's clock. */
  public static SqliteStore open(Path path) {
    return open(path, SqliteOptions.DEFAULT);
  }

  /** Opens a file, which is made where there is none, on the system's clock. */
  public static SqliteStore open(Path path, SqliteOptions options) {
    return open(path, options, InstantSource.system());
  }

  /**
   * Opens a file, which is made where there is none.
   *
   * @throws io.tallystick.store.StoreException CORRUPT where it was moved aside, PERMANENT where it
   *     cannot be used or was written by a newer version, TRANSIENT where others use it
   */
  public static SqliteStore open(Path path, SqliteOptions options, InstantSource clock) {
    DatabaseFile file = new DatabaseFile(path, options);
    Supplier<Session> opening = () -> file.open(Schema.newest(), clock.millis());
    Writer writer = new Writer(file, opening.get(), opening);
    return new SqliteStore(file, options, clock, writer);
  }

  /**
   * Opens a file that is there and holds a store, to look at it: none is made, and one that is
   * damaged stays where it is. What is only read need not be writable.
   *
   * @throws io.tallystick.store.StoreException CORRUPT where it is damaged, else as {@link #open}
   */
  public static Optional<Store> openExisting(
      Path path, SqliteOptions options, InstantSource clock) {
    DatabaseFile file = new DatabaseFile(path, options);
    if (!file.holdsStore(Schema.newest())) {
      return Optional.empty();
    }
    Writer writer = new Writer(file, null, () -> file.open(Schema.newest(), clock.millis()));
    return Optional.of(new SqliteStore(file, options, clock, writer));
  }

  Writer writer() {
    return writer;
  }

  Readers readers() {
    return readers;
  }

  long nowMs() {
    return clock.millis();
  }

  void requireOpen() {
    readers.requireOpen();
  }

  @Override
  public KeyValues keyValues() {
    requireOpen();
    return keyValues;
  }

  @Override
  public JobQueue jobQueue(String name, RetryPolicy policy) {
    requireOpen();
    return new SqliteJobQueue(this, limits().checkKey(name).getBytes(UTF_8), policy);
  }

  @Override
  public List<String> queues() {
    return readers.read(JobRows::queues);
  }

  @Override
  public Ledger ledger() {
    requireOpen();
    return ledger;
  }

  @Override
  public Documents documents() {
    requireOpen();
    return documents;
  }

  @Override
  public Set<Capability> capabilities() {
    Set<Capability> capabilities =
        EnumSet.of(
            Capability.MULTI_PROCESS,
            Capability.SURVIVES_PROCESS,
            Capability.DOCUMENTS,
            Capability.ATOMIC_DOCUMENTS);
    if (options.synchronous() == Synchronous.FULL) {
      capabilities.add(Capability.SURVIVES_HOST);
    }
    return Set.copyOf(capabilities);
  }

  @Override
  public Limits limits() {
    return Limits.DEFAULT;
  }

  @Override
  public StoreStats stats() {
    return readers.snapshot(this::stats);
  }

  private StoreStats stats(Session session) throws SQLException {
    String version = session.first("SELECT sqlite_version()", row -> row.getString(1));
    return new StoreStats(
        "sqlite",
        String.valueOf(version),
        Duration.ofMillis(Math.max(0, nowMs() - openedMs)),
        session.number(
                0,
                "SELECT count(*) FROM tallystick_keys WHERE end_ms IS NULL OR end_ms > ?",
                nowMs())
            + session.number(
                0,
                "SELECT count(*) FROM tallystick_documents WHERE end_ms IS NULL OR end_ms > ?",
                nowMs()),
        session.number(0, "SELECT sum(queued + delayed + running + dead) FROM tallystick_queues"),
        session.number(0, "SELECT count(*) FROM tallystick_sources WHERE retired_ms IS NULL"),
        session.number(
            0,
            "SELECT count(*) FROM tallystick_series s JOIN tallystick_families f"
                + " ON f.id = s.family WHERE f.source = 0 OR f.source IN"
                + " (SELECT id FROM tallystick_sources WHERE retired_ms IS NULL)"),
        session.number(0, "PRAGMA page_count") * session.number(0, "PRAGMA page_size"));
  }

  @Override
  public void ping() {
    readers.read(Schema::ledgerId);
  }

  @Override
  public void backup(Path target) {
    requireOpen();
    requireOther(target);
    try (BackupWriter backup = BackupWriter.create(target, nowMs())) {
      readers.snapshot(session -> new SqliteBackup(session, backup, nowMs()).run());
      backup.commit();
    }
  }

  private void requireOther(Path target) {
    for (Path part : DamagedFile.parts(file.path())) {
      try {
        if (Files.exists(target) && Files.isSameFile(target, part)) {
          throw new StoreException(
              Category.PERMANENT, "backup would be in the place of the store: file=" + target);
        }
      } catch (IOException e) {
        throw new StoreException(
            Category.TRANSIENT, "files cannot be told apart: file=" + target + " cause=" + e, e);
      }
    }
  }

  @Override
  public void restore(Path source, RestoreMode mode) {
    requireOpen();
    BackupReader backup = BackupReader.open(source);
    writer.write(session -> new SqliteRestore(session, limits(), nowMs()).run(backup, mode));
  }

  @Override
  public void close() {
    try {
      readers.close();
    } finally {
      writer.close();
    }
  }

  @Override
  public String toString() {
    return "sqlite:" + file.path();
  }
}
