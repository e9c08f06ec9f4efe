package io.tallystick.server.demo;

import io.tallystick.Tallystick;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A directory that only this user can enter, on shared memory where there is some; deleted by
 * close.
 */
final class DemoDirectory implements AutoCloseable {
  private static final Path SHARED_MEMORY = Path.of("/dev/shm");
  private static final String PREFIX = "tallystick-demo-";

  private final Path path;

  private DemoDirectory(Path path) {
    this.path = path;
  }

  static DemoDirectory create() throws IOException {
    boolean sharedMemory = Files.isDirectory(SHARED_MEMORY) && Files.isWritable(SHARED_MEMORY);
    return new DemoDirectory(
        sharedMemory
            ? Files.createTempDirectory(SHARED_MEMORY, PREFIX)
            : Files.createTempDirectory(PREFIX));
  }

  Path path() {
    return path;
  }

  /** Folds the files of the processes that are dead. */
  void retire() throws IOException {
    Tallystick.retire(path);
  }

  /** How many processes have a file of their own, which has not been folded. */
  int processFiles() throws IOException {
    try (Stream<Path> files = Files.list(path)) {
      return (int) files.filter(DemoDirectory::isProcessFile).count();
    }
  }

  @Override
  public void close() throws IOException {
    List<Path> deepestFirst;
    try (Stream<Path> files = Files.walk(path)) {
      deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : deepestFirst) {
      Files.deleteIfExists(file);
    }
  }

  private static boolean isProcessFile(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(".tally") && !name.equals("retired.tally");
  }
}
