package io.tallystick.jmh;

import io.prometheus.metrics.tracer.initializer.SpanContextSupplier;
import io.tallystick.Tallystick;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * A private directory on tmpfs and what is opened in it, until the JVM ends.
 *
 * <p>Nothing is created until it is asked for, so that contenders without files have none. Nothing
 * is closed at the end of a trial: JMH would count the garbage of closing as the benchmark's.
 *
 * <p>client_java and Tallystick look for spans wherever OpenTelemetry's API is, which is on the
 * class path here only because that is a peer; so both are told that there is no tracer.
 */
@State(Scope.Benchmark)
public class SharedMemory {
  private static final Path TMPFS = Path.of("/dev/shm");

  static {
    SpanContextSupplier.setSpanContext(null);
  }

  private @Nullable Path directory;

  /** The directory, created on the first call and deleted when the JVM ends. */
  Path directory() {
    if (directory == null) {
      try {
        Path created = Files.createTempDirectory(TMPFS, "tallystick-jmh-");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> deleteTree(created)));
        directory = created;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return directory;
  }

  /** Opens the directory once more: what one more process would write. */
  Tallystick open() {
    return open(UnaryOperator.identity());
  }

  /** Opens the directory once more, with settings. */
  Tallystick open(UnaryOperator<Tallystick.Builder> settings) {
    return settings.apply(Tallystick.builder().directory(directory())).open();
  }

  /**
   * The lengths of all regular files in the directory and below, added up; process files are
   * written from end to end, so they take that much memory, up to a page each. Directories have no
   * length here.
   */
  long lengthBytes() {
    return contents(directory()).stream()
        .map(Path::toFile)
        .filter(File::isFile)
        .mapToLong(File::length) // 0 for one that went away meanwhile
        .sum();
  }

  /** Deletes the directory now; the next call of {@link #directory} makes another one. */
  void delete() {
    if (directory != null) {
      deleteTree(directory);
      directory = null;
    }
  }

  /** How much can be written to directories of this kind. */
  static long freeBytes() {
    return TMPFS.toFile().getUsableSpace();
  }

  private static void deleteTree(Path root) {
    for (Path path : contents(root)) {
      try {
        Files.deleteIfExists(path);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** The directory and all that is in it, the deepest first; nothing where it has gone. */
  private static List<Path> contents(Path root) {
    if (!Files.exists(root)) {
      return List.of();
    }
    try (Stream<Path> paths = Files.walk(root)) {
      return paths.sorted(Comparator.reverseOrder()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
