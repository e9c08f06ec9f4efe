package io.tallystick.metrics;

import static io.tallystick.metrics.Differential.assertSameExposition;
import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.datapoints.Timer;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.Unit;
import io.tallystick.Tallystick;
import io.tallystick.testing.TempDirectory;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SummaryTest {
  @Test
  void shouldShowZeroWhenNothingWasObserved() throws IOException {
    assertSameExposition(library -> library.summary(b -> b.name("latency")));
  }

  @ParameterizedTest
  @ValueSource(
      doubles = {
        0,
        -0.0,
        0.1,
        -7.5,
        1e10,
        Double.MIN_VALUE,
        Double.MAX_VALUE,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        Double.NaN
      })
  void shouldShowTheSameWhenAValueIsObserved(double value) throws IOException {
    assertSameExposition(library -> library.summary(b -> b.name("latency")).self().observe(value));
  }

  @Test
  void shouldAddUpWhenManyValuesAreObserved() throws IOException {
    assertSameExposition(
        library -> {
          DistributionDataPoint summary = library.summary(b -> b.name("latency")).self();
          for (int i = -10; i < 100; i++) {
            summary.observe(i * 0.25);
          }
          summary.observe(Double.NaN);
        });
  }

  @Test
  void shouldShowNoSumWhenBothInfinitiesWereObserved() throws IOException {
    assertSameExposition(
        library -> {
          DistributionDataPoint summary = library.summary(b -> b.name("latency")).self();
          summary.observe(Double.POSITIVE_INFINITY);
          summary.observe(Double.NEGATIVE_INFINITY);
        });
  }

  @Test
  void shouldShowLabelsUnitAndHelpWhenTheyAreGiven() throws IOException {
    assertSameExposition(
        library -> {
          var summary =
              library.summary(
                  b ->
                      b.name("latency")
                          .unit(Unit.SECONDS)
                          .help("Latency \"of\"\nrequests \\ all")
                          .labelNames("status", "path", "app")
                          .constLabels(Labels.of("zone", "\\")));
          summary.labelValues("200", "/", "x").observe(0.75);
          summary.labelValues("200", "/", "a").observe(0.25);
          summary.initLabelValues("404", "/", "x");
          summary.labelValues("500", "/", "x").observe(4);
          summary.remove("500", "/", "x");
        });
  }

  @Test
  void shouldStartFromZeroWhenItIsCleared() throws IOException {
    assertSameExposition(
        library -> {
          var plain = library.summary(b -> b.name("plain"));
          plain.self().observe(3);
          plain.clear();
          plain.self().observe(0.5);
          var labelled = library.summary(b -> b.name("labelled").labelNames("path"));
          labelled.labelValues("/").observe(3);
          labelled.clear();
          labelled.labelValues("/").observe(0.5);
        });
  }

  @Test
  void shouldGetCountAndSumWhenItObserved() throws IOException {
    try (TempDirectory directory = TempDirectory.create();
        Tallystick tallystick = Tallystick.open(directory.path())) {
      Summary summary = Summary.builder().name("latency").register(tallystick);
      summary.observe(0.5);
      summary.observeWithExemplar(7, Labels.of("trace_id", "1"));
      summary.observe(Double.NaN);
      assertThat(summary.getCount()).isEqualTo(2);
      assertThat(summary.getSum()).isEqualTo(7.5);
    }
  }

  @Test
  void shouldObserveSecondsWhenATimerIsClosed() throws Exception {
    try (TempDirectory directory = TempDirectory.create();
        Tallystick tallystick = Tallystick.open(directory.path())) {
      Summary summary = Summary.builder().name("latency").register(tallystick);
      try (Timer timer = summary.startTimer()) {
        double seconds = timer.observeDuration();
        assertThat(summary.getCount()).isEqualTo(1);
        assertThat(summary.getSum()).isEqualTo(seconds).isGreaterThan(0);
      }
      summary.time(() -> {});
      assertThat(summary.timeChecked(() -> "called")).isEqualTo("called");
      assertThat(summary.getCount()).isEqualTo(4);
    }
  }
}
