package io.tallystick.store.sqlite;

import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A file that SQLite does not take for a database, and what SQLite keeps beside it: the log and its
 * index.
 *
 * <p>It is moved aside, under a lock on a file beside it and only where it is still so then, so
 * that of two processes the second does not move what the first has made in its place.
 */
final class DamagedFile {
  private static final List<String> PARTS = List.of("", "-wal", "-shm", "-journal");
  private static final String DAMAGED = ".damaged-";
  private static final Object ONE_AT_A_TIME = new Object(); // a file lock is a whole process'

  private final DatabaseFile file;
  private final Duration patience;

  DamagedFile(DatabaseFile file, Duration patience) {
    this.file = file;
    this.patience = patience;
  }

  /** The files of a database that are there. */
  static List<Path> parts(Path path) {
    return PARTS.stream().map(part -> sibling(path, part)).filter(Files::exists).toList();
  }

  /** Moves it aside unless another process has, and returns what to say of it. */
  @SuppressWarnings("try") // the lock is held, and the session is only opened
  StoreException moveAside(Schema schema, long nowMs, SQLException damage) {
    synchronized (ONE_AT_A_TIME) {
      try (FileChannel channel =
              FileChannel.open(
                  sibling(file.path(), "-aside.lock"),
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE);
          FileLock lock = lock(channel)) {
        if (lock == null) {
          return new StoreException(
              Category.TRANSIENT,
              "database is damaged, and another process is about to move it aside: file="
                  + file.path(),
              damage);
        }
        try (Session session = file.prepared(schema)) {
          return new StoreException(
              Category.TRANSIENT,
              "database was damaged and moved aside meanwhile: file=" + file.path());
        } catch (StoreException e) {
          return e;
        } catch (SQLException e) {
          if (!SqliteFault.isDamage(e)) {
            return SqliteFault.of(file.path(), e);
          }
        }
        return new StoreException(
            Category.CORRUPT,
            "database is damaged and was moved aside, so that opening it again makes an empty one:"
                + (" file=" + file.path() + " aside=" + moveParts(nowMs))
                + (" cause=" + damage.getMessage()),
            damage);
      } catch (IOException e) {
        return new StoreException(
            Category.CORRUPT,
            "database is damaged and cannot be moved aside: file=" + file.path() + " cause=" + e,
            damage);
      }
    }
  }

  private @Nullable FileLock lock(FileChannel channel) throws IOException {
    long startNs = System.nanoTime();
    FileLock lock = channel.tryLock();
    while (lock == null && System.nanoTime() - startNs < patience.toNanos()) {
      LockSupport.parkNanos(DatabaseFile.RETRY_NS);
      lock = channel.tryLock();
    }
    return lock;
  }

  /**
   * Moves the database last: without it, the other parts are nobody's. Where one that did the same
   * was killed before that, its parts and the database get together.
   */
  private Path moveParts(long nowMs) throws IOException {
    Path path = file.path().toRealPath(); // the log is beside what a symbolic link leads to
    String suffix = suffixOfHalf(path);
    if (suffix == null) {
      suffix = DAMAGED + nowMs;
      for (int i = 1; Files.exists(sibling(path, suffix)); i++) {
        suffix = DAMAGED + nowMs + "-" + i;
      }
    }
    for (int i = PARTS.size() - 1; i >= 0; i--) {
      Path part = sibling(path, PARTS.get(i));
      if (Files.exists(part)) {
        Files.move(part, sibling(path, suffix + PARTS.get(i)));
      }
    }
    return sibling(path, suffix);
  }

  /** What parts are called that were moved without their database; null where there are none. */
  private static @Nullable String suffixOfHalf(Path path) throws IOException {
    String name = path.getFileName().toString();
    try (Stream<Path> files = Files.list(path.toAbsolutePath().getParent())) {
      return files
          .map(each -> each.getFileName().toString())
          .filter(each -> each.startsWith(name + DAMAGED))
          .flatMap(each -> PARTS.stream().skip(1).filter(each::endsWith).map(p -> cut(each, p)))
          .map(each -> each.substring(name.length()))
          .filter(suffix -> !Files.exists(sibling(path, suffix)))
          .sorted()
          .findFirst()
          .orElse(null);
    }
  }

  private static String cut(String name, String end) {
    return name.substring(0, name.length() - end.length());
  }

  private static Path sibling(Path path, String suffix) {
    return path.resolveSibling(path.getFileName() + suffix);
  }
}
