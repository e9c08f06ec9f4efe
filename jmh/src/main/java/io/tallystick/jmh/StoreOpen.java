package io.tallystick.jmh;

import io.tallystick.jmh.report.Figures;
import io.tallystick.store.Store;
import io.tallystick.store.chronicle.ChronicleStore;
import io.tallystick.store.sqlite.SqliteStore;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * How long does it take a fresh JVM to open a store of 100 MB that is there?
 *
 * <p>Stores are made by a JVM of their own. Then each of some JVMs, one after the other, opens one,
 * closes it, and opens it again, when all classes are loaded. SQLite's driver by itself opens the
 * same file and reads its schema, which is the floor of the store. Prints medians as JSON.
 *
 * <p>Argument: the number of JVMs for each, which is odd.
 */
public final class StoreOpen {
  private static final int KEYS = 100_000;
  private static final int VALUE_BYTES = 900;

  private StoreOpen() {}

  /** What is opened, in a folder. */
  private enum Kind {
    CHRONICLE {
      @Override
      AutoCloseable open(Path folder) {
        return ChronicleStore.open(folder.resolve("store"));
      }
    },
    SQLITE {
      @Override
      AutoCloseable open(Path folder) {
        return SqliteStore.open(file(folder));
      }
    },
    JDBC {
      @Override
      AutoCloseable open(Path folder) throws SQLException {
        Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file(folder));
        try (Statement statement = connection.createStatement()) {
          statement.execute("SELECT count(*) FROM sqlite_schema");
        }
        return connection;
      }
    };

    abstract AutoCloseable open(Path folder) throws SQLException;

    private static Path file(Path folder) {
      return folder.resolve("store.db");
    }

    private String figure(String name) {
      return name().toLowerCase(Locale.ROOT) + name;
    }
  }

  /** Prints the figures. */
  public static void main(String[] args) throws Exception {
    int jvms =
        Arguments.orEnd(() -> new Arguments("StoreOpen [JVMS]", args, 1).odd(0, "jvms", 999, 11));
    Path folder = Files.createTempDirectory("tallystick-open");
    try {
      System.out.println(measure(folder, jvms).toJson());
    } finally {
      OpenedStore.deleteTree(folder);
    }
  }

  private static Figures measure(Path folder, int jvms) throws IOException, InterruptedException {
    Figures figures = new Figures();
    figures.put("jvms", jvms);
    for (Kind kind : Kind.values()) {
      if (kind != Kind.JDBC) {
        Path made = folder.resolve(kind.name());
        run(Maker.class, kind, Files.createDirectory(made));
        figures.put(kind.figure("Bytes"), lengthBytes(made));
      }
      Path opened = folder.resolve(kind == Kind.JDBC ? Kind.SQLITE.name() : kind.name());
      double[] first = new double[jvms];
      double[] again = new double[jvms];
      for (int i = 0; i < jvms; i++) {
        String[] printed = run(Opener.class, kind, opened).split(" ", 2);
        first[i] = Double.parseDouble(printed[0]);
        again[i] = Double.parseDouble(printed[1]);
      }
      figures.put(kind.figure("OpenMs"), median(first));
      figures.put(kind.figure("OpenAgainMs"), median(again));
    }
    return figures;
  }

  private static double median(double[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }

  private static long lengthBytes(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.map(Path::toFile).filter(File::isFile).mapToLong(File::length).sum();
    }
  }

  /** Runs a class in a JVM, and returns the last line that it prints. */
  private static String run(Class<?> main, Kind kind, Path folder)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElse("java"),
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
                "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName(),
                kind.name(),
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    List<String> printed =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
            .lines()
            .toList();
    if (process.waitFor() != 0 || printed.isEmpty()) {
      throw new IOException("JVM failed: main=" + main.getName() + " kind=" + kind);
    }
    return printed.get(printed.size() - 1);
  }

  /** A JVM that makes a store and fills it. */
  static final class Maker {
    private Maker() {}

    /** Arguments: kind, folder. */
    public static void main(String[] args) throws Exception {
      try (AutoCloseable opened = Kind.valueOf(args[0]).open(Path.of(args[1]))) {
        Store store = (Store) opened;
        Thread[] threads = new Thread[4];
        for (int i = 0; i < threads.length; i++) {
          int first = i;
          threads[i] = new Thread(() -> fill(store, first, threads.length));
          threads[i].start();
        }
        for (Thread thread : threads) {
          thread.join();
        }
      }
      System.out.println("made");
    }

    private static void fill(Store store, int first, int step) {
      byte[] value = new byte[store instanceof SqliteStore ? VALUE_BYTES : 100];
      for (int key = first; key < KEYS; key += step) {
        store.keyValues().put("key" + key, value);
      }
    }
  }

  /** A JVM that opens a store twice, and prints how many milliseconds each took. */
  static final class Opener {
    private Opener() {}

    /** Arguments: kind, folder. */
    public static void main(String[] args) throws Exception {
      Kind kind = Kind.valueOf(args[0]);
      Path folder = Path.of(args[1]);
      double firstMs = openMs(kind, folder);
      System.out.println(firstMs + " " + openMs(kind, folder));
    }

    private static double openMs(Kind kind, Path folder) throws Exception {
      long startNs = System.nanoTime();
      try (AutoCloseable opened = kind.open(folder)) {
        double elapsedMs = (System.nanoTime() - startNs) / 1e6;
        if (opened == null) {
          throw new IllegalStateException("nothing was opened: kind=" + kind);
        }
        return elapsedMs;
      }
    }
  }
}
