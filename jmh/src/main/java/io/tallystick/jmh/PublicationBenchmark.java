package io.tallystick.jmh;

import io.tallystick.store.FamilyValues;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** How long does a store take to take in what has changed of a source of 100,000 counter series? */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 1,
    jvmArgsAppend = { // for Chronicle Map
      "--add-opens=java.base/java.lang=ALL-UNNAMED",
      "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
      "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED"
    })
public class PublicationBenchmark {
  private static final int SERIES = 100_000;
  private static final int FEW = 100;

  /** All of the series have changed. */
  @Benchmark
  public void publishAll(OpenedStore store, Source source) {
    store.calls().publish(source.next(source.all), false);
  }

  /** A hundred of the series have changed. */
  @Benchmark
  public void publishFew(OpenedStore store, Source source) {
    store.calls().publish(source.next(source.few), false);
  }

  /** A source that has published once, with two values of its series that it has in turn. */
  @State(Scope.Benchmark)
  public static class Source {
    private List<FamilyValues> all;
    private List<FamilyValues> few;
    private int publications;

    /** Publishes it. */
    @Setup
    public void publish(OpenedStore store) {
      store.calls().publish(PublishedSeries.family(SERIES, SERIES, 1), true);
      all = versions(SERIES);
      few = versions(FEW);
    }

    private static List<FamilyValues> versions(int changed) {
      return List.of(
          PublishedSeries.family(SERIES, changed, 2), PublishedSeries.family(SERIES, changed, 3));
    }

    private FamilyValues next(List<FamilyValues> versions) {
      return versions.get(publications++ % versions.size());
    }
  }
}
