package io.tallystick.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.core.datapoints.StateSetDataPoint;
import io.tallystick.Tallystick;
import io.tallystick.merge.DirectoryModel.Distribution;
import io.tallystick.merge.DirectoryModel.Process;
import io.tallystick.merge.DirectoryModel.Written;
import io.tallystick.metrics.Counter;
import io.tallystick.metrics.Gauge;
import io.tallystick.metrics.Histogram;
import io.tallystick.metrics.Info;
import io.tallystick.metrics.MultiprocessMode;
import io.tallystick.metrics.RegistrarAccess;
import io.tallystick.metrics.StateSet;
import io.tallystick.metrics.Summary;
import io.tallystick.scrape.Scraper;
import io.tallystick.shm.Directory;
import io.tallystick.testing.Samples;
import io.tallystick.testing.TempDirectory;
import io.tallystick.testing.TurnedClock;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A directory does what {@link DirectoryModel} does, whatever its processes do in which order. */
@SuppressWarnings("EnumOrdinal") // seeded choices
class MergeModelTest {
  private static final Duration RETENTION = Duration.ofHours(1);
  private static final int STEPS = 250;
  private static final int MOST_ALIVE = 5;
  private static final String[] KEYS = {"a", "b", "ü\""};
  private static final String[] STATES = {"on", "off", "idle"};

  private final TurnedClock clock = TurnedClock.at(Instant.parse("2024-02-29T12:00:00Z"));
  private final DirectoryModel model = new DirectoryModel(RETENTION.toMillis());
  private final List<Running> running = new ArrayList<>();
  private final List<Tallystick> killed = new ArrayList<>();
  private final List<String> steps = new ArrayList<>();
  private int names;

  @ParameterizedTest
  @ValueSource(
      longs = {
        1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24
      })
  void shouldShowWhatTheModelShowsAfterEveryStep(long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    try (TempDirectory temp = TempDirectory.create()) {
      start(temp, random);
      try (Scraper stranger = stranger(temp)) {
        for (int i = 0; i < STEPS; i++) {
          step(temp, random);
          check(stranger, seed);
          if (!running.isEmpty()) {
            check(running.get(random.nextInt(running.size())).tallystick.scraper(), seed);
          }
        }
        try (Scraper late = stranger(temp)) {
          check(late, seed);
        }
      } finally {
        running.forEach(process -> process.tallystick.close());
        killed.forEach(Tallystick::close);
      }
    }
  }

  private Scraper stranger(TempDirectory temp) throws IOException {
    return Scraper.of(Directory.open(temp.path()), null, RETENTION, clock);
  }

  private void check(Scraper scraper, long seed) throws IOException {
    Map<String, Double> shown = Samples.ofApplications(scraper);
    Map<String, Double> expected = new java.util.TreeMap<>();
    model
        .samples(clock.millis())
        .forEach((name, value) -> expected.put(name.replace("ü\"", "ü\\\""), value));
    assertThat(shown)
        .as(() -> "seed=" + seed + " steps:\n" + String.join("\n", steps))
        .isEqualTo(expected);
  }

  private void step(TempDirectory temp, SplittableRandom random) throws IOException {
    turn(Duration.ofMillis(1)); // no two writes at one time: then either may win
    if (running.isEmpty()) {
      start(temp, random);
      return;
    }
    Running process = running.get(random.nextInt(running.size()));
    String k = KEYS[random.nextInt(KEYS.length)];
    int kind = random.nextInt(100);
    if (kind < 14) {
      count(process, k, random);
    } else if (kind < 24) {
      observe(process, k, random);
    } else if (kind < 56) {
      gauge(process, k, random);
    } else if (kind < 63) {
      info(process, k, random);
    } else if (kind < 69) {
      state(process, k, random);
    } else if (kind < 77) {
      remove(process, k, random);
    } else if (kind < 84 && running.size() < MOST_ALIVE) {
      start(temp, random);
    } else if (kind < 88) {
      stop(process);
    } else if (kind < 92) {
      kill(process);
    } else if (kind < 95) {
      steps.add("retire");
      new Retirement(Directory.open(temp.path()), RETENTION, clock).run();
    } else {
      turn(Duration.ofMinutes(random.nextInt(1, 45)));
    }
  }

  private void turn(Duration by) {
    steps.add("turn " + by);
    clock.turn(by);
    running.forEach(process -> RegistrarAccess.turn(process.tallystick));
  }

  private void start(TempDirectory temp, SplittableRandom random) {
    boolean again = names > 0 && random.nextInt(3) == 0;
    String name = "p" + (again ? random.nextInt(names) : names++);
    if (running.stream().anyMatch(process -> process.model.instance.equals(name))) {
      return; // it would get another name
    }
    steps.add("start " + name);
    Tallystick tallystick =
        Tallystick.builder()
            .directory(temp.path())
            .instanceName(name)
            .segmentCells(64)
            .deadGaugeRetention(RETENTION)
            .clock(clock)
            .open();
    assertThat(tallystick.instanceName()).isEqualTo(name);
    running.add(new Running(tallystick, model.start(name)));
  }

  private void stop(Running process) {
    steps.add("close " + process.model.instance);
    running.remove(process);
    process.model.die(clock.millis());
    process.tallystick.close();
  }

  private void kill(Running process) throws IOException {
    steps.add("kill " + process.model.instance);
    running.remove(process);
    killed.add(process.tallystick);
    process.model.die(clock.millis());
    RegistrarAccess.kill(process.tallystick);
  }

  private void count(Running process, String k, SplittableRandom random) {
    double amount = random.nextInt(40) * 0.25;
    int times = random.nextInt(4) == 0 ? 40 : 1; // enough to be granted a column
    steps.add(process.model.instance + " counts " + k + " " + times + " times " + amount);
    for (int i = 0; i < times; i++) {
      process.jobs.labelValues(k).inc(amount);
      process.model.counters.merge(k, amount, Double::sum);
    }
  }

  private void observe(Running process, String k, SplittableRandom random) {
    double value = random.nextInt(-4, 60) * 0.25;
    steps.add(process.model.instance + " observes " + k + " " + value);
    process.time.labelValues(k).observe(value);
    process.model.histograms.computeIfAbsent(k, x -> new Distribution()).observations.add(value);
    process.size.labelValues(k).observe(value);
    process.model.summaries.computeIfAbsent(k, x -> new Distribution()).observations.add(value);
  }

  private void gauge(Running process, String k, SplittableRandom random) {
    MultiprocessMode mode =
        MultiprocessMode.values()[random.nextInt(MultiprocessMode.values().length)];
    Map<String, Written<Double>> values = process.model.gauges(mode);
    double value = random.nextInt(-40, 40) * 0.25;
    boolean canAdd = mode != MultiprocessMode.MOSTRECENT && mode != MultiprocessMode.LIVEMOSTRECENT;
    int how = random.nextInt(4);
    steps.add(process.model.instance + " " + mode + " " + k + " " + value + " how=" + how);
    if (how == 0) {
      process.gauges.get(mode).initLabelValues(k);
      values.putIfAbsent(k, new Written<>(0.0, 0));
    } else if (how == 1 && canAdd) {
      process.gauges.get(mode).labelValues(k).inc(value);
      double before = values.containsKey(k) ? values.get(k).value() : 0;
      values.put(k, new Written<>(before + value, clock.millis()));
    } else {
      process.gauges.get(mode).labelValues(k).set(value);
      values.put(k, new Written<>(value, clock.millis()));
    }
  }

  private void info(Running process, String version, SplittableRandom random) {
    List<String> infos = process.model.infos;
    int how = random.nextInt(3);
    steps.add(process.model.instance + " info " + version + " how=" + how);
    if (how == 0) {
      process.build.setLabelValues(version);
      infos.clear();
      infos.add(version);
    } else if (how == 1) {
      process.build.addLabelValues(version);
      if (!infos.contains(version)) {
        infos.add(version);
      }
    } else {
      process.build.remove(version);
      infos.remove(version);
    }
  }

  private void state(Running process, String k, SplittableRandom random) {
    String state = STATES[random.nextInt(STATES.length)];
    boolean on = random.nextInt(3) != 0;
    steps.add(process.model.instance + " state " + k + " " + state + " " + on);
    StateSetDataPoint point = process.phase.labelValues(k);
    if (on) {
      point.setTrue(state);
    } else {
      point.setFalse(state);
    }
    process.model.setState(k, state, on, clock.millis());
  }

  private void remove(Running process, String k, SplittableRandom random) {
    boolean all = random.nextInt(4) == 0;
    int what = random.nextInt(5);
    steps.add(process.model.instance + " removes " + (all ? "all" : k) + " what=" + what);
    MultiprocessMode mode =
        MultiprocessMode.values()[random.nextInt(MultiprocessMode.values().length)];
    Map<String, ?> values =
        switch (what) {
          case 0 -> process.model.counters;
          case 1 -> process.model.histograms;
          case 2 -> process.model.summaries;
          case 3 -> process.model.states;
          default -> process.model.gauges(mode);
        };
    var metric =
        switch (what) {
          case 0 -> process.jobs;
          case 1 -> process.time;
          case 2 -> process.size;
          case 3 -> process.phase;
          default -> process.gauges.get(mode);
        };
    if (all) {
      metric.clear();
      values.clear();
    } else {
      metric.remove(k);
      values.remove(k);
    }
  }

  /** A process of the directory, with its part in the model. */
  private static final class Running {
    final Tallystick tallystick;
    final Process model;
    final Counter jobs;
    final Histogram time;
    final Summary size;
    final Info build;
    final StateSet phase;
    final Map<MultiprocessMode, Gauge> gauges = new EnumMap<>(MultiprocessMode.class);

    Running(Tallystick tallystick, Process model) {
      this.tallystick = tallystick;
      this.model = model;
      this.jobs = Counter.builder().name("jobs_total").labelNames("k").register(tallystick);
      this.time =
          Histogram.builder()
              .name("time")
              .labelNames("k")
              .classicUpperBounds(DirectoryModel.BOUNDS)
              .register(tallystick);
      this.size = Summary.builder().name("size").labelNames("k").register(tallystick);
      this.build = Info.builder().name("build").labelNames("version").register(tallystick);
      this.phase =
          StateSet.builder().name("phase").labelNames("k").states(STATES).register(tallystick);
      for (MultiprocessMode mode : MultiprocessMode.values()) {
        gauges.put(
            mode,
            Gauge.builder()
                .name(DirectoryModel.gaugeName(mode))
                .labelNames("k")
                .multiprocessMode(mode)
                .register(tallystick));
      }
    }
  }
}
