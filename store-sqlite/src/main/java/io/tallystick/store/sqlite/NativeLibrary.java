package io.tallystick.store.sqlite;

import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteJDBCLoader;

/**
 * SQLite itself, which its driver has in its jar and copies to a file that the system can load.
 *
 * <p>The driver deletes that file when the JVM ends, and never where it is killed: of each killed
 * JVM a copy would stay. A loaded file is needed no more where POSIX says what deleting means. So
 * it is put into a folder of its own, which is deleted as soon as it is loaded.
 */
final class NativeLibrary {
  private static final String FOLDER = "org.sqlite.tmpdir"; // where the driver puts its copy
  private static final String OWN_COPY = "org.sqlite.lib.path"; // where there is one already

  private static boolean isLoaded; // guarded by the lock of the driver's loader

  private NativeLibrary() {}

  /**
   * Has SQLite loaded; does nothing where it is.
   *
   * @throws StoreException PERMANENT where it cannot be
   */
  @SuppressWarnings("LockOnNonEnclosingClassLiteral") // the same lock is meant
  static void load() {
    synchronized (SQLiteJDBCLoader.class) { // which others who load it hold as well
      if (isLoaded) {
        return;
      }
      String chosen = System.getProperty(FOLDER);
      String parent = chosen == null ? System.getProperty("java.io.tmpdir") : chosen;
      Path own = System.getProperty(OWN_COPY) == null ? folderIn(parent) : null;
      if (own == null) {
        initialize(parent);
      } else {
        initializeIn(own, parent, chosen);
      }
      isLoaded = true;
    }
  }

  /** Makes a folder, or none where what is loaded cannot be deleted, or none can be made. */
  private static @Nullable Path folderIn(String parent) {
    if (!FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
      return null;
    }
    try {
      return Files.createTempDirectory(Path.of(parent), "tallystick-sqlite-");
    } catch (IOException e) {
      return null; // the driver may have its library already, or says what is wrong
    }
  }

  private static void initializeIn(Path own, String parent, @Nullable String chosen) {
    System.setProperty(FOLDER, own.toString());
    try {
      initialize(parent);
    } finally {
      if (chosen == null) {
        System.clearProperty(FOLDER);
      } else {
        System.setProperty(FOLDER, chosen);
      }
      delete(own);
    }
  }

  private static void initialize(String parent) {
    try {
      SQLiteJDBCLoader.initialize();
    } catch (Exception e) {
      throw failure(parent, e);
    }
  }

  private static StoreException failure(String parent, Exception e) {
    return new StoreException(
        Category.PERMANENT,
        "SQLite's library cannot be loaded from a folder for temporary files; another one, not"
            + " mounted noexec, can be named by -D"
            + (FOLDER + ": folder=" + parent + " cause=" + e),
        e);
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> all = files.toList();
      for (Path file : all) {
        Files.deleteIfExists(file);
      }
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      // what is left harms nobody, and is the driver's to delete when the JVM ends
    }
  }
}
