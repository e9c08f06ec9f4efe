package io.tallystick;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.tallystick.merge.Verification;
import io.tallystick.metrics.Counter;
import io.tallystick.metrics.RegistrarAccess;
import io.tallystick.scrape.Scraper;
import io.tallystick.shm.Directory;
import io.tallystick.testing.Samples;
import io.tallystick.testing.TempDirectory;
import io.tallystick.testing.TurnedClock;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random updates, deaths and pauses of processes with series that expire, against what must hold: a
 * total is what it was and what was added, unless the series was not updated for its time between
 * the two; and it is shown while it was updated in that time.
 */
final class SeriesTimeToLiveModelTest {
  private static final int STEPS = 250;
  private static final int SERIES = 3;
  private static final int MOST_PROCESSES = 4;
  private static final Duration TTL = Duration.ofMinutes(4);
  private static final Duration LOOK = Duration.ofSeconds(5);

  private final TurnedClock clock = TurnedClock.at(Instant.now());
  private final List<Worker> processes = new ArrayList<>();
  private final Series[] model = new Series[SERIES];
  private TempDirectory temporary;
  private Scraper scraper;

  /** Where a part of the series may be left out: it had expired when it was updated again. */
  private static final class Series {
    private double least; // of what is shown
    private double most; // as if nothing had expired
    private long updatedMs = Long.MIN_VALUE / 2;
  }

  private record Worker(Tallystick tallystick, Counter jobs, Map<Integer, CounterDataPoint> held) {
    void inc(int series) {
      CounterDataPoint point = held.get(series);
      (point != null ? point : jobs.labelValues("s" + series)).inc();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void shouldLowerNoTotalButThroughAGapOfItsTime(long seed) throws IOException {
    Random random = new Random(seed);
    temporary = TempDirectory.create();
    scraper = Scraper.of(Directory.open(temporary.path()), null, Duration.ofHours(1), clock);
    for (int i = 0; i < SERIES; i++) {
      model[i] = new Series();
    }
    try {
      for (int step = 0; step < STEPS; step++) {
        act(random);
        check("seed=" + seed + " step=" + step);
      }
      assertThat(Verification.verify(temporary.path())).isEmpty();
    } finally {
      scraper.close();
      processes.forEach(process -> process.tallystick.close());
      temporary.close();
    }
  }

  private void act(Random random) throws IOException {
    int what = random.nextInt(20);
    if (processes.isEmpty() || (what == 0 && processes.size() < MOST_PROCESSES)) {
      Tallystick tallystick =
          Tallystick.builder()
              .directory(temporary.path())
              .clock(clock)
              .segmentCells(64)
              .instanceName("p" + random.nextInt(1_000_000))
              .seriesTimeToLive(TTL)
              .open();
      Counter jobs = Counter.builder().name("jobs").labelNames("k").register(tallystick);
      processes.add(new Worker(tallystick, jobs, new HashMap<>()));
    } else if (what <= 2) {
      Worker killed = processes.remove(random.nextInt(processes.size()));
      if (what == 1) {
        RegistrarAccess.kill(killed.tallystick); // the next scrape folds it
      }
      killed.tallystick.close();
    } else if (what <= 14) {
      update(processes.get(random.nextInt(processes.size())), random);
    } else {
      turn(Duration.ofSeconds(random.nextInt(5) == 0 ? random.nextInt(600) : random.nextInt(60)));
    }
    look();
  }

  private void update(Worker process, Random random) {
    int number = random.nextInt(SERIES);
    Series series = model[number];
    if (clock.millis() - series.updatedMs > TTL.minus(LOOK.multipliedBy(3)).toMillis()) {
      series.least = 0;
    }
    if (random.nextInt(4) == 0) {
      process.held.put(number, process.jobs.labelValues("s" + number));
    }
    if (random.nextInt(4) == 0) {
      return; // a series that is only made is shown, too
    }
    process.inc(number);
    series.least++;
    series.most++;
    series.updatedMs = clock.millis();
  }

  private void turn(Duration time) {
    clock.turn(time);
    look();
  }

  private void look() {
    clock.turn(LOOK);
    processes.forEach(process -> RegistrarAccess.turn(process.tallystick));
  }

  private void check(String when) throws IOException {
    Map<String, Double> samples = Samples.ofApplications(scraper);
    try (Scraper later =
        Scraper.of(Directory.open(temporary.path()), null, Duration.ofHours(1), clock)) {
      assertThat(Samples.ofApplications(later)).as(when).isEqualTo(samples);
    }
    for (int i = 0; i < SERIES; i++) {
      Series series = model[i];
      Double total = samples.get("jobs_total{k=\"s" + i + "\"}");
      long idleMs = clock.millis() - series.updatedMs;
      if (idleMs < TTL.minus(LOOK.multipliedBy(2)).toMillis()) {
        assertThat(total).as(when + " series=" + i).isNotNull();
      }
      if (total != null) {
        assertThat(total).as(when + " series=" + i).isBetween(series.least, series.most);
        series.least = total; // from here on it is known
        series.most = Math.max(total, series.most);
      }
    }
  }
}
