package io.tallystick.server;

import io.tallystick.shm.Directory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --dir}: the directory that the JVMs of a host share. */
final class DirectoryOption {
  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "The directory that the JVMs share, such as /dev/shm/shop.")
  private @Nullable String directory;

  boolean isGiven() {
    return directory != null;
  }

  /** The path of the directory, which is one that {@link #open} opens. */
  Path path() {
    return open().path();
  }

  /**
   * The directory, which exists and is safe to read.
   *
   * @throws UsageException if it does not, or is not
   */
  Directory open() {
    if (directory == null) {
      throw new UsageException("missing: option=--dir");
    }
    if (directory.isBlank()) {
      throw new UsageException("directory name is empty: give --dir the directory to read");
    }
    Path path = Path.of(directory);
    if (!Files.exists(path)) {
      throw new UsageException(
          "no such directory: directory=" + path + "; give the one that the JVMs were opened with");
    }
    if (!Files.isDirectory(path)) {
      throw new UsageException(
          "not a directory: directory=" + path + "; give the directory, not a file in it");
    }
    try {
      return Directory.open(path);
    } catch (IOException e) {
      throw new UsageException(Lines.of(e));
    }
  }
}
