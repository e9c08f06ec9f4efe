package io.tallystick.jmh;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.tallystick.Tallystick;
import io.tallystick.jmh.report.Rows;
import io.tallystick.metrics.Counter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * How long does it take a fresh JVM until it has counted?
 *
 * <p>Each of some JVMs, one after the other, opens a directory, registers a counter and adds one to
 * a series, and does it all once more, when all classes are loaded. The directory is empty, or has
 * living processes with many series, and the totals of dead ones. client_java opens nothing: it is
 * its registry that is made. There is no tracer to be found. Prints medians as JSON.
 *
 * <p>Argument: the number of JVMs for each, which is odd.
 */
public final class StartUp {
  private static final int DEAD = 100;
  private static final int SERIES_OF_DEAD = 1_000;
  private static final int LIVING = 8;
  private static final int SERIES_OF_LIVING = 10_000;
  private static final int MOST_SERIES = 4 * LIVING * SERIES_OF_LIVING;
  private static final List<String> COLUMNS =
      List.of("openMs", "firstIncMs", "openAgainMs", "firstIncAgainMs");

  private final Rows rows = new Rows();
  private final String classPath;
  private final int jvms;

  private StartUp(String classPath, int jvms) {
    this.classPath = classPath;
    this.jvms = jvms;
  }

  /** Prints the figures. */
  public static void main(String[] args) throws IOException, InterruptedException {
    int jvms =
        Arguments.orEnd(() -> new Arguments("StartUp [JVMS]", args, 1).odd(0, "jvms", 999, 11));
    StartUp startUp = new StartUp(UntracedClassPath.make(new SharedMemory().directory()), jvms);
    startUp.measure("client_java", "none", List::of);
    startUp.measure("Tallystick", "empty", () -> List.of(new SharedMemory().directory()));
    Path full = new SharedMemory().directory();
    DeadFiles.make(full, DEAD, SERIES_OF_DEAD, DEAD);
    try (ForkedJvm living = ForkedJvm.start(Living.class, full.toString())) {
      String unused = living.line(); // all are open
      startUp.measure("Tallystick", "full", () -> List.of(full));
    }
    System.out.println(startUp.rows.toJson());
  }

  private void measure(String contender, String directory, Supplier<List<Path>> arguments)
      throws IOException, InterruptedException {
    double[][] ms = new double[COLUMNS.size()][jvms];
    for (int i = 0; i < jvms; i++) {
      String[] words = arguments.get().stream().map(Path::toString).toArray(String[]::new);
      try (ForkedJvm starter = ForkedJvm.startOn(classPath, Starter.class, words)) {
        List<String> printed = starter.linesToItsEnd();
        String[] figures = printed.get(printed.size() - 1).split(" ", -1);
        for (int column = 0; column < ms.length; column++) {
          ms[column][i] = Double.parseDouble(figures[column]);
        }
      }
    }
    Rows.Row row = rows.add().put("contender", contender).put("directory", directory);
    for (int column = 0; column < ms.length; column++) {
      Arrays.sort(ms[column]);
      row.put(COLUMNS.get(column), ms[column][jvms / 2]);
    }
  }

  /** A JVM with processes that live until it is killed, or its parent has gone. */
  static final class Living {
    private Living() {}

    /** Argument: directory. */
    public static void main(String[] args) throws InterruptedException {
      List<Tallystick> opened = new ArrayList<>();
      for (int process = 0; process < LIVING; process++) {
        Tallystick tallystick = open(Path.of(args[0]));
        opened.add(tallystick);
        SeriesNames names = new SeriesNames(1, SERIES_OF_LIVING, "/shop-" + process);
        Counter counter =
            Counter.builder()
                .name(names.family(0))
                .labelNames("path", "status")
                .register(tallystick);
        for (int i = 0; i < SERIES_OF_LIVING; i++) {
          counter.labelValues(names.path(i), names.status(i)).inc();
        }
      }
      System.out.println(opened.size());
      ForkedJvm.endWithParent();
      Thread.currentThread().join(); // for ever
    }
  }

  /** A JVM that starts twice, and prints how many milliseconds each step took. */
  static final class Starter {
    private Starter() {}

    /** Argument: directory; client_java without one. */
    public static void main(String[] args) {
      ForkedJvm.endWithParent();
      String first = args.length == 0 ? clientJava() : tallystick(Path.of(args[0]));
      String again = args.length == 0 ? clientJava() : tallystick(Path.of(args[0]));
      System.out.println(first + " " + again);
    }

    private static String tallystick(Path directory) {
      long startNs = System.nanoTime();
      try (Tallystick tallystick = open(directory)) {
        long openedNs = System.nanoTime();
        Counter.builder()
            .name("started_total")
            .labelNames("path")
            .register(tallystick)
            .labelValues("/")
            .inc();
        return ms(startNs, openedNs) + " " + ms(openedNs, System.nanoTime());
      }
    }

    private static String clientJava() {
      long startNs = System.nanoTime();
      PrometheusRegistry registry = new PrometheusRegistry();
      long openedNs = System.nanoTime();
      io.prometheus.metrics.core.metrics.Counter.builder()
          .name("started_total")
          .labelNames("path")
          .register(registry)
          .labelValues("/")
          .inc();
      return ms(startNs, openedNs) + " " + ms(openedNs, System.nanoTime());
    }

    private static double ms(long fromNs, long toNs) {
      return (toNs - fromNs) / 1e6;
    }
  }

  private static Tallystick open(Path directory) {
    return Tallystick.builder()
        .directory(directory)
        .maxSeriesPerMetric(MOST_SERIES)
        .maxSeriesPerDirectory(MOST_SERIES)
        .open();
  }
}
