package io.tallystick.jmh;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** How much does a store do in a second? */
@BenchmarkMode(Mode.Throughput)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 1,
    jvmArgsAppend = { // for Chronicle Map
      "--add-opens=java.base/java.lang=ALL-UNNAMED",
      "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
      "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED"
    })
public class StoreBenchmark {
  private static final int KEYS = 10_000;
  private static final int VALUE_BYTES = 100;

  /** Reads a value. */
  @Benchmark
  public byte[] get(OpenedStore store, Values values) {
    return store.calls().get(values.key());
  }

  /** Writes a value over another. */
  @Benchmark
  public void put(OpenedStore store, Values values) {
    store.calls().put(values.key(), values.value);
  }

  /** Offers a job, takes one, and acknowledges it. */
  @Benchmark
  public boolean job(OpenedStore store, Jobs jobs) {
    return store.calls().job("job" + jobs.offered.incrementAndGet(), jobs.payload);
  }

  /** Keys with values. */
  @State(Scope.Benchmark)
  public static class Values {
    private final byte[] value = new byte[VALUE_BYTES];

    /** Puts them. */
    @Setup
    public void fill(OpenedStore store) {
      for (int i = 0; i < KEYS; i++) {
        store.calls().put("key" + i, value);
      }
    }

    private String key() {
      return "key" + ThreadLocalRandom.current().nextInt(KEYS);
    }
  }

  /** Jobs of names that differ. */
  @State(Scope.Benchmark)
  public static class Jobs {
    private final AtomicLong offered = new AtomicLong();
    private final byte[] payload = new byte[VALUE_BYTES];
  }
}
