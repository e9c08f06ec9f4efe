package io.tallystick.jmh;

import io.tallystick.Tallystick;
import io.tallystick.metrics.Counter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Files of processes that have died: of instances that worker JVMs opened, each in a directory of
 * its own lest anyone retire them, and halted without closing; their files are then moved into one
 * directory.
 */
final class DeadFiles {
  static final String FAMILY = "dead_requests_total";

  /** What each series of a dead process had counted. */
  static final int COUNT = 3;

  private DeadFiles() {}

  /** Adds files to a directory. */
  static void make(Path directory, int files, int series, int filesPerWorker)
      throws IOException, InterruptedException {
    for (int made = 0; made < files; made += filesPerWorker) {
      die(directory, Math.min(filesPerWorker, files - made), series);
    }
  }

  /** How many process files a directory has. */
  static long count(Path directory) throws IOException {
    try (Stream<Path> paths = Files.list(directory)) {
      return paths.filter(DeadFiles::isProcessFile).count();
    }
  }

  private static void die(Path directory, int files, int series)
      throws IOException, InterruptedException {
    SharedMemory memory = new SharedMemory();
    Path staging = memory.directory();
    try (ForkedJvm worker =
        ForkedJvm.start(
            Worker.class, staging.toString(), Integer.toString(files), Integer.toString(series))) {
      if (!worker.linesToItsEnd().equals(List.of(Worker.MADE))) {
        throw new IOException("worker failed: directory=" + staging);
      }
    }
    List<Path> found;
    try (Stream<Path> paths = Files.walk(staging)) {
      found = paths.filter(path -> isProcessFile(path) || isLockOfProcess(path)).toList();
    }
    for (Path path : found) {
      Files.move(path, directory.resolve(path.getFileName()));
    }
    memory.delete();
  }

  private static boolean isProcessFile(Path path) {
    String name = path.getFileName().toString();
    return name.endsWith(".tally") && !name.equals("retired.tally");
  }

  private static boolean isLockOfProcess(Path path) {
    String name = path.getFileName().toString();
    return name.endsWith(".lock") && !name.equals("retire.lock") && !name.equals("series.lock");
  }

  /** A JVM that opens many instances and halts: each of them is a dead process then. */
  static final class Worker {
    static final String MADE = "made";

    private Worker() {}

    /** Arguments: directory, instances, series of each. */
    public static void main(String[] args) throws IOException {
      ForkedJvm.endWithParent();
      Path staging = Path.of(args[0]);
      int instances = Integer.parseInt(args[1]);
      int series = Integer.parseInt(args[2]);
      for (int instance = 0; instance < instances; instance++) {
        Path directory = Files.createTempDirectory(staging, "process-");
        count(
            Tallystick.builder()
                .directory(directory)
                .maxSeriesPerMetric(2 * series)
                .maxSeriesPerDirectory(2 * series)
                .open(),
            series);
      }
      System.out.println(MADE);
      System.out.flush();
      Runtime.getRuntime().halt(0);
    }

    private static void count(Tallystick tallystick, int series) {
      SeriesNames names = new SeriesNames(1, series, "/shop");
      Counter counter =
          Counter.builder()
              .name(FAMILY)
              .help("Requests served.")
              .labelNames("path", "status")
              .register(tallystick);
      for (int i = 0; i < series; i++) {
        counter.labelValues(names.path(i), names.status(i)).inc(COUNT);
      }
    }
  }
}
