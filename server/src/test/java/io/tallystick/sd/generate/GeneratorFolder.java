package io.tallystick.sd.generate;

import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/** A root folder of a test, and a pool; its files look as if they were written an hour ago. */
final class GeneratorFolder implements AutoCloseable {
  /** Long enough for whatever is to end by itself. */
  static final Duration GENEROUS = Duration.ofMinutes(2);

  private static final boolean HAS_PYTHON = hasPython();

  private final Path root;
  private final ExecutorService pool = Executors.newFixedThreadPool(4);
  private final List<String> observed = new ArrayList<>();
  private Duration limit = GENEROUS;
  private LongSupplier clock = System::nanoTime;

  GeneratorFolder(Path root) {
    this.root = root;
  }

  static void assumePython() {
    assumeTrue(HAS_PYTHON, "no python3 in the PATH");
  }

  private static boolean hasPython() {
    try {
      Process python = new ProcessBuilder("python3", "--version").redirectErrorStream(true).start();
      return python.waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  GeneratorFolder limitedTo(Duration timeLimit) {
    limit = timeLimit;
    return this;
  }

  /** Lets time stand still until the limit is over at once. */
  GeneratorFolder limitedBy(BooleanSupplier isOver) {
    clock = () -> isOver.getAsBoolean() ? limit.toNanos() : 0;
    return this;
  }

  Path root() {
    return root;
  }

  Path write(String path, String text) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    return age(file);
  }

  static Path age(Path file) throws IOException {
    return Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(3600)));
  }

  /** A program for the POSIX shell. */
  Path script(String path, String... lines) throws IOException {
    return executable(path, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
  }

  Path executable(String path, String text) throws IOException {
    Path file = write(path, text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  GeneratorRoot targets(TargetGenerator... inJava) {
    return targets("python3", inJava);
  }

  GeneratorRoot targets(String python, TargetGenerator... inJava) {
    FileGenerators files = new FileGenerators(python, InstantSource.system());
    List<Generator> java = Stream.of(inJava).<Generator>map(JavaGenerator::new).toList();
    RunObserver observer =
        (generator, duration, succeeded) -> {
          synchronized (observed) {
            observed.add(generator + " " + succeeded);
          }
        };
    GeneratorTree tree = new GeneratorTree(root, files, java);
    return new GeneratorRoot(tree, limit, clock, pool, observer);
  }

  /** What was told of runs, sorted. */
  List<String> observed() {
    synchronized (observed) {
      return observed.stream().sorted().toList();
    }
  }

  List<TargetGroup> generate(String path) throws Exception {
    return targets().generate(path, Map.of());
  }

  /** All targets of a path, in their order. */
  List<String> targetsOf(String path) throws Exception {
    return generate(path).stream().flatMap(group -> group.targets().stream()).toList();
  }

  GenerationException failure(String path) {
    return failure(path, Map.of());
  }

  GenerationException failure(String path, Map<String, String> arguments) {
    return catchThrowableOfType(
        GenerationException.class, () -> targets().generate(path, arguments));
  }

  @Override
  public void close() {
    pool.shutdownNow();
  }
}
