package io.tallystick.metrics;

import static io.tallystick.metrics.Differential.assertSameExposition;
import static io.tallystick.metrics.Differential.assertSameFailure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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

class HistogramTest {
  @Test
  void shouldShowAllBucketsWhenNothingWasObserved() throws IOException {
    assertSameExposition(library -> library.histogram(b -> b.name("latency")));
  }

  @Test
  void shouldHaveTheBucketsOfClientJavaWhenBoundsAreGivenInAnyWay() throws IOException {
    assertSameExposition(
        library -> {
          library.histogram(b -> b.name("by_default"));
          library.histogram(b -> b.name("one").classicUpperBounds(1));
          library.histogram(b -> b.name("none").classicUpperBounds());
          library.histogram(b -> b.name("unsorted").classicUpperBounds(3, 1, 2));
          library.histogram(b -> b.name("repeated").classicUpperBounds(1, 2, 2, 3, 1));
          library.histogram(
              b -> b.name("infinite").classicUpperBounds(1, Double.POSITIVE_INFINITY));
          library.histogram(
              b -> b.name("only_infinite").classicUpperBounds(Double.POSITIVE_INFINITY));
          library.histogram(b -> b.name("negative").classicUpperBounds(-5, -0.5, 0, 1e-9, 2.5));
          library.histogram(
              b -> b.name("minus_infinite").classicUpperBounds(Double.NEGATIVE_INFINITY, 0));
          library.histogram(
              b -> b.name("extreme").classicUpperBounds(Double.MIN_VALUE, 1e7, 1e15, 1e300));
          library.histogram(b -> b.name("linear").classicLinearUpperBounds(0.1, 0.1, 10));
          library.histogram(b -> b.name("down").classicLinearUpperBounds(1, -0.5, 5));
          library.histogram(b -> b.name("no_line").classicLinearUpperBounds(1, 1, 0));
          library.histogram(b -> b.name("one_point").classicLinearUpperBounds(1, 0, 3));
          library.histogram(b -> b.name("exponential").classicExponentialUpperBounds(0.001, 2, 16));
          library.histogram(b -> b.name("halves").classicExponentialUpperBounds(1, 0.5, 5));
          library.histogram(b -> b.name("zeros").classicExponentialUpperBounds(0, 2, 5));
        });
  }

  @ParameterizedTest
  @ValueSource(
      doubles = {
        0,
        -0.0,
        0.5,
        1,
        2,
        2.5,
        3,
        1e9,
        -1,
        -1.5,
        Double.MIN_VALUE,
        Double.MAX_VALUE,
        -Double.MAX_VALUE,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        Double.NaN
      })
  void shouldCountInTheSameBucketsWhenAValueIsObserved(double value) throws IOException {
    assertSameExposition(
        library ->
            library
                .histogram(b -> b.name("latency").classicUpperBounds(-1, 0, 1, 2, 3))
                .self()
                .observe(value));
  }

  @Test
  void shouldCountInTheSameBucketsWhenValuesLieAtTheBounds() throws IOException {
    assertSameExposition(
        library -> {
          double[] bounds = {-2.5, -1, 0, 0.001, 0.0625, 0.5, 1, 1.0625, 1.125, 10, 1000};
          DistributionDataPoint histogram =
              library.histogram(b -> b.name("latency").classicUpperBounds(bounds)).self();
          for (double bound : bounds) {
            histogram.observe(bound);
          }
        });
  }

  @Test
  void shouldCountInTheSameBucketsWhenValuesLieBesideTheBounds() throws IOException {
    for (boolean up : new boolean[] {true, false}) {
      assertSameExposition(
          library -> {
            double[] bounds = {-2.5, 0, 0.25, 0.5, 1, 1.0625, 8};
            for (int i = 0; i < bounds.length; i++) {
              String name = "latency_" + i;
              double value = up ? Math.nextUp(bounds[i]) : Math.nextDown(bounds[i]);
              library.histogram(b -> b.name(name).classicUpperBounds(bounds)).self().observe(value);
            }
          });
    }
  }

  @Test
  void shouldIgnoreItWhenNotANumberIsObservedAmongOthers() throws IOException {
    assertSameExposition(
        library -> {
          DistributionDataPoint histogram =
              library.histogram(b -> b.name("latency").classicUpperBounds(1, 2)).self();
          histogram.observe(0.5);
          histogram.observe(Double.NaN);
          histogram.observe(1.5);
        });
  }

  @Test
  void shouldShowNoSumWhenBothInfinitiesWereObserved() throws IOException {
    assertSameExposition(
        library -> {
          DistributionDataPoint histogram =
              library.histogram(b -> b.name("latency").classicUpperBounds(1, 2)).self();
          histogram.observe(Double.POSITIVE_INFINITY);
          histogram.observe(Double.NEGATIVE_INFINITY);
        });
  }

  @Test
  void shouldShowLabelsUnitAndHelpWhenTheyAreGiven() throws IOException {
    assertSameExposition(
        library -> {
          var histogram =
              library.histogram(
                  b ->
                      b.name("request.latency")
                          .unit(Unit.SECONDS)
                          .help("Latency \"of\"\nrequests \\ all")
                          .labelNames("status", "path")
                          .constLabels(Labels.of("zone", "a\"b"))
                          .classicUpperBounds(0.5, 1));
          histogram.labelValues("200", "/").observe(0.75);
          histogram.labelValues("500", "/").observe(4);
          histogram.initLabelValues("404", "/");
          histogram.labelValues("999", "/").observe(4);
          histogram.remove("999", "/");
        });
  }

  @Test
  void shouldStartFromZeroWhenItIsCleared() throws IOException {
    assertSameExposition(
        library -> {
          var plain = library.histogram(b -> b.name("plain").classicUpperBounds(1));
          plain.self().observe(3);
          plain.clear();
          plain.self().observe(0.5);
          var labelled =
              library.histogram(b -> b.name("labelled").classicUpperBounds(1).labelNames("path"));
          labelled.labelValues("/").observe(3);
          labelled.clear();
          labelled.labelValues("/").observe(0.5);
        });
  }

  @Test
  void shouldGetCountAndSumWhenItObserved() throws IOException {
    try (TempDirectory directory = TempDirectory.create();
        Tallystick tallystick = Tallystick.open(directory.path())) {
      Histogram histogram =
          Histogram.builder()
              .name("latency")
              .classicOnly()
              .classicUpperBounds(1, 2)
              .register(tallystick);
      histogram.observe(0.5);
      histogram.observe(1.5);
      histogram.observe(7);
      histogram.observe(Double.NaN);
      assertThat(histogram.getCount()).isEqualTo(3);
      assertThat(histogram.getSum()).isEqualTo(9);
    }
  }

  @Test
  void shouldObserveSecondsWhenATimerIsClosed() throws Exception {
    try (TempDirectory directory = TempDirectory.create();
        Tallystick tallystick = Tallystick.open(directory.path())) {
      Histogram histogram = Histogram.builder().name("latency").register(tallystick);
      double seconds;
      try (Timer timer = histogram.startTimer()) {
        seconds = timer.observeDuration();
        assertThat(histogram.getCount()).isEqualTo(1);
        assertThat(histogram.getSum()).isEqualTo(seconds).isGreaterThan(0);
      }
      histogram.time(() -> {});
      assertThat(histogram.time(() -> "supplied")).isEqualTo("supplied");
      assertThat(histogram.timeChecked(() -> "called")).isEqualTo("called");
      assertThat(histogram.getCount()).isEqualTo(5);
    }
  }

  @Test
  void shouldObserveWhenWhatIsTimedThrows() throws IOException {
    try (TempDirectory directory = TempDirectory.create();
        Tallystick tallystick = Tallystick.open(directory.path())) {
      Histogram histogram = Histogram.builder().name("latency").register(tallystick);
      Runnable failing =
          () -> {
            throw new UnsupportedOperationException("as the test wants");
          };
      assertThatThrownBy(() -> histogram.time(failing))
          .isInstanceOf(UnsupportedOperationException.class);
      assertThat(histogram.getCount()).isEqualTo(1);
    }
  }

  @Test
  void shouldFailAsClientJavaWhenBoundsAreIllegal() throws IOException {
    assertSameFailure(library -> library.histogram(b -> b.classicUpperBounds(1, Double.NaN)));
    assertSameFailure(
        library -> library.histogram(b -> b.name("latency").classicUpperBounds(-0.0, 0.0)));
    assertSameFailure(
        library -> library.histogram(b -> b.name("latency").classicLinearUpperBounds(1, 1, -1)));
    assertSameFailure(
        library ->
            library.histogram(b -> b.name("latency").classicExponentialUpperBounds(1, 2, -1)));
  }
}
