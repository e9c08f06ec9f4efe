package io.tallystick.metrics;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.tallystick.Tallystick;
import io.tallystick.scrape.TextFormat;
import io.tallystick.testing.CapturedLog;
import io.tallystick.testing.ExpositionText;
import io.tallystick.testing.TempDirectory;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What happens to series over a limit. */
class OverflowTest {
  private static final String TOO_LONG = "x".repeat(70_000);

  private TempDirectory directory;
  private Tallystick tallystick;

  @BeforeEach
  void open() throws IOException {
    directory = TempDirectory.create();
    tallystick = Tallystick.builder().directory(directory.path()).maxSeriesPerMetric(2).open();
  }

  @AfterEach
  void close() throws IOException {
    tallystick.close();
    directory.close();
  }

  @Test
  void shouldCountInOneSeriesWhenThereAreMoreThanTheMost() throws IOException {
    Counter counter = Counter.builder().name("x").labelNames("a", "b").register(tallystick);
    for (int i = 0; i < 10; i++) {
      counter.labelValues("1", "" + i).inc();
    }
    assertThat(lines("x_total"))
        .containsExactly(
            "x_total{a=\"1\",b=\"0\"} 1.0",
            "x_total{a=\"1\",b=\"1\"} 1.0",
            "x_total{a=\"__overflow__\",b=\"__overflow__\"} 8.0");
  }

  @Test
  void shouldCountInTheOverflowSeriesWhenALabelValueIsTooLong() throws IOException {
    Counter counter = Counter.builder().name("x").labelNames("a").register(tallystick);
    counter.labelValues(TOO_LONG).inc();
    counter.labelValues("1").inc();
    assertThat(lines("x_total"))
        .containsExactly("x_total{a=\"1\"} 1.0", "x_total{a=\"__overflow__\"} 1.0");
  }

  @Test
  void shouldSayItOnceWhenManySeriesAreTooMany() throws IOException {
    Counter counter = Counter.builder().name("x").labelNames("a").register(tallystick);
    try (CapturedLog log = CapturedLog.open()) {
      for (int i = 0; i < 10; i++) {
        counter.labelValues("" + i).inc();
      }
      assertThat(log.messages()).singleElement(as(STRING)).contains("metric=x", "__overflow__");
    }
  }

  @Test
  void shouldMakeTheOverflowSeriesAgainWhenTheMetricWasCleared() throws IOException {
    Counter counter = Counter.builder().name("x").labelNames("a").register(tallystick);
    for (int round = 0; round < 2; round++) {
      counter.clear();
      for (int i = 0; i < 4; i++) {
        counter.labelValues("" + i).inc();
      }
    }
    assertThat(lines("x_total"))
        .containsExactly(
            "x_total{a=\"0\"} 1.0", "x_total{a=\"1\"} 1.0", "x_total{a=\"__overflow__\"} 2.0");
  }

  @Test
  void shouldShowOneOverflowSetWhenAnInfoHasMoreThanTheMost() throws IOException {
    Info info = Info.builder().name("x").labelNames("a").register(tallystick);
    for (int i = 0; i < 5; i++) {
      info.addLabelValues("" + i);
    }
    info.addLabelValues(TOO_LONG);
    assertThat(lines("x_info"))
        .containsExactly("x_info{a=\"0\"} 1", "x_info{a=\"1\"} 1", "x_info{a=\"__overflow__\"} 1");
  }

  @Test
  void shouldSayHowManyLookUpsOverflowedWhenTheAgentHasTurned() throws IOException {
    Counter counter = Counter.builder().name("x").labelNames("a").register(tallystick);
    for (int i = 0; i < 5; i++) {
      counter.labelValues("" + i).inc();
    }
    RegistrarAccess.turn(tallystick);
    assertThat(lines("tallystick_overflows")).containsExactly("tallystick_overflows 3.0");
  }

  private List<String> lines(String name) throws IOException {
    return ExpositionText.of(tallystick.scraper(), TextFormat.PROMETHEUS).stream()
        .filter(line -> line.startsWith(name))
        .toList();
  }
}
