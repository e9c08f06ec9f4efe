package io.tallystick.store.sqlite;

import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteJDBCLoader;

/**
 * SQLite itself, which its driver has in its jar and copies to a file that the system can load.
 *
 * <p>The driver deletes that file when the JVM ends, and never where it is killed: of each killed
 * JVM a copy would stay. A loaded file is needed no more where POSIX says what deleting means. So
 * it is put into a folder of its own, which is deleted as soon as it is loaded.
 *
 * <p>To find the library in its jar the driver starts a process, and it reads its copy once more,
 * byte by byte. Both take longer than all else of a first use. So where there is no doubt which one
 * it is, the copy is made here, and the driver is told of it. Wherever that fails the driver goes
 * its own way.
 */
final class NativeLibrary {
  private static final String FOLDER = "org.sqlite.tmpdir"; // where the driver puts its copy
  private static final String OWN_COPY = "org.sqlite.lib.path"; // where there is one already
  private static final String OWN_NAME = "org.sqlite.lib.name"; // what it is called there
  private static final String FILE = "libsqlitejdbc.so";
  private static final int ATTEMPTS = 100; // to find a name for a folder

  private static boolean isLoaded; // guarded by the lock of the driver's loader

  private NativeLibrary() {}

  /**
   * Has SQLite loaded; does nothing where it is.
   *
   * @throws StoreException where it cannot be: PERMANENT, or TRANSIENT where no file can be opened
   */
  @SuppressWarnings("LockOnNonEnclosingClassLiteral") // the same lock is meant
  static void load() {
    synchronized (SQLiteJDBCLoader.class) { // which others who load it hold as well
      if (isLoaded) {
        return;
      }
      String parent = System.getProperty(FOLDER, System.getProperty("java.io.tmpdir"));
      Path own = System.getProperty(OWN_COPY) == null ? folderIn(Path.of(parent)) : null;
      if (own == null) {
        initialize(parent);
      } else {
        initializeIn(own, parent);
      }
      isLoaded = true;
    }
  }

  /**
   * Makes a folder that nobody else can look into, or none where what is loaded cannot be deleted,
   * or none can be made. The JDK's own way of naming one would set up a secure source of random
   * numbers, which takes longer than copying the library.
   */
  static @Nullable Path folderIn(Path parent) {
    if (!FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
      return null;
    }
    FileAttribute<?> rights =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    for (int i = 0; i < ATTEMPTS; i++) {
      String name = "tallystick-sqlite-" + Long.toHexString(System.nanoTime());
      try {
        return Files.createDirectory(parent.resolve(name), rights);
      } catch (FileAlreadyExistsException e) {
        // another's, which is never used: the next name
      } catch (IOException e) {
        return null; // the driver may have its library already, or says what is wrong
      }
    }
    return null;
  }

  private static void initializeIn(Path own, String parent) {
    Map<String, String> chosen = new HashMap<>();
    chosen.put(FOLDER, own.toString());
    if (System.getProperty(OWN_NAME) == null && isCopiedInto(own)) {
      chosen.put(OWN_COPY, own.toString());
      chosen.put(OWN_NAME, FILE);
    }
    Map<String, @Nullable String> before = new HashMap<>();
    chosen.forEach((name, value) -> before.put(name, System.setProperty(name, value)));
    try {
      initialize(parent);
    } finally {
      before.forEach(NativeLibrary::restore);
      delete(own);
    }
  }

  private static void restore(String property, @Nullable String value) {
    if (value == null) {
      System.clearProperty(property);
    } else {
      System.setProperty(property, value);
    }
  }

  /** Copies the library of this machine out of the driver's jar, where it is known which it is. */
  private static boolean isCopiedInto(Path folder) {
    String resource = resourceOfGlibc();
    if (resource == null) {
      return false;
    }
    try (InputStream library = SQLiteJDBCLoader.class.getResourceAsStream(resource)) {
      if (library != null) {
        Files.copy(library, folder.resolve(FILE));
        return true;
      }
    } catch (IOException e) {
      // the driver says what is wrong, or finds another way
    }
    return false;
  }

  /** The library for Linux with the GNU C library; null elsewhere, or where there is doubt. */
  private static @Nullable String resourceOfGlibc() {
    if (!System.getProperty("os.name", "").equals("Linux")) {
      return null;
    }
    return switch (System.getProperty("os.arch", "")) {
      case "amd64" -> resource("x86_64", "/lib64/ld-linux-x86-64.so.2");
      case "aarch64" -> resource("aarch64", "/lib/ld-linux-aarch64.so.1");
      default -> null;
    };
  }

  private static @Nullable String resource(String machine, String linkerOfGlibc) {
    Path linkerOfMusl = Path.of("/lib/ld-musl-" + machine + ".so.1");
    return Files.exists(Path.of(linkerOfGlibc)) && !Files.exists(linkerOfMusl)
        ? "/org/sqlite/native/Linux/" + machine + "/" + FILE
        : null;
  }

  private static void initialize(String parent) {
    try {
      SQLiteJDBCLoader.initialize();
    } catch (Exception e) {
      throw failure(parent, e);
    }
  }

  private static StoreException failure(String parent, Exception e) {
    boolean later = Descriptors.areUsedUp(Path.of(parent, FILE));
    return new StoreException(
        later ? Category.TRANSIENT : Category.PERMANENT,
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
