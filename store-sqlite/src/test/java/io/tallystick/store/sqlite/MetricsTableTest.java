package io.tallystick.store.sqlite;

import static io.tallystick.store.sqlite.Retired.counter;
import static io.tallystick.store.sqlite.Retired.family;
import static io.tallystick.store.sqlite.Retired.histogram;
import static io.tallystick.store.sqlite.Retired.onlySeries;
import static io.tallystick.store.sqlite.Retired.retire;
import static io.tallystick.store.sqlite.Retired.series;
import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.GaugeMode;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.Publication;
import io.tallystick.store.RestoreMode;
import io.tallystick.store.SeriesValues;
import io.tallystick.store.Store;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import io.tallystick.testing.TurnedClock;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What holds of a retired total where others have changed, removed or added rows of its table. */
class MetricsTableTest {
  private static final double INF = Double.POSITIVE_INFINITY;
  private static final SeriesValues ROOT = series(Labels.of("p", "/"), List.of(3L), 0.5);
  private static final SeriesValues OTHER = series(Labels.of("p", "/x"), List.of(4L), 0.5);

  @TempDir private Path folder;
  private final TurnedClock clock = TurnedClock.at(Instant.parse("2030-01-01T00:00:00Z"));
  private Store store;
  private RawConnection table;

  @BeforeEach
  void open() throws SQLException {
    Path file = folder.resolve("x.db");
    store = SqliteStore.open(file, SqliteOptions.DEFAULT, clock);
    table = new RawConnection(file);
  }

  @AfterEach
  void close() throws SQLException {
    table.close();
    store.close();
  }

  private List<String> rows() throws SQLException {
    return table.list(
        "SELECT subkey || ' ' || value FROM metrics WHERE subkey NOT LIKE '\\_created%' ESCAPE '\\'"
            + " ORDER BY subkey");
  }

  private void put(String name, String field, double value) throws SQLException {
    table.run("INSERT INTO metrics VALUES ('" + name + "', '" + field + "', " + value + ")");
  }

  @Test
  void shouldBeginAnewWhenTheRowsOfASeriesWereRemoved() throws SQLException {
    retire(store, "a", counter("c", ROOT, OTHER));
    table.run("DELETE FROM metrics WHERE subkey LIKE '%\"/x\"%'");
    assertThat(store.ledger().read()).containsExactly(counter("c", ROOT));
    retire(store, "b", counter("c", OTHER));
    assertThat(rows()).containsExactly("_total:{\"p\":\"/\"} 3.5", "_total:{\"p\":\"/x\"} 4.5");
    assertThat(store.ledger().read()).containsExactly(counter("c", ROOT, OTHER));
  }

  @Test
  void shouldLeaveANameToOthersWhenAllRowsOfAFamilyWereRemoved() throws SQLException {
    retire(store, "a", counter("c", ROOT, OTHER));
    table.run("DELETE FROM metrics");
    assertThat(store.ledger().read()).isEmpty();
    FamilyValues gauge =
        new FamilyValues(
            "c",
            "c",
            "c",
            FamilyType.GAUGE,
            GaugeMode.MAX,
            null,
            null,
            List.of(),
            List.of(),
            List.of(),
            2, // later than the counter
            List.of(series(Labels.EMPTY, List.of(), 7)));
    store.ledger().publish(Publication.ofAll("g", 1, List.of(gauge), Duration.ofHours(1)));
    assertThat(store.ledger().read()).containsExactly(gauge);
    retire(store, "b", counter("c", ROOT));
    assertThat(store.ledger().read()).containsExactly(counter("c", ROOT));
  }

  @Test
  void shouldBeginAnewWhenAFamilyWhoseRowsWereRemovedGetsOtherBounds() throws SQLException {
    retire(store, "a", histogram(List.of(0.5, INF), List.of(1L, 1L), 2));
    table.run("DELETE FROM metrics");
    retire(store, "b", histogram(List.of(0.5, 2.0, INF), List.of(1L, 2L, 3L), 4));
    assertThat(onlySeries(store, "h").counts()).containsExactly(1L, 2L, 3L);
    assertThat(rows())
        .containsExactly(
            "_bucket:{\"le\":\"+Inf\",\"path\":\"/\"} 6.0",
            "_bucket:{\"le\":\"0.5\",\"path\":\"/\"} 1.0",
            "_bucket:{\"le\":\"2.0\",\"path\":\"/\"} 3.0",
            "_count:{\"path\":\"/\"} 6.0",
            "_sum:{\"path\":\"/\"} 4.0");
  }

  @Test
  void shouldShowAllBucketsOfALiveSourceWhenTheRowsOfOtherBoundsWereRemoved() throws SQLException {
    retire(store, "a", histogram(List.of(1.0, INF), List.of(1L, 1L), 2));
    table.run("DELETE FROM metrics");
    FamilyValues live = histogram(List.of(0.5, 2.0, INF), List.of(1L, 2L, 3L), 4);
    store.ledger().publish(Publication.ofAll("b", 1, List.of(live), Duration.ofHours(1)));
    assertThat(onlySeries(store, "h").counts()).containsExactly(1L, 2L, 3L);
  }

  @Test
  void shouldBeginAnewWhenTheTableWasDropped() throws SQLException {
    retire(store, "a", counter("c", ROOT));
    table.run("DROP TABLE metrics");
    assertThat(store.ledger().read()).isEmpty();
    store.backup(folder.resolve("x.bak"));
    retire(store, "b", counter("c", OTHER));
    assertThat(store.ledger().read()).containsExactly(counter("c", OTHER));
    assertThat(rows()).containsExactly("_total:{\"p\":\"/x\"} 4.5");
    table.run("DROP TABLE metrics");
    store.restore(folder.resolve("x.bak"), RestoreMode.MERGE);
    try (Store other = SqliteStore.open(folder.resolve("x.db"))) {
      assertThat(other.ledger().read()).isEmpty();
    }
  }

  @Test
  void shouldRefuseAFileWhenItHasAnotherTableOfThatName() throws SQLException {
    Path file = folder.resolve("other.db");
    try (RawConnection other = new RawConnection(file)) {
      other.run("CREATE TABLE metrics (metric_key TEXT, subkey TEXT, value REAL)");
    }
    StoreException refusal = Refused.with(Category.PERMANENT, () -> SqliteStore.open(file).close());
    assertThat(refusal).hasMessageContaining("table metrics");
  }

  @Test
  void shouldKeepATotalWhenItsValueIsNoNumber() throws SQLException {
    retire(store, "a", counter("c", ROOT));
    table.run("UPDATE metrics SET value = 'abc' WHERE subkey LIKE '\\_total%' ESCAPE '\\'");
    put("d", "_total:{}", 1);
    table.run("UPDATE metrics SET value = x'00' WHERE metric_key = 'd'");
    assertThat(store.ledger().read()).containsExactly(counter("c", ROOT));
    retire(store, "b", counter("c", ROOT));
    assertThat(onlySeries(store, "c").total()).isEqualTo(7);
  }

  @Test
  void shouldBeginAnewWhenTheRowsOfASeriesThatIsNoNumberWereRemoved() throws SQLException {
    FamilyValues gauge =
        family(
            "g",
            FamilyType.GAUGE,
            GaugeMode.MAX,
            List.of(),
            series(Labels.EMPTY, List.of(), Double.NaN));
    retire(store, "a", histogram(List.of(1L, 2L, 3L), Double.NaN), gauge);
    assertThat(store.ledger().read()).hasSize(2);
    table.run("DELETE FROM metrics");
    assertThat(store.ledger().read()).containsExactly(gauge);
  }

  @Test
  void shouldLeaveItsRowsToPythonWhenASourcesTypeHasFieldsOfThoseNames() throws SQLException {
    put("h", "_count:{\"path\":\"/\"}", 7);
    put("h", "_sum:{\"path\":\"/\"}", 9);
    retire(store, "a", histogram(List.of(1L, 2L, 3L), 4));
    retire(store, "b", histogram(List.of(1L, 2L, 3L), 4));
    assertThat(rows()).containsExactly("_count:{\"path\":\"/\"} 7.0", "_sum:{\"path\":\"/\"} 9.0");
    assertThat(onlySeries(store, "h").counts()).containsExactly(2L, 4L, 6L);
  }

  @Test
  void shouldNotTakeAGaugeForOursWhenOursOfThatNameIsACounter() throws SQLException {
    retire(store, "a", counter("c", ROOT));
    put("c", ":{}", 44);
    clock.turn(Duration.ofHours(1));
    assertThat(store.ledger().read()).containsExactly(counter("c", ROOT));
    table.run("DELETE FROM metrics WHERE subkey LIKE '\\_total%' ESCAPE '\\'");
    FamilyValues ours =
        new FamilyValues(
            "c",
            "c",
            "c",
            FamilyType.GAUGE,
            GaugeMode.MAX,
            null,
            null,
            List.of(),
            List.of(),
            List.of(),
            2, // later than the counter, earlier than Python's
            List.of(series(Labels.EMPTY, List.of(), 3)));
    store.ledger().publish(Publication.ofAll("g", 1, List.of(ours), Duration.ofHours(1)));
    assertThat(store.ledger().read()).containsExactly(ours);
  }

  @Test
  void shouldKeepTheNewestGaugeWhenASourceOfANameIsRetiredTwice() {
    retire(store, "a", gauge(clock.millis(), 4));
    clock.turn(Duration.ofHours(25));
    retire(store, "b"); // with which the name of the other is forgotten
    clock.turn(Duration.ofHours(-25));
    retire(store, "a", gauge(clock.millis() - 1_000, 5));
    assertThat(onlySeries(store, "g").sum()).isEqualTo(4);
  }

  private static FamilyValues gauge(long writtenMs, double value) {
    Labels labels = Labels.of("pid", "1");
    SeriesValues series =
        new SeriesValues(labels, 1, writtenMs, List.of(), value, 0, null, null, List.of());
    return family("g", FamilyType.GAUGE, GaugeMode.ALL, List.of(), series);
  }

  @Test
  void shouldKeepWhatIsLeftWhenSomeRowsOfASeriesWereRemoved() throws SQLException {
    retire(store, "a", histogram(List.of(1L, 2L, 3L), 2.5));
    table.run("DELETE FROM metrics WHERE subkey LIKE '\\_count%' ESCAPE '\\'");
    table.run("DELETE FROM metrics WHERE subkey LIKE '%0.5%'");
    assertThat(onlySeries(store, "h").counts()).containsExactly(1L, 2L, 3L);
    retire(store, "b", histogram(List.of(1L, 0L, 0L), 1));
    assertThat(onlySeries(store, "h").counts()).containsExactly(2L, 2L, 3L);
    assertThat(rows()).hasSize(5).contains("_count:{\"path\":\"/\"} 7.0");
  }

  @Test
  void shouldAddUpABucketThatAnOlderClientNamesInAnotherWay() throws SQLException {
    List<Double> bounds = List.of(1.5e10, INF);
    retire(store, "a", histogram(bounds, List.of(1L, 2L), 1));
    put("h", "_bucket:{\"le\":\"1.5e+010\",\"path\":\"/\"}", 1);
    table.run("UPDATE metrics SET value = value + 1 WHERE subkey LIKE '%+Inf%'");
    assertThat(onlySeries(store, "h").counts()).containsExactly(2L, 2L);
    retire(store, "b", histogram(bounds, List.of(1L, 0L), 1));
    assertThat(onlySeries(store, "h").counts()).containsExactly(3L, 2L);
    put("h", "_bucket:{\"le\":\"1.5e+010\",\"path\":\"/\"}", 1);
    table.run("UPDATE metrics SET value = value + 1 WHERE subkey LIKE '%+Inf%'");
    retire(store, "c", histogram(List.of(1.5e10, 2e10, INF), List.of(1L, 0L, 0L), 1));
    assertThat(rows())
        .containsExactly(
            "_bucket:{\"le\":\"+Inf\",\"path\":\"/\"} 7.0",
            "_bucket:{\"le\":\"1.5e+10\",\"path\":\"/\"} 5.0",
            "_count:{\"path\":\"/\"} 7.0",
            "_sum:{\"path\":\"/\"} 3.0");
  }

  @Test
  void shouldTakeInWhatAnOlderClientBegan() throws SQLException {
    put("h", "_bucket:{\"le\":\"1e+010\",\"path\":\"/\"}", 1);
    put("h", "_bucket:{\"le\":\"+Inf\",\"path\":\"/\"}", 3);
    put("h", "_sum:{\"path\":\"/\"}", 5);
    retire(store, "a", histogram(List.of(1e10, INF), List.of(1L, 1L), 1));
    assertThat(rows())
        .containsExactly(
            "_bucket:{\"le\":\"+Inf\",\"path\":\"/\"} 5.0",
            "_bucket:{\"le\":\"1e+10\",\"path\":\"/\"} 2.0",
            "_count:{\"path\":\"/\"} 5.0",
            "_sum:{\"path\":\"/\"} 6.0");
  }

  @Test
  void shouldForgetTheRowsOfGaugesThatAreTooOldToKeep() throws SQLException {
    retire(store, "a", gauges(1));
    retire(store, "b", gauges(1_100));
    clock.turn(Duration.ofHours(2));
    assertThat(store.ledger().read()).isEmpty();
    retire(store, "c", gauges(1));
    assertThat(rows()).hasSize(1);
    assertThat(table.list("SELECT count(*) FROM tallystick_series")).containsExactly("1");
  }

  private FamilyValues gauges(int count) {
    long nowMs = clock.millis();
    List<SeriesValues> all = new ArrayList<>();
    for (int pid = 1; pid <= count; pid++) {
      Labels labels = Labels.of("pid", Integer.toString(pid));
      all.add(new SeriesValues(labels, 1, nowMs, List.of(), 7, 0, null, null, List.of()));
    }
    return family(
        "g", FamilyType.GAUGE, GaugeMode.ALL, List.of(), all.toArray(SeriesValues[]::new));
  }
}
