package io.tallystick.jmh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A store that is measured, on the disk of temporary files, in a folder deleted with it. */
@State(Scope.Benchmark)
public class OpenedStore {
  @Param({"BASELINE", "MEMORY_STORE", "CHRONICLE_STORE", "SQLITE_STORE", "JDBC"})
  public Contender contender;

  private Path folder;
  private StoreCalls calls;

  /** Opens it. */
  @Setup
  public void open() throws IOException {
    folder = Files.createTempDirectory("tallystick-store");
    calls = StoreCalls.open(contender, folder);
  }

  /** Closes and deletes it. */
  @TearDown
  public void close() throws IOException {
    calls.close();
    deleteTree(folder);
  }

  static void deleteTree(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  StoreCalls calls() {
    return calls;
  }
}
