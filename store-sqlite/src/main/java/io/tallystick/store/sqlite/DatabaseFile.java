package io.tallystick.store.sqlite;

import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.SynchronousMode;

/**
 * The file of a database, and what SQLite keeps beside it: the log and its index.
 *
 * <p>One that SQLite does not take for a database is moved aside, under a lock on a file beside it
 * and only where it is still so then, so that of two processes the second does not move what the
 * first has made in its place.
 */
final class DatabaseFile {
  private static final List<String> PARTS = List.of("", "-wal", "-shm", "-journal");
  private static final Object ONE_AT_A_TIME = new Object(); // a file lock is a whole process'
  private static final long JOURNAL_LIMIT = 64L << 20;
  private static final long RETRY_NS = 2_000_000;

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
    create();
    try {
      return prepared(schema);
    } catch (SQLException e) {
      if (SqliteFault.isDamage(e)) {
        throw moveAside(schema, nowMs, e);
      }
      throw SqliteFault.of(path, e);
    }
  }

  /** Makes an empty file that only its owner may read; SQLite makes those beside it like it. */
  private void create() {
    try {
      if (path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
        Files.createFile(
            path,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      }
    } catch (FileAlreadyExistsException e) {
      // which is what is opened
    } catch (IOException e) {
      throw new StoreException(
          Category.PERMANENT, "database cannot be made: file=" + path + " cause=" + e, e);
    }
  }

  private Session prepared(Schema schema) throws SQLException {
    Session session = toSession();
    try {
      useLog(session);
      schema.migrate(session);
      return session;
    } catch (SQLException | RuntimeException e) {
      session.close();
      throw e;
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

  /** Opens another session. */
  Session connect() {
    try {
      return toSession();
    } catch (SQLException e) {
      throw SqliteFault.of(path, e);
    }
  }

  private Session toSession() throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setBusyTimeout(options.busyTimeoutMs());
    config.setSynchronous(
        options.synchronous() == Synchronous.FULL ? SynchronousMode.FULL : SynchronousMode.NORMAL);
    config.setJournalSizeLimit((int) JOURNAL_LIMIT);
    // as a URI, since a name may have a question mark
    return new Session(config.createConnection("jdbc:sqlite:" + path.toUri().toASCIIString()));
  }

  @SuppressWarnings("try") // the lock is held, and the session is only opened
  private StoreException moveAside(Schema schema, long nowMs, SQLException damage) {
    synchronized (ONE_AT_A_TIME) {
      try (FileChannel channel =
              FileChannel.open(
                  sibling("-aside.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        try (Session session = prepared(schema)) {
          return new StoreException(
              Category.TRANSIENT, "database was damaged and moved aside meanwhile: file=" + path);
        } catch (SQLException e) {
          if (!SqliteFault.isDamage(e)) {
            return SqliteFault.of(path, e);
          }
        }
        return new StoreException(
            Category.CORRUPT,
            "database is damaged and was moved aside, so that opening it again makes an empty one:"
                + (" file=" + path + " aside=" + moveParts(nowMs))
                + (" cause=" + damage.getMessage()),
            damage);
      } catch (IOException e) {
        return new StoreException(
            Category.CORRUPT,
            "database is damaged and cannot be moved aside: file=" + path + " cause=" + e,
            damage);
      }
    }
  }

  /** Moves the database last: without it, the other parts are nobody's. */
  private Path moveParts(long nowMs) throws IOException {
    String suffix = ".damaged-" + nowMs;
    for (int i = 1; Files.exists(sibling(suffix)); i++) {
      suffix = ".damaged-" + nowMs + "-" + i;
    }
    for (int i = PARTS.size() - 1; i >= 0; i--) {
      Path part = sibling(PARTS.get(i));
      if (Files.exists(part)) {
        Files.move(part, sibling(suffix + PARTS.get(i)));
      }
    }
    return sibling(suffix);
  }

  private Path sibling(String suffix) {
    return path.resolveSibling(path.getFileName() + suffix);
  }
}
