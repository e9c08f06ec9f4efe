package io.tallystick.metrics;

import static io.tallystick.metrics.Differential.assertSameExposition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.prometheus.metrics.core.datapoints.GaugeDataPoint;
import io.prometheus.metrics.core.datapoints.Timer;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.Unit;
import io.tallystick.Tallystick;
import io.tallystick.scrape.TextFormat;
import io.tallystick.testing.ExpositionText;
import io.tallystick.testing.TempDirectory;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class GaugeTest {
  @ParameterizedTest
  @EnumSource(names = {"MIN", "MAX", "SUM", "MOSTRECENT"})
  void shouldShowZeroWhenNothingWasSet(MultiprocessMode mode) throws IOException {
    assertSameExposition(library -> library.gauge(mode, b -> b.name("temperature")));
  }

  @ParameterizedTest
  @ValueSource(
      doubles = {
        0,
        -0.0,
        1,
        -1,
        0.1,
        -123.456,
        1e7,
        -1e7,
        123456789012345.0,
        0x1p53,
        -0x1p53,
        1e-3,
        9.999e-4,
        1e300,
        Double.MIN_VALUE,
        -Double.MIN_VALUE,
        Double.MAX_VALUE,
        -Double.MAX_VALUE,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        Double.NaN
      })
  void shouldShowTheSameWhenItIsSet(double value) throws IOException {
    assertSameExposition(library -> library.gauge(b -> b.name("temperature")).self().set(value));
  }

  @ParameterizedTest
  @EnumSource(names = {"MIN", "MAX", "SUM", "MOSTRECENT"})
  void shouldShowTheLastValueWhenItIsSetTwice(MultiprocessMode mode) throws IOException {
    assertSameExposition(
        library -> {
          GaugeDataPoint gauge = library.gauge(mode, b -> b.name("temperature")).self();
          gauge.set(7.25);
          gauge.set(-3.5);
        });
  }

  @ParameterizedTest
  @EnumSource(names = {"MIN", "MAX", "SUM"})
  void shouldGoUpAndDownWhenItIsIncrementedAndDecremented(MultiprocessMode mode)
      throws IOException {
    assertSameExposition(
        library -> {
          GaugeDataPoint gauge = library.gauge(mode, b -> b.name("connections")).self();
          gauge.set(10);
          gauge.inc();
          gauge.inc(2.5);
          gauge.dec();
          gauge.dec(20.25);
          gauge.inc(-0.0);
          gauge.inc(-1);
        });
  }

  @ParameterizedTest
  @ValueSource(
      doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.MAX_VALUE})
  void shouldShowTheSameWhenItIsIncrementedByAnExtreme(double amount) throws IOException {
    assertSameExposition(
        library -> {
          GaugeDataPoint gauge =
              library.gauge(MultiprocessMode.SUM, b -> b.name("temperature")).self();
          gauge.inc(amount);
          gauge.inc(1);
          gauge.inc(amount);
        });
  }

  @Test
  void shouldShowLabelsUnitAndHelpWhenTheyAreGiven() throws IOException {
    assertSameExposition(
        library -> {
          var gauge =
              library.gauge(
                  b ->
                      b.name("room.temperature")
                          .unit(Unit.CELSIUS)
                          .help("How \"warm\"\nit is in C:\\room")
                          .labelNames("room", "floor")
                          .constLabels(Labels.of("house", "1")));
          gauge.labelValues("kitchen", "0").set(21.5);
          gauge.labelValues("bath", "1").set(24);
          gauge.initLabelValues("attic", "2");
        });
  }

  @Test
  void shouldForgetSeriesWhenTheyAreRemovedOrCleared() throws IOException {
    assertSameExposition(
        library -> {
          var removed = library.gauge(b -> b.name("removed").labelNames("room"));
          removed.labelValues("kitchen").set(1);
          removed.labelValues("bath").set(2);
          removed.remove("bath");
          var cleared = library.gauge(b -> b.name("cleared").labelNames("room"));
          cleared.labelValues("kitchen").set(1);
          cleared.clear();
          var again = library.gauge(b -> b.name("again"));
          again.self().set(3);
          again.clear();
        });
  }

  @Test
  void shouldShowZeroWhenItHasNoLabelsAndIsRemoved() throws IOException {
    assertSameExposition(
        library -> {
          var gauge = library.gauge(b -> b.name("temperature"));
          gauge.self().set(3);
          gauge.remove();
        });
  }

  @Test
  void shouldSetWhenExemplarsAreGiven() throws IOException {
    assertSameExposition(
        library -> {
          GaugeDataPoint gauge =
              library.gauge(MultiprocessMode.SUM, b -> b.name("temperature")).self();
          if (library instanceof TallystickLibrary) {
            Labels exemplar = Labels.of("trace_id", "1");
            gauge.setWithExemplar(4, exemplar);
            gauge.incWithExemplar(exemplar);
            gauge.incWithExemplar(2, exemplar);
            gauge.decWithExemplar(exemplar);
            gauge.decWithExemplar(0.5, exemplar);
          } else {
            gauge.set(5.5);
          }
        });
  }

  @ParameterizedTest
  @EnumSource(names = {"MOSTRECENT", "LIVEMOSTRECENT"})
  void shouldRefuseToAddWhenTheMostRecentValueCounts(MultiprocessMode mode) throws IOException {
    try (TempDirectory directory = TempDirectory.create();
        Tallystick tallystick = Tallystick.open(directory.path())) {
      Gauge gauge = Gauge.builder().name("temperature").multiprocessMode(mode).register(tallystick);
      assertThatThrownBy(gauge::inc).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> gauge.inc(1)).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(gauge::dec).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> gauge.dec(1)).isInstanceOf(IllegalStateException.class);
      assertThat(gauge.get()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ALL", "LIVEALL"})
  void shouldShowEachProcessUnderItsPidWhenTheModeSaysSo(MultiprocessMode mode) throws IOException {
    try (TempDirectory directory = TempDirectory.create();
        Tallystick one =
            Tallystick.builder().directory(directory.path()).instanceName("one").open();
        Tallystick two =
            Tallystick.builder().directory(directory.path()).instanceName("two").open()) {
      for (Tallystick tallystick : List.of(one, two)) {
        Gauge.builder()
            .name("connections")
            .help("Open connections.")
            .labelNames("room")
            .multiprocessMode(mode)
            .register(tallystick)
            .labelValues("kitchen")
            .set(tallystick.instanceName().length());
      }
      RegistrarAccess.turn(one);
      Gauge.builder().name("late").multiprocessMode(mode).register(two).inc(2.5);
      assertThat(ExpositionText.withoutOwn(ExpositionText.of(one.scraper(), TextFormat.PROMETHEUS)))
          .containsExactly(
              "# HELP connections Open connections.",
              "# TYPE connections gauge",
              "connections{pid=\"one\",room=\"kitchen\"} 3.0",
              "connections{pid=\"two\",room=\"kitchen\"} 3.0",
              "# TYPE late gauge",
              "late{pid=\"two\"} 2.5",
              "");
    }
  }

  @Test
  void shouldKeepOrForgetTheDeadWhenTheModeSaysSo() throws IOException {
    try (TempDirectory directory = TempDirectory.create();
        Tallystick living =
            Tallystick.builder().directory(directory.path()).instanceName("living").open()) {
      try (Tallystick dead =
          Tallystick.builder().directory(directory.path()).instanceName("dead").open()) {
        for (MultiprocessMode mode : MultiprocessMode.values()) {
          String name = mode.name().toLowerCase(java.util.Locale.ROOT);
          Gauge.builder().name(name).multiprocessMode(mode).register(living).set(5);
          Gauge.builder().name(name).multiprocessMode(mode).register(dead).set(3);
        }
      }
      assertThat(
              ExpositionText.withoutOwn(ExpositionText.of(living.scraper(), TextFormat.PROMETHEUS)))
          .filteredOn(line -> !line.startsWith("#") && !line.startsWith("mostrecent"))
          .containsExactly(
              "all{pid=\"dead\"} 3.0",
              "all{pid=\"living\"} 5.0",
              "liveall{pid=\"living\"} 5.0",
              "livemax 5.0",
              "livemin 5.0",
              "livemostrecent 5.0",
              "livesum 5.0",
              "max 5.0",
              "min 3.0",
              "sum 8.0",
              "");
    }
  }

  @Test
  void shouldHoldTheSecondsThatPassedWhenATimerIsObserved() throws IOException {
    try (TempDirectory directory = TempDirectory.create();
        Tallystick tallystick = Tallystick.open(directory.path())) {
      Gauge gauge = Gauge.builder().name("took").unit(Unit.SECONDS).register(tallystick);
      double seconds;
      try (Timer timer = gauge.startTimer()) {
        seconds = timer.observeDuration();
        assertThat(gauge.get()).isEqualTo(seconds).isGreaterThan(0);
      }
      gauge.set(-1);
      gauge.time(() -> {});
      assertThat(gauge.get()).isBetween(0.0, 60.0);
    }
  }
}
