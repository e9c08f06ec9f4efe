package io.tallystick;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.core.datapoints.GaugeDataPoint;
import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.metrics.Counter;
import io.tallystick.metrics.Gauge;
import io.tallystick.metrics.Info;
import io.tallystick.metrics.MultiprocessMode;
import io.tallystick.metrics.RegistrarAccess;
import io.tallystick.testing.CapturedLog;
import io.tallystick.testing.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How many series the processes of a directory may have together. */
@Timeout(120)
class SeriesLimitsTest {
  private LimitedDirectory directory;

  @BeforeEach
  void create() throws IOException {
    directory = new LimitedDirectory();
  }

  @AfterEach
  void delete() throws IOException {
    directory.close();
  }

  @Test
  void shouldRefuseWhatIsTooManyWhenOtherProcessesHaveTheMost() throws IOException {
    LimitedDirectory.count(LimitedDirectory.counter(directory.open()), 0, 6);
    LimitedDirectory.count(LimitedDirectory.counter(directory.open()), 3, 9);
    Counter third = LimitedDirectory.counter(directory.open());
    LimitedDirectory.count(third, 0, 12);
    assertThat(directory.series())
        .isEqualTo(LimitedDirectory.named(0, 10, LimitedDirectory.OVERFLOW));
  }

  @Test
  void shouldCountAllMetricsTogetherWhenTheDirectoryHasTheMost() throws IOException {
    Tallystick first = directory.open(1_000, LimitedDirectory.MOST);
    Tallystick second = directory.open(1_000, LimitedDirectory.MOST);
    LimitedDirectory.count(LimitedDirectory.counter(first), 0, 6);
    Counter other = Counter.builder().name("y").labelNames("a").register(second);
    LimitedDirectory.count(other, 0, 6);
    LimitedDirectory.count(LimitedDirectory.counter(second), 0, 7);
    assertThat(directory.series())
        .isEqualTo(
            LimitedDirectory.named(
                0,
                6,
                Set.of(
                    "x_total{a=\"__overflow__\"}",
                    "y_total{a=\"0\"}",
                    "y_total{a=\"1\"}",
                    "y_total{a=\"2\"}",
                    "y_total{a=\"3\"}",
                    "y_total{a=\"__overflow__\"}")));
  }

  @Test
  void shouldCountTheDeadAndTheRetiredWhenAProcessIsNew() throws IOException {
    Tallystick killed = directory.open();
    LimitedDirectory.count(LimitedDirectory.counter(killed), 0, 4);
    RegistrarAccess.kill(killed);
    Tallystick closed = directory.open();
    LimitedDirectory.count(LimitedDirectory.counter(closed), 4, 8);
    closed.close();
    assertThat(directory.path().resolve("retired.tally")).exists();
    LimitedDirectory.count(LimitedDirectory.counter(directory.open()), 8, 20);
    assertThat(directory.series())
        .isEqualTo(LimitedDirectory.named(0, 10, LimitedDirectory.OVERFLOW));
  }

  @Test
  void shouldAlwaysMakeASeriesWhenTheMetricHasNoLabels() throws IOException {
    assertUnlabelledAreMade();
  }

  @Test
  void shouldAlwaysMakeASeriesWhenTheMetricHasNoLabelsAndThereIsNoIndex() throws IOException {
    Files.createDirectories(directory.path().resolve("series.index/full"));
    assertUnlabelledAreMade();
  }

  private void assertUnlabelledAreMade() throws IOException {
    try (CapturedLog log = CapturedLog.open()) {
      Tallystick tallystick = directory.open(1, 1);
      Counter.builder().name("a").register(tallystick).inc();
      Counter.builder().name("b").register(tallystick).inc();
      Counter labelled = Counter.builder().name("c").labelNames("a").register(tallystick);
      labelled.labelValues("1").inc();
      assertThat(directory.series())
          .containsExactlyInAnyOrder("a_total", "b_total", "c_total{a=\"__overflow__\"}");
      assertThat(Samples.of(tallystick.scraper())).doesNotContainKey("c_total{a=\"1\"}");
      assertThat(log.messages())
          .filteredOn(message -> message.contains("__overflow__"))
          .singleElement()
          .asString()
          .contains("metric=c");
    }
  }

  @Test
  void shouldCountAGaugeOfEachProcessOnceWhenTheyHaveTheSameLabels() throws IOException {
    for (int i = 0; i < 4; i++) {
      Tallystick tallystick = directory.open(2, 100);
      Gauge gauge =
          Gauge.builder()
              .name("g")
              .labelNames("a")
              .multiprocessMode(MultiprocessMode.ALL)
              .register(tallystick);
      gauge.labelValues("1").set(i);
      gauge.labelValues("2").set(i);
    }
    assertThat(directory.series()).hasSize(8).noneMatch(name -> name.contains("overflow"));
  }

  @Test
  void shouldTakeConstantLabelsForLabelsWhenProcessesDeclareThemOtherwise() throws IOException {
    Counter constant =
        Counter.builder()
            .name("x")
            .labelNames("a")
            .constLabels(Labels.of("b", "1"))
            .register(directory.open(1, 100));
    constant.labelValues("2").inc();
    Counter variable =
        Counter.builder().name("x").labelNames("b", "a").register(directory.open(1, 100));
    variable.labelValues("1", "2").inc();
    assertThat(directory.series()).containsExactly("x_total{a=\"2\",b=\"1\"}");
  }

  @Test
  void shouldNotCountWhatIsTooLongWhenItGoesToTheOverflowSeries() throws IOException {
    Counter counter = LimitedDirectory.counter(directory.open());
    for (int i = 0; i < 2 * LimitedDirectory.MOST; i++) {
      counter.labelValues(i + "x".repeat(70_000)).inc();
    }
    LimitedDirectory.count(counter, 0, 10);
    assertThat(directory.series())
        .isEqualTo(LimitedDirectory.named(0, 10, LimitedDirectory.OVERFLOW));
  }

  @Test
  void shouldHaveRoomAfterAMinuteWhenSeriesWereRemoved() throws Exception {
    Tallystick tallystick = directory.open();
    Counter counter = LimitedDirectory.counter(tallystick);
    Tallystick refused = directory.open();
    Counter other = LimitedDirectory.counter(refused);
    LimitedDirectory.count(counter, 0, 8);
    LimitedDirectory.count(other, 8, 10);
    counter.remove("0");
    counter.remove("1");
    LimitedDirectory.count(other, 10, 11);
    directory.clock().turn(Duration.ofSeconds(30));
    RegistrarAccess.turn(refused);
    LimitedDirectory.count(other, 10, 11);
    assertThat(directory.series())
        .isEqualTo(LimitedDirectory.named(2, 10, LimitedDirectory.OVERFLOW));
    directory.awaitRoom(other, "10");
    LimitedDirectory.count(counter, 11, 13);
    assertThat(directory.series())
        .isEqualTo(LimitedDirectory.named(2, 12, LimitedDirectory.OVERFLOW));
  }

  @Test
  void shouldCountTheSeriesOfAKilledProcessWhenItsFileIsNotFoldedYet() throws IOException {
    Tallystick refused = directory.open();
    Tallystick killed = directory.open();
    LimitedDirectory.count(LimitedDirectory.counter(killed), 0, 6);
    RegistrarAccess.kill(killed);
    Counter counter = LimitedDirectory.counter(refused);
    LimitedDirectory.count(counter, 6, 11);
    directory.clock().turn(Duration.ofSeconds(61));
    RegistrarAccess.turn(refused); // counts anew
    LimitedDirectory.count(counter, 11, 20);
    assertThat(directory.series())
        .isEqualTo(LimitedDirectory.named(0, 10, LimitedDirectory.OVERFLOW));
  }

  @Test
  void shouldForgetGaugesOfTheLivingWhenTheirProcessIsDead() throws Exception {
    Tallystick killed = directory.open(2, 100);
    Gauge gauge =
        Gauge.builder()
            .name("g")
            .labelNames("a")
            .multiprocessMode(MultiprocessMode.LIVESUM)
            .register(killed);
    gauge.labelValues("1").set(1);
    gauge.labelValues("2").set(1);
    Tallystick live = directory.open(2, 100);
    Gauge next =
        Gauge.builder()
            .name("g")
            .labelNames("a")
            .multiprocessMode(MultiprocessMode.LIVESUM)
            .register(live);
    next.labelValues("3").set(1);
    assertThat(directory.series()).contains("g{a=\"__overflow__\"}");
    RegistrarAccess.kill(killed);
    GaugeDataPoint overflow = next.labelValues("__overflow__");
    directory.awaitTurned(() -> next.labelValues("3") != overflow); // with nobody to fold the dead
  }

  @Test
  void shouldShowOneSetWhenAnInfoIsOverTheLimit() throws IOException {
    Info info = Info.builder().name("i").labelNames("a").register(directory.open(2, 100));
    Info other = Info.builder().name("i").labelNames("a").register(directory.open(2, 100));
    info.setLabelValues("1");
    other.setLabelValues("2");
    other.addLabelValues("3");
    assertThat(directory.series())
        .containsExactlyInAnyOrder(
            "i_info{a=\"1\"}", "i_info{a=\"2\"}", "i_info{a=\"__overflow__\"}");
  }
}
