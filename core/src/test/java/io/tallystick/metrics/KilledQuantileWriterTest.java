package io.tallystick.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.shm.CellLayout;
import io.tallystick.shm.ProcessFile;
import io.tallystick.shm.QuantileLayout;
import io.tallystick.shm.QuantileReader;
import io.tallystick.shm.QuantileShape;
import io.tallystick.shm.RankSketch;
import io.tallystick.shm.WatchedColumn;
import io.tallystick.testing.Seed;
import io.tallystick.testing.TurnedClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a reader sees of a sketch whose writer is killed at any store. */
class KilledQuantileWriterTest {
  private static final int PART = CellLayout.QUANTILE_PART;
  private static final int OBSERVATIONS = 5_000;
  private static final Duration SLICE = Duration.ofSeconds(10);
  private static final QuantileShape SHAPE =
      QuantileShape.of(SLICE.multipliedBy(3).toMillis(), 3, new double[] {0.5}, new double[] {0.2});

  private final TurnedClock clock = TurnedClock.at(Instant.parse("2024-02-29T12:00:00Z"));
  private final ProcessFile file =
      ProcessFile.inHeap(new ProcessFile.Settings(0, 64, Long.MAX_VALUE, null, clock));
  private final WatchedColumn column = WatchedColumn.of(SHAPE);
  private final QuantileWriter writer = new QuantileWriter(SHAPE, file.clock());
  private final QuantileReader reader = new QuantileReader();
  private final RankSketch sketch = new RankSketch();
  private final List<Observed> stored = new ArrayList<>();
  private double[] visible = {};
  private int stores;

  private record Observed(double value, long slice) {}

  @Test
  void shouldLackAtMostTheOneInFlightWhenTheWriterIsKilledAtAnyStore() {
    long seed = Seed.next();
    Random random = new Random(seed);
    for (int i = 0; i < OBSERVATIONS; i++) {
      turnSometimes(random);
      Observed next = next(random);
      visible = visible();
      column.watch(
          () -> {
            stores++;
            assertKnown(next, seed);
          });
      writer.add(column, PART, next.value);
      stored.add(next);
    }
    assertThat(stores).isGreaterThan(2 * OBSERVATIONS + 1_000); // two each, and sketches
  }

  @Test
  void shouldGoOnWhereTheLastOneWasKilledWhenAnotherWriterTakesTheColumn() {
    long seed = Seed.next();
    Random random = new Random(seed);
    int killed = 0;
    int[] last = {1 + random.nextInt(100)}; // counts all stores, so that each is as likely
    for (int i = 0; i < OBSERVATIONS; i++) {
      turnSometimes(random);
      Observed next = next(random);
      column.watch(
          () -> {
            if (++stores == last[0]) {
              last[0] = stores + 1 + random.nextInt(100);
              throw new Killed();
            }
          });
      int before = known(oldest());
      boolean isStored = true;
      try {
        writer.add(column, PART, next.value);
      } catch (Killed e) {
        killed++;
        isStored = known(oldest()) > before;
      }
      column.watch(() -> {});
      if (isStored) {
        stored.add(next);
      }
      visible = visible();
      assertKnown(null, seed);
    }
    assertThat(killed).isGreaterThan(50);
  }

  @Test
  void shouldGiveTheLockBackWhenAKilledThreadHadIt() {
    column.putRelease(PART + QuantileLayout.LOCK, 1);

    QuantileWriter.putRight(column, PART);

    assertThat(column.getPlain(PART + QuantileLayout.LOCK)).isZero();
  }

  @Test
  void shouldWriteNowhereElseWhenAnythingHasWrittenTheFile() {
    long seed = Seed.next();
    Random random = new Random(seed);
    int cells = column.words().capacity();
    for (int i = 0; i < 20_000; i++) {
      turnSometimes(random);
      if (random.nextInt(20) == 0) {
        int cell = random.nextInt(4) == 0 ? PART : PART + random.nextInt(cells - PART);
        column.putRelease(cell, random.nextBoolean() ? random.nextLong() : random.nextInt(5_000));
      }
      writer.add(column, PART, random.nextGaussian()); // an index outside would throw
      if (random.nextInt(50) == 0) {
        known(oldest());
        sketch.quantile(0.5);
      }
    }
    assertThat(column.words().get(CellLayout.DISTRIBUTION_SUM)).isZero();
    assertThat(QuantileLayout.fill(column.words().get(PART))).isPositive();
  }

  private void turnSometimes(Random random) {
    if (random.nextInt(300) == 0) {
      clock.turn(SLICE.multipliedBy(1 + random.nextInt(2)));
      file.turn();
    }
  }

  private Observed next(Random random) {
    return new Observed(random.nextInt(10) / 2.0 + random.nextInt(3_000), present());
  }

  private long present() {
    return clock.millis() / SLICE.toMillis();
  }

  private long oldest() {
    return SHAPE.oldestSlice(clock.millis());
  }

  /** The values of what was stored and is of the window, sorted. */
  private double[] visible() {
    return stored.stream()
        .filter(each -> each.slice >= oldest())
        .mapToDouble(Observed::value)
        .sorted()
        .toArray();
  }

  /** Reads, and returns how many observations the column knows of. */
  private int known(long oldestSlice) {
    reader.read(column.words(), PART, SHAPE, oldestSlice);
    sketch.clear();
    for (int piece = 0; piece < reader.pieces(); piece++) {
      reader.addTo(sketch, piece);
    }
    sketch.sort();
    return (int) sketch.count();
  }

  /** Asserts that what is read now is of all that is visible, and maybe of one more. */
  private void assertKnown(@Nullable Observed inFlight, long seed) {
    int known = known(oldest());
    boolean hasOneMore = inFlight != null && known == visible.length + 1;
    assertThat(known).as(Seed.describe(seed)).isEqualTo(visible.length + (hasOneMore ? 1 : 0));
    long lower = 0;
    long upper = 0;
    for (int i = 0; i < sketch.size(); i++) {
      lower += sketch.lower(i);
      upper += sketch.upper(i);
      double value = sketch.value(i);
      long rank = upTo(value) + (hasOneMore && inFlight.value <= value ? 1 : 0);
      assertThat(rank).as("%s, %s", value, Seed.describe(seed)).isBetween(lower, upper);
    }
  }

  private long upTo(double value) {
    int at = Arrays.binarySearch(visible, Math.nextUp(value)); // no value is that
    return -at - 1L;
  }

  /** A kill. */
  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1;
  }
}
