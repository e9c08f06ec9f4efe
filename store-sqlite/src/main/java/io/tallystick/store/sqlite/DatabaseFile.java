package io.tallystick.store.sqlite;

import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.concurrent.locks.LockSupport;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteOpenMode;

/**
 * The file of a database.
 *
 * <p>A session goes on with the file that it has opened, also where another process has moved that
 * aside, or a user has deleted it, and nobody else will ever read it. So each session knows which
 * file that is, and after what it has done it is asked whether that is still the one of this path:
 * only then may be said that something was written or read. Where files have no identity, as on
 * Windows, one that is open cannot be moved.
 */
final class DatabaseFile {
  static final long RETRY_NS = 2_000_000;

  private static final Object OPENING = new Object();
  private static final long JOURNAL_LIMIT = 64L << 20;

  /** What a path has that leads to no file; equal to nothing else. */
  private static final Object NO_FILE = new Object();

  private static final Object NO_IDENTITY = new Object();

  private final Path path;
  private final SqliteOptions options;

  DatabaseFile(Path path, SqliteOptions options) {
    this.path = path.toAbsolutePath();
    this.options = options;
  }

  Path path() {
    return path;
  }

  /**
   * Opens the session that writes, in a file with the newest schema.
   *
   * @param nowMs names the file that one is moved aside to
   */
  Session open(Schema schema, long nowMs) {
    NativeLibrary.load();
    try {
      return prepared(schema);
    } catch (SQLException e) {
      if (SqliteFault.isDamage(e)) {
        throw new DamagedFile(this, options.busyTimeout()).moveAside(schema, nowMs, e);
      }
      if (SqliteFault.isUnopened(e) && Descriptors.areUsedUp(path)) {
        throw unopened(e);
      }
      throw SqliteFault.of(path, e);
    }
  }

  /**
   * Whether there is a file with tables of ours, which are brought up to date; makes none, and
   * moves none aside.
   */
  boolean holdsStore(Schema schema) {
    if (Files.notExists(path)) {
      return false;
    }
    NativeLibrary.load();
    try (Session session = connected()) {
      boolean isIn = Schema.isIn(session);
      if (isIn) {
        schema.migrate(session);
      }
      return isIn;
    } catch (SQLException e) {
      throw SqliteFault.of(path, e);
    }
  }

  Session prepared(Schema schema) throws SQLException {
    Session session = created();
    try {
      useLog(session);
      requireSame(session); // whose log may be that of another file
      schema.migrate(session);
      MetricsTable.prepare(session);
      return session;
    } catch (SQLException | RuntimeException e) {
      session.close();
      throw e;
    }
  }

  private Session created() throws SQLException {
    synchronized (OPENING) { // of a file that is closed by one thread all lose the locks
      create();
      return toSession();
    }
  }

  /** Makes an empty file that only its owner may read; SQLite makes those beside it like it. */
  private void create() {
    boolean isPosix = path.getFileSystem().supportedFileAttributeViews().contains("posix");
    FileAttribute<?>[] rights = {
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
    };
    try {
      Files.createFile(path, isPosix ? rights : new FileAttribute<?>[0]);
    } catch (FileAlreadyExistsException e) {
      // which is what is opened
    } catch (IOException e) {
      if (Descriptors.areUsedUp(path)) {
        throw unopened(e);
      }
      throw new StoreException(
          Category.PERMANENT, "database cannot be made: file=" + path + " cause=" + e, e);
    }
  }

  /**
   * Turns the write-ahead log on, which stays so. Where others are about to do the same SQLite says
   * at once that it is busy.
   */
  private void useLog(Session session) throws SQLException {
    long startNs = System.nanoTime();
    while (true) {
      try {
        String mode = session.first("PRAGMA journal_mode = WAL", row -> row.getString(1));
        if (!"wal".equals(mode)) {
          throw new StoreException(
              Category.PERMANENT,
              "database has no write-ahead log: file=" + path + " mode=" + mode);
        }
        return;
      } catch (SQLException e) {
        boolean late = System.nanoTime() - startNs > options.busyTimeout().toNanos();
        if (late || !SqliteFault.isBusy(e)) {
          throw e;
        }
        LockSupport.parkNanos(RETRY_NS);
      }
    }
  }

  /**
   * Opens another session in a file that is there.
   *
   * @throws StoreException TRANSIENT where it has gone, or no file can be opened now
   */
  Session connect() {
    try {
      Session session = connected();
      try {
        if (!Schema.isIn(session)) {
          throw new StoreException(Category.TRANSIENT, "database is being made: file=" + path);
        }
        return session;
      } catch (SQLException | RuntimeException e) {
        session.close();
        throw e;
      }
    } catch (SQLException e) {
      throw SqliteFault.isUnopened(e) ? unopened(e) : SqliteFault.of(path, e);
    }
  }

  private Session connected() throws SQLException {
    synchronized (OPENING) {
      return toSession();
    }
  }

  private StoreException unopened(Exception e) {
    return new StoreException(
        Category.TRANSIENT, "database cannot be opened now: file=" + path + " cause=" + e, e);
  }

  private Session toSession() throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.resetOpenMode(SQLiteOpenMode.CREATE); // a file of our rights, or none
    config.setBusyTimeout(options.busyTimeoutMs());
    config.setSynchronous(
        options.synchronous() == Synchronous.FULL ? SynchronousMode.FULL : SynchronousMode.NORMAL);
    config.setJournalSizeLimit((int) JOURNAL_LIMIT);
    config.setGetGeneratedKeys(false); // which nobody asks for, and each INSERT would look up
    // as a URI, since a name may have a question mark
    String url = "jdbc:sqlite:" + path.toUri().toASCIIString();
    Object identity = identity();
    Session session = new Session(config.createConnection(url), identity);
    try {
      session.beginTransactionsItself();
      requireSame(session);
      return session;
    } catch (SQLException | StoreException e) {
      session.close();
      throw e;
    }
  }

  /** What tells the file that the path leads to now from all others. */
  private Object identity() {
    try {
      Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
      return key == null ? NO_IDENTITY : key;
    } catch (IOException e) {
      return NO_FILE;
    }
  }

  /** Whether the path still leads to the file that a session has opened. */
  boolean isSame(Session session) {
    return session.file() != NO_FILE && identity().equals(session.file());
  }

  private void requireSame(Session session) {
    if (!isSame(session)) {
      throw replaced();
    }
  }

  /** Says that what was done, was done to a file that is not the one of this path any more. */
  StoreException replaced() {
    return new StoreException(
        Category.TRANSIENT,
        "database was moved aside, replaced or deleted while it was open; the next call opens the"
            + (" one that is there then: file=" + path));
  }
}
