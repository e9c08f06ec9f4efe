package io.tallystick.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.shm.Cells;
import io.tallystick.shm.FamilyDescriptor;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.GaugeMode;
import io.tallystick.shm.ProcessFile;
import io.tallystick.testing.Seed;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SeriesTableTest {
  private static final Cells CELLS = cells();

  private final SeriesTable<Point> table = new SeriesTable<>();

  @Test
  void shouldFindNothingWhenItIsEmpty() {
    assertThat(table.find("a")).isNull();
    assertThat(table.find("a", "b")).isNull();
    assertThat(table.find("a", "b", "c")).isNull();
    assertThat(table.find(new String[] {"a", "b", "c", "d"})).isNull();
    assertThat(table.find(new String[0])).isNull();
    assertThat(table.size()).isZero();
  }

  @Test
  void shouldFindTheSamePointWhenValuesComeOneByOneOrAsAnArray() {
    Point one = add(table, "a");
    assertThat(table.find(new String("a"))).isSameAs(one);
    assertThat(table.find(new String[] {"a"})).isSameAs(one);
    SeriesTable<Point> pairs = new SeriesTable<>();
    Point two = add(pairs, "a", "b");
    assertThat(pairs.find("a", "b")).isSameAs(two);
    assertThat(pairs.find(new String[] {"a", "b"})).isSameAs(two);
    SeriesTable<Point> triples = new SeriesTable<>();
    Point three = add(triples, "a", "b", "c");
    assertThat(triples.find("a", "b", "c")).isSameAs(three);
    assertThat(triples.find(new String[] {"a", "b", "c"})).isSameAs(three);
    SeriesTable<Point> none = new SeriesTable<>();
    Point zero = add(none);
    assertThat(none.find(new String[0])).isSameAs(zero);
  }

  @Test
  void shouldTellValuesApartWhenTheirHashesAreEqual() {
    assertThat("Aa".hashCode()).isEqualTo("BB".hashCode());
    Point aa = add(table, "Aa");
    assertThat(table.find("BB")).isNull();
    assertThat(table.find(new String[] {"BB"})).isNull();
    Point bb = add(table, "BB");
    assertThat(table.find("Aa")).isSameAs(aa);
    assertThat(table.find("BB")).isSameAs(bb);
    SeriesTable<Point> pairs = new SeriesTable<>();
    Point ab = add(pairs, "Aa", "BB");
    assertThat(pairs.find("BB", "Aa")).isNull();
    assertThat(pairs.find("Aa", "Aa")).isNull();
    assertThat(pairs.find("BB", "BB")).isNull();
    assertThat(pairs.find("Aa", "BB")).isSameAs(ab);
    SeriesTable<Point> triples = new SeriesTable<>();
    Point abc = add(triples, "Aa", "BB", "Aa");
    assertThat(triples.find("BB", "BB", "Aa")).isNull();
    assertThat(triples.find("Aa", "Aa", "Aa")).isNull();
    assertThat(triples.find("Aa", "BB", "BB")).isNull();
    assertThat(triples.find("Aa", "BB", "Aa")).isSameAs(abc);
  }

  @Test
  void shouldFindTheOthersWhenOneOfEqualHashIsRemoved() {
    List<String> equalHashes = equalHashes(6);
    Map<String, Point> points = new HashMap<>();
    equalHashes.forEach(value -> points.put(value, add(table, value)));
    for (String removed : equalHashes) {
      table.removeAll(Set.of(points.remove(removed)));
      assertThat(table.find(removed)).isNull();
      points.forEach((value, point) -> assertThat(table.find(value)).isSameAs(point));
      assertThat(table.size()).isEqualTo(points.size());
    }
  }

  @Test
  void shouldHoldWhatAMapHoldsWhenPointsComeAndGo() {
    long seed = Seed.next();
    Random random = new Random(seed);
    Map<List<String>, Point> model = new HashMap<>();
    for (int i = 0; i < 30_000; i++) {
      String[] values = {"v" + random.nextInt(40), "w" + random.nextInt(60)};
      Point present = model.get(List.of(values));
      assertThat(table.find(values[0], values[1])).as(Seed.describe(seed)).isSameAs(present);
      if (present == null) {
        model.put(List.of(values), add(table, values));
      } else if (random.nextInt(3) == 0) {
        table.removeAll(Set.of(present));
        model.remove(List.of(values));
      } else if (random.nextInt(3_000) == 0) {
        table.removeAll(Set.copyOf(model.values()));
        model.clear();
      }
      assertThat(table.size()).as(Seed.describe(seed)).isEqualTo(model.size());
    }
    assertThat(table.points())
        .as(Seed.describe(seed))
        .doesNotHaveDuplicates()
        .containsExactlyInAnyOrderElementsOf(model.values());
  }

  @Test
  void shouldBeEmptyWhenAllAreRemoved() {
    for (int i = 0; i < 100; i++) {
      add(table, "v" + i);
    }
    table.removeAll(Set.copyOf(table.points()));
    assertThat(table.size()).isZero();
    assertThat(table.find("v1")).isNull();
    assertThat(table.points()).isEmpty();
  }

  @Test
  void shouldFindWhatWasAddedWhenAnotherThreadMakesItGrow() throws Exception {
    int points = 20_000;
    AtomicInteger added = new AtomicInteger();
    CompletableFuture<Void> reader =
        CompletableFuture.runAsync(
            () -> {
              int known;
              do {
                known = added.get();
                for (int i = Math.max(0, known - 50); i < known; i++) {
                  Point point = table.find("v" + i);
                  assertThat(point).isNotNull();
                  assertThat(point.labelValues()).containsExactly("v" + i);
                }
              } while (known < points);
            });
    for (int i = 0; i < points; i++) {
      add(table, "v" + i);
      added.set(i + 1);
    }
    reader.get(60, TimeUnit.SECONDS);
  }

  /** Texts of one hash code: all words of as many letter pairs. */
  private static List<String> equalHashes(int count) {
    List<String> texts = new ArrayList<>(List.of(""));
    while (texts.size() < count) {
      List<String> longer = new ArrayList<>();
      for (String text : texts) {
        longer.add(text + "Aa");
        longer.add(text + "BB");
      }
      texts = longer;
    }
    return texts;
  }

  private static Point add(SeriesTable<Point> table, String... values) {
    Point point = new Point(values);
    table.add(point);
    return point;
  }

  private static Cells cells() {
    ProcessFile file =
        ProcessFile.inHeap(
            new ProcessFile.Settings(0, 64, Long.MAX_VALUE, null, Clock.systemUTC()));
    FamilyDescriptor counter =
        new FamilyDescriptor(
            FamilyType.COUNTER,
            GaugeMode.ALL,
            "x",
            "x",
            "x",
            null,
            null,
            List.of(),
            List.of(),
            List.of(),
            new double[0],
            List.of(),
            new double[0],
            0);
    return file.addSeries(file.addFamily(counter), List.of(), 0);
  }

  private static final class Point extends LabelledCells {
    Point(String[] labelValues) {
      super(CELLS, labelValues);
    }
  }
}
