package io.tallystick;

import io.tallystick.metrics.Counter;
import io.tallystick.metrics.RegistrarAccess;
import io.tallystick.scrape.Scraper;
import io.tallystick.testing.Await;
import io.tallystick.testing.Samples;
import io.tallystick.testing.TempDirectory;
import io.tallystick.testing.TurnedClock;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;

/** A directory with limits, and the processes in it, which all have one clock. */
final class LimitedDirectory implements AutoCloseable {
  /** The most series of a metric where nothing else is said. */
  static final int MOST = 10;

  static final Set<String> OVERFLOW = Set.of("x_total{a=\"__overflow__\"}");

  private final TurnedClock clock = TurnedClock.at(Instant.parse("2025-01-01T00:00:00Z"));
  private final List<Tallystick> opened = new ArrayList<>();
  private final TempDirectory temporary;

  LimitedDirectory() throws IOException {
    this.temporary = TempDirectory.create();
  }

  Path path() {
    return temporary.path();
  }

  TurnedClock clock() {
    return clock;
  }

  /** Deletes it under its processes. */
  void delete() throws IOException {
    temporary.close();
  }

  @Override
  public void close() throws IOException {
    opened.forEach(Tallystick::close);
    temporary.close();
  }

  Tallystick open() {
    return open(MOST, 1_000);
  }

  Tallystick open(int maxSeriesPerMetric, int maxSeriesPerDirectory) {
    Tallystick tallystick =
        Tallystick.builder()
            .directory(path())
            .clock(clock)
            .maxSeriesPerMetric(maxSeriesPerMetric)
            .maxSeriesPerDirectory(maxSeriesPerDirectory)
            .open();
    opened.add(tallystick);
    return tallystick;
  }

  static Counter counter(Tallystick tallystick) {
    return Counter.builder().name("x").labelNames("a").register(tallystick);
  }

  static void count(Counter counter, int from, int to) {
    for (int i = from; i < to; i++) {
      counter.labelValues("" + i).inc();
    }
  }

  /** Turns the clock until the series is made. */
  void awaitRoom(Counter counter, String value) throws Exception {
    awaitTurned(
        () -> {
          counter.labelValues(value).inc();
          return series().contains("x_total{a=\"" + value + "\"}");
        });
  }

  void awaitTurned(Callable<Boolean> condition) throws Exception {
    Await.until(
        "the directory is counted anew",
        () -> {
          clock.turn(Duration.ofSeconds(31));
          opened.forEach(RegistrarAccess::turn);
          return condition.call();
        });
  }

  /** The names of all series of the directory, as a scraper outside of its processes sees them. */
  Set<String> series() throws IOException {
    try (Scraper scraper = Scraper.open(path())) {
      return new TreeSet<>(Samples.ofApplications(scraper).keySet());
    }
  }

  static Set<String> named(int from, int to, Set<String> others) {
    Set<String> names = new TreeSet<>(others);
    for (int i = from; i < to; i++) {
      names.add("x_total{a=\"" + i + "\"}");
    }
    return names;
  }

  void patch(int offset, long word) throws IOException {
    try (RandomAccessFile file =
        new RandomAccessFile(path().resolve("series.index").toFile(), "rw")) {
      file.seek(offset);
      file.writeLong(Long.reverseBytes(word));
    }
  }

  /** Changes the count of the one family that there is. */
  void patchFamilyCount(long count) throws IOException {
    try (RandomAccessFile file =
        new RandomAccessFile(path().resolve("series.index").toFile(), "rw")) {
      for (int at = 256; at < 256 + 512 * 16; at += 16) {
        file.seek(at);
        if (file.readLong() != 0) {
          patch(at + 8, count);
        }
      }
    }
  }
}
