package io.tallystick.store.sqlite;

import static io.tallystick.store.sqlite.Retired.counter;
import static io.tallystick.store.sqlite.Retired.family;
import static io.tallystick.store.sqlite.Retired.histogram;
import static io.tallystick.store.sqlite.Retired.onlySeries;
import static io.tallystick.store.sqlite.Retired.retire;
import static io.tallystick.store.sqlite.Retired.series;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.GaugeMode;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Retired totals that Python reads, and Python's that are read: the table of
 * prometheus-distributed-client, reached with Python's own sqlite3.
 */
class DistributedClientTest {
  private static final double INF = Double.POSITIVE_INFINITY;
  private static final String TABLE =
      "c.execute('CREATE TABLE IF NOT EXISTS metrics (metric_key TEXT NOT NULL,"
          + " subkey TEXT NOT NULL, value REAL NOT NULL, PRIMARY KEY (metric_key, subkey))')\n";

  /** As the client increments, and sets. */
  private static final String WRITES =
      TABLE
          + "def inc(k, s, v): c.execute('INSERT INTO metrics VALUES (?,?,?) ON CONFLICT"
          + " (metric_key, subkey) DO UPDATE SET value = value + excluded.value', (k, s, v))\n"
          + "def put(k, s, v): c.execute('INSERT INTO metrics VALUES (?,?,?) ON CONFLICT"
          + " (metric_key, subkey) DO UPDATE SET value = excluded.value', (k, s, v))\n";

  @TempDir private Path folder;

  private Path file() {
    return folder.resolve("x.db");
  }

  private String python(String script) throws IOException, InterruptedException {
    String whole =
        "import sqlite3, sys\nc = sqlite3.connect(sys.argv[1], isolation_level=None)\n" + script;
    for (String python : new String[] {"/usr/bin/python3", "python3"}) {
      try {
        if (run(python, "import sqlite3").exit == 0) {
          Output output = run(python, whole, file().toString());
          assertThat(output.exit).as(output.text).isZero();
          return output.text;
        }
      } catch (IOException e) {
        // there is no such program
      }
    }
    assumeTrue(false, "no python3 with sqlite3");
    return "";
  }

  private static Output run(String program, String script, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(program, "-c", script));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      String text = new String(process.getInputStream().readAllBytes(), UTF_8);
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
      return new Output(process.exitValue(), text);
    } finally {
      process.destroyForcibly();
    }
  }

  private record Output(int exit, String text) {}

  @Test
  void shouldHaveTheFieldsOfEachTypeWhenPythonReads() throws Exception {
    try (Store store = SqliteStore.open(file())) {
      retire(
          store,
          "a",
          counter("c", series(Labels.of("z", "\u00e9\"", "a", ""), List.of(3L), 0.5)),
          family(
              "g", FamilyType.GAUGE, GaugeMode.MAX, List.of(), series(Labels.EMPTY, List.of(), 7)),
          family(
              "nan",
              FamilyType.GAUGE,
              GaugeMode.MAX,
              List.of(),
              series(Labels.EMPTY, List.of(), Double.NaN)),
          histogram(List.of(1L, 2L, 3L), 2.5),
          family(
              "s",
              FamilyType.SUMMARY,
              GaugeMode.ALL,
              List.of(),
              series(Labels.EMPTY, List.of(4L), INF)));
      String rows =
          python(
              "for r in c.execute('SELECT * FROM metrics ORDER BY metric_key, subkey'):"
                  + " print('%s|%s|%r' % r)");
      assertThat(rows)
          .isEqualTo(
              """
              c|_created:{"a":"","z":"\\u00e9\\""}|1.5
              c|_total:{"a":"","z":"\\u00e9\\""}|3.5
              g|:{}|7.0
              h|_bucket:{"le":"+Inf","path":"/"}|6.0
              h|_bucket:{"le":"0.5","path":"/"}|1.0
              h|_bucket:{"le":"1e+06","path":"/"}|3.0
              h|_count:{"path":"/"}|6.0
              h|_created:{"path":"/"}|1.5
              h|_sum:{"path":"/"}|2.5
              s|_count:{}|4.0
              s|_created:{}|1.5
              s|_sum:{}|inf
              """);
      assertThat(onlySeries(store, "nan").sum()).isNaN();
    }
  }

  @Test
  void shouldAddUpWhatBothHaveWhenPythonIncrementsOurTotals() throws Exception {
    try (Store store = SqliteStore.open(file())) {
      retire(store, "a", counter("c", series(Labels.of("p", "/"), List.of(3L), 0.5)));
      retire(store, "b", histogram(List.of(1L, 2L, 3L), 2.5));
      python(
          WRITES
              + "inc('c', '_total:{\"p\":\"/\"}', 2)\n"
              + "inc('h', '_bucket:{\"le\":\"1e+06\",\"path\":\"/\"}', 1)\n"
              + "inc('h', '_bucket:{\"le\":\"+Inf\",\"path\":\"/\"}', 1)\n"
              + "inc('h', '_count:{\"path\":\"/\"}', 1)\n"
              + "inc('h', '_sum:{\"path\":\"/\"}', 10)\n");
      assertThat(onlySeries(store, "c").total()).isEqualTo(5.5);
      assertThat(onlySeries(store, "h").counts()).containsExactly(1L, 3L, 3L);
      assertThat(onlySeries(store, "h").sum()).isEqualTo(12.5);
      retire(store, "d", counter("c", series(Labels.of("p", "/"), List.of(1L), 0)));
      retire(store, "e", histogram(List.of(1L, 0L, 0L), 0.5));
      assertThat(onlySeries(store, "c").total()).isEqualTo(6.5);
      assertThat(onlySeries(store, "h").counts()).containsExactly(2L, 3L, 3L);
      assertThat(
              python(
                  "print(c.execute('SELECT value FROM metrics WHERE subkey LIKE"
                      + " \"_total%\"').fetchall())"))
          .isEqualTo("[(6.5,)]\n");
    }
  }

  @Test
  void shouldShowAndFoldWhatPythonBeganWhenTheFileIsPythons() throws Exception {
    python(
        WRITES
            + "inc('c', '_total:{\"p\":\"/\"}', 2)\n"
            + "put('c', '_created:{\"p\":\"/\"}', 100.25)\n"
            + "put('g', ':{}', 7.5)\n"
            + "inc('h', '_bucket:{\"le\":\"0.5\",\"path\":\"/\"}', 1)\n"
            + "inc('h', '_bucket:{\"le\":\"1e+06\",\"path\":\"/\"}', 1)\n"
            + "inc('h', '_bucket:{\"le\":\"+Inf\",\"path\":\"/\"}', 4)\n"
            + "inc('h', '_count:{\"path\":\"/\"}', 4)\n"
            + "inc('h', '_sum:{\"path\":\"/\"}', 10)\n"
            + "inc('s', '_count:{}', 2)\n"
            + "inc('s', '_sum:{}', 3)\n");
    try (Store store = SqliteStore.open(file())) {
      assertThat(store.ledger().read())
          .extracting(FamilyValues::name, FamilyValues::type)
          .containsExactly(
              tuple("c", FamilyType.COUNTER),
              tuple("g", FamilyType.GAUGE),
              tuple("h", FamilyType.HISTOGRAM),
              tuple("s", FamilyType.SUMMARY));
      assertThat(onlySeries(store, "c").createdMs()).isEqualTo(100_250);
      assertThat(onlySeries(store, "g").sum()).isEqualTo(7.5);
      assertThat(onlySeries(store, "s").counts()).containsExactly(2L);
      retire(store, "a", counter("c", series(Labels.of("p", "/"), List.of(3L), 0.5)));
      retire(store, "b", histogram(List.of(1L, 2L, 3L), 2.5));
      assertThat(onlySeries(store, "c").total()).isEqualTo(5.5);
      assertThat(onlySeries(store, "h").counts()).containsExactly(2L, 2L, 6L);
      assertThat(onlySeries(store, "h").sum()).isEqualTo(12.5);
    }
  }

  @Test
  void shouldShowTheRestWhenPythonClearsASeriesOrWritesNonsense() throws Exception {
    try (Store store = SqliteStore.open(file())) {
      retire(
          store,
          "a",
          counter(
              "c",
              series(Labels.of("p", "/"), List.of(3L), 0.5),
              series(Labels.of("p", "/x"), List.of(4L), 0.5)));
      python(
          WRITES
              + "c.execute('DELETE FROM metrics WHERE subkey LIKE \"%/x%\"')\n"
              + "put('c', 'nonsense', 1)\n"
              + "put('c', '_total:{\"p\":1}', 1)\n"
              + "put('c', '_total:{\"__p\":\"1\"}', 1)\n"
              + "put('', '_total:{}', 1)\n"
              + "put('h', '_bucket:{\"le\":\"x\"}', 1)\n"
              + "put('h', '_bucket:{\"le\":\"1.0\"}', 1)\n"
              + "put('k', '_created:{}', 1)\n");
      assertThat(onlySeries(store, "c").total()).isEqualTo(3.5);
      assertThat(store.ledger().read()).hasSize(1);
    }
  }

  @Test
  void shouldKeepWhatTheTableCannotHoldWhenPythonDoesNotTouchIt() throws Exception {
    long large = (1L << 53) + 1;
    try (Store store = SqliteStore.open(file())) {
      retire(store, "a", counter("c", series(Labels.EMPTY, List.of(large), 0.25)));
      assertThat(onlySeries(store, "c").counts()).containsExactly(large);
      retire(store, "b", counter("c", series(Labels.EMPTY, List.of(1L), 0.25)));
      assertThat(onlySeries(store, "c").counts()).containsExactly(large + 1);
    }
  }
}
