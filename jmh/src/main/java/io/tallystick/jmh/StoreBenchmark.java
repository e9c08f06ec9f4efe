package io.tallystick.jmh;

import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.GaugeMode;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.JobQueue;
import io.tallystick.store.Ledger;
import io.tallystick.store.Publication;
import io.tallystick.store.SeriesValues;
import io.tallystick.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
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
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/** How much does a store do in a second? */
@Fork(
    value = 1,
    jvmArgsAppend = { // for Chronicle Map
      "--add-opens=java.base/java.lang=ALL-UNNAMED",
      "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
      "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED"
    })
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class StoreBenchmark {
  private static final int KEYS = 10_000;
  private static final int VALUE_BYTES = 100;
  private static final Duration LEASE = Duration.ofHours(1);

  /** A store that a benchmark uses, in a folder that is deleted with it. */
  @State(Scope.Benchmark)
  public static class Opened {
    @Param StoreKind kind;

    private final AtomicLong jobs = new AtomicLong();
    private Path folder;
    private Store store;

    @Setup
    public void open() throws IOException {
      folder = Files.createTempDirectory("tallystick-store");
      store = kind.open(folder);
    }

    @TearDown
    public void close() throws IOException {
      store.close();
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }

    Store store() {
      return store;
    }
  }

  /** Keys with values. */
  @State(Scope.Benchmark)
  public static class Values {
    final byte[] value = new byte[VALUE_BYTES];

    @Setup
    public void fill(Opened opened) {
      for (int i = 0; i < KEYS; i++) {
        opened.store.keyValues().put("key" + i, value);
      }
    }

    String key() {
      return "key" + ThreadLocalRandom.current().nextInt(KEYS);
    }
  }

  /** A source with many series. */
  @State(Scope.Benchmark)
  public static class Published {
    static final int SERIES = 100_000;
    static final int CHANGED = 100;

    private Ledger ledger;
    private long version;

    @Setup
    public void publish(Opened opened) {
      ledger = opened.store.ledger();
      version = 1;
      ledger.publish(Publication.ofAll("source", version, List.of(family(SERIES, 1)), LEASE));
    }

    FamilyValues family(int size, long count) {
      List<SeriesValues> series = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        Labels labels = Labels.of("path", "/" + i * (SERIES / size), "status", "200");
        series.add(new SeriesValues(labels, 1, 0, List.of(count), 0, 0, null, null, List.of()));
      }
      return new FamilyValues(
          "requests",
          "requests",
          "requests",
          FamilyType.COUNTER,
          GaugeMode.ALL,
          "Requests served.",
          null,
          List.of(),
          List.of(),
          List.of(),
          1,
          series);
    }

    Ledger.Result publish(FamilyValues changes) {
      long since = version++;
      return ledger.publish(
          Publication.ofChanges("source", version, since, List.of(changes), LEASE));
    }
  }

  /** All of the series, as they have changed. */
  @State(Scope.Benchmark)
  public static class AllChanged {
    private FamilyValues changes;

    @Setup
    public void make(Published published) {
      changes = published.family(Published.SERIES, 2);
    }
  }

  /** A few of the series, as they have changed. */
  @State(Scope.Benchmark)
  public static class FewChanged {
    private FamilyValues changes;

    @Setup
    public void make(Published published) {
      changes = published.family(Published.CHANGED, 2);
    }
  }

  @Benchmark
  @BenchmarkMode(Mode.Throughput)
  public byte[] get(Opened opened, Values values) {
    return opened.store.keyValues().get(values.key()).orElseThrow();
  }

  @Benchmark
  @BenchmarkMode(Mode.Throughput)
  @Threads(4)
  public void put(Opened opened, Values values) {
    opened.store.keyValues().put(values.key(), values.value);
  }

  @Benchmark
  @BenchmarkMode(Mode.Throughput)
  public boolean job(Opened opened) {
    JobQueue queue = opened.store.jobQueue("queue");
    queue.offer("job" + opened.jobs.incrementAndGet(), new byte[VALUE_BYTES]);
    return queue.acknowledge(queue.take(LEASE).orElseThrow());
  }

  @Benchmark
  @BenchmarkMode(Mode.AverageTime)
  @OutputTimeUnit(TimeUnit.MILLISECONDS)
  public Ledger.Result publishAll(Published published, AllChanged all) {
    return published.publish(all.changes);
  }

  @Benchmark
  @BenchmarkMode(Mode.AverageTime)
  @OutputTimeUnit(TimeUnit.MILLISECONDS)
  public Ledger.Result publishFew(Published published, FewChanged few) {
    return published.publish(few.changes);
  }
}
