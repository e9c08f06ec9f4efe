package io.tallystick.store.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The files that this process may have open at once, which neither SQLite nor the JDK tell. */
final class Descriptors {
  private Descriptors() {}

  /** Whether nothing can be opened at all: not even a folder that is there for us to read. */
  @SuppressWarnings("StreamResourceLeak") // which is closed at once
  static boolean areUsedUp(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || !Files.isReadable(folder)) {
      return false;
    }
    try {
      Files.newDirectoryStream(folder).close();
      return false;
    } catch (IOException e) {
      return true;
    }
  }
}
