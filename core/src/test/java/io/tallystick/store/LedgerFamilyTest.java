package io.tallystick.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.GaugeMode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LedgerFamilyTest {
  private static FamilyValues counters(List<SeriesValues> series) {
    return new FamilyValues(
        "m",
        "m",
        "m",
        FamilyType.COUNTER,
        GaugeMode.ALL,
        null,
        null,
        List.of(),
        List.of(),
        List.of(),
        1,
        series);
  }

  private static SeriesValues count(int number, long count, int exemplars) {
    return new SeriesValues(
        Labels.of("n", "x".repeat(number)),
        1,
        0,
        List.of(count),
        0,
        0,
        null,
        null,
        Collections.nCopies(exemplars, new ExemplarValue(1, Labels.EMPTY, 1)));
  }

  @Test
  void shouldHaveTheNewestOfEachSeriesInWhateverOrderTheyChange() {
    Random random = new Random(1);
    Map<Labels, SeriesValues> model = new HashMap<>();
    LedgerFamily family = new LedgerFamily(counters(List.of(count(0, 0, 0))));
    model.put(Labels.of("n", ""), count(0, 0, 0));
    for (int round = 1; round < 200; round++) {
      List<SeriesValues> changes = new ArrayList<>();
      int first = random.nextInt(5);
      int size = random.nextInt(20);
      for (int i = 0; i < size; i++) {
        changes.add(count(first + i, round, random.nextInt(2)));
      }
      if (random.nextInt(3) == 0) {
        Collections.shuffle(changes, random);
      }
      changes.forEach(each -> model.put(each.labels(), each));
      family.change(counters(changes)).make();
      assertThat(family.size()).isEqualTo(model.size());
      if (random.nextInt(3) == 0) {
        assertThat(family.values().series()).containsExactlyInAnyOrderElementsOf(model.values());
        assertThat(family.bytes()).isEqualTo(Room.bytesOf(family.values()));
      }
    }
  }
}
