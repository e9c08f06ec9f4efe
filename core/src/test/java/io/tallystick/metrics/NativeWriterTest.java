package io.tallystick.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.shm.NativeLayout;
import io.tallystick.shm.NativeReader;
import io.tallystick.shm.NativeSchema;
import io.tallystick.shm.NativeShape;
import io.tallystick.shm.StoppingColumn;
import io.tallystick.shm.StoppingColumn.Stopped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class NativeWriterTest {
  private static final int PART = 3;
  private static final int VALUES = 150;

  static Arguments[] shapes() {
    return new Arguments[] {
      Arguments.of(new NativeShape(6, 0x1p-128, 0x1p-128, 8)),
      Arguments.of(new NativeShape(2, 1e-9, 0.5, 6)),
      Arguments.of(new NativeShape(8, 0, 0, 60)),
      Arguments.of(new NativeShape(-4, 0, 0, 1))
    };
  }

  private static double[] values() {
    Random random = new Random(7);
    double[] values = new double[VALUES];
    for (int i = 0; i < VALUES; i++) {
      values[i] = Math.exp(8 * random.nextGaussian()) * (i % 7 == 0 ? -1 : 1);
    }
    return values;
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void shouldCountEachObservationOnceWhenTheWriterStopsAtAnyStore(NativeShape shape) {
    double[] values = values();
    NativeWriter writer = new NativeWriter(shape);
    long stores = 0;
    boolean stopped;
    do {
      StoppingColumn column = new StoppingColumn(cells(shape), stores);
      List<Double> done = new ArrayList<>();
      KnownEntries known = new KnownEntries(column);
      stopped = observeUntilStopped(writer, known, values, done);

      boolean hasLast = assertHolds(column, shape, done, stopped ? values[done.size()] : 0);

      column.resume(); // its owner goes on, or the next one does
      int next = done.size();
      if (hasLast) {
        done.add(values[next]);
      }
      for (double value : values) {
        observe(writer, known, value);
        done.add(value);
      }
      assertThat(assertHolds(column, shape, done, 0)).isFalse();
      stores++;
    } while (stopped);
    assertThat(stores).isGreaterThan(VALUES);
  }

  private static int cells(NativeShape shape) {
    return PART + NativeLayout.ENTRIES + 2 * shape.capacity() + NativeLayout.slots(shape) / 4;
  }

  private static void observe(NativeWriter writer, KnownEntries known, double value) {
    if (!known.add(PART, value)) {
      writer.add(known.column, PART, value);
      known.learn(writer, PART, value);
    }
  }

  private static boolean observeUntilStopped(
      NativeWriter writer, KnownEntries known, double[] values, List<Double> done) {
    try {
      for (double value : values) {
        observe(writer, known, value);
        done.add(value);
      }
      return false;
    } catch (Stopped e) {
      return true;
    }
  }

  /**
   * Asserts that what a reader sees is what was done, and says whether the last one is there too.
   */
  private static boolean assertHolds(
      StoppingColumn column, NativeShape shape, List<Double> done, double last) {
    NativeReader reader = new NativeReader();
    reader.read(column.words(), PART, shape);
    assertThat(reader.isPossible()).isTrue();
    int schema = shape.schema();
    long count = reader.zeroCount();
    for (int entry = 0; entry < reader.size(); entry++) {
      if (reader.key(entry) != 0) {
        schema = Math.min(schema, NativeLayout.schemaOf(reader.key(entry)));
        count += reader.count(entry);
      }
    }
    boolean hasLast = count == done.size() + 1;
    List<Double> all = new ArrayList<>(done);
    if (hasLast) {
      all.add(last);
    }
    assertThat(count).isEqualTo(all.size());
    assertThat(buckets(reader, schema)).isEqualTo(model(all, schema, reader.zeroThreshold()));
    return hasLast;
  }

  private static Map<String, Long> buckets(NativeReader reader, int schema) {
    Map<String, Long> buckets = new TreeMap<>();
    buckets.merge("zero", reader.zeroCount(), Long::sum);
    for (int entry = 0; entry < reader.size(); entry++) {
      long key = reader.key(entry);
      if (key == 0) {
        continue;
      }
      int index = NativeLayout.indexOf(key);
      int from = NativeLayout.schemaOf(key);
      double bound = NativeSchema.of(from).upperBound(index);
      int coarse = ((index - 1) >> (from - schema)) + 1;
      String name =
          bound <= reader.zeroThreshold()
              ? "zero"
              : (NativeLayout.isNegative(key) ? "-" : "+") + coarse;
      buckets.merge(name, reader.count(entry), Long::sum);
    }
    return buckets;
  }

  private static Map<String, Long> model(List<Double> values, int schema, double zeroThreshold) {
    Map<String, Long> buckets = new TreeMap<>();
    buckets.put("zero", 0L);
    for (double value : values) {
      double magnitude = Math.abs(value);
      String name =
          magnitude <= zeroThreshold
              ? "zero"
              : (value < 0 ? "-" : "+") + NativeSchema.of(schema).index(magnitude);
      buckets.merge(name, 1L, Long::sum);
    }
    return buckets;
  }
}
