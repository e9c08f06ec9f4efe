package io.tallystick.jmh;

import io.tallystick.fallback.FallbackStore;
import io.tallystick.store.KeyValues;
import io.tallystick.store.MemoryStore;
import io.tallystick.store.Store;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does a fallback store add to a call while its first store is there?
 *
 * <p>Both of its stores are in memory; one of them alone is the floor. All keys are there before
 * they are measured: what it costs to make one is another question.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class FallbackStoreBenchmark {
  /** Reads a value. */
  @Benchmark
  public Optional<byte[]> get(Values contest) {
    return contest.values.get(contest.key());
  }

  /** Puts a value. */
  @Benchmark
  public void put(Values contest) {
    contest.values.put(contest.key(), contest.value);
  }

  /** Adds to a number. */
  @Benchmark
  public long increment(Numbers contest) {
    return contest.values.increment(contest.key(), 1);
  }

  /** A contender, and its keys. */
  @State(Scope.Benchmark)
  public abstract static class Contest {
    @Param({"BASELINE", "TALLYSTICK"})
    public Contender contender;

    /** How many keys there are; all are written all the time. */
    @Param({"100", "100000"})
    public int keys;

    private String[] names = {};
    private Store store;
    KeyValues values;

    /** Opens the store, and makes the keys. */
    @Setup
    public void open() {
      store =
          switch (contender) {
            case BASELINE -> MemoryStore.open();
            case TALLYSTICK -> FallbackStore.builder(MemoryStore.open(), MemoryStore.open()).open();
            default -> throw new IllegalArgumentException("no store: contender=" + contender);
          };
      values = store.keyValues();
      names = new String[keys];
      for (int i = 0; i < keys; i++) {
        names[i] = "key" + i;
        make(names[i]);
      }
    }

    abstract void make(String key);

    String key() {
      return names[ThreadLocalRandom.current().nextInt(keys)];
    }

    /** Closes it. */
    @TearDown
    public void close() {
      store.close();
    }
  }

  /** Keys that have values. */
  @State(Scope.Benchmark)
  public static class Values extends Contest {
    private final byte[] value = new byte[100];

    @Override
    void make(String key) {
      values.put(key, value);
    }
  }

  /** Keys that have sums. */
  @State(Scope.Benchmark)
  public static class Numbers extends Contest {
    @Override
    void make(String key) {
      long unused = values.increment(key, 1);
    }
  }
}
