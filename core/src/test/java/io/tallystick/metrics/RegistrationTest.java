package io.tallystick.metrics;

import static io.tallystick.metrics.Differential.assertRefusedBeforeScrape;
import static io.tallystick.metrics.Differential.assertSameExposition;
import static io.tallystick.metrics.Differential.assertSameFailure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.Unit;
import io.tallystick.Tallystick;
import io.tallystick.metrics.Library.Shape;
import io.tallystick.scrape.TextFormat;
import io.tallystick.testing.ExpositionText;
import io.tallystick.testing.TempDirectory;
import java.io.IOException;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the builders of all metric types have in common, above all what they refuse. */
class RegistrationTest {
  /** Every metric type, with what its builder needs. */
  enum Type {
    COUNTER {
      @Override
      void register(Library library, Consumer<Shape> shape) {
        library.counter(shape);
      }
    },
    GAUGE {
      @Override
      void register(Library library, Consumer<Shape> shape) {
        library.gauge(shape);
      }
    },
    HISTOGRAM {
      @Override
      void register(Library library, Consumer<Shape> shape) {
        library.histogram(shape);
      }
    },
    SUMMARY {
      @Override
      void register(Library library, Consumer<Shape> shape) {
        library.summary(shape);
      }
    },
    INFO {
      @Override
      void register(Library library, Consumer<Shape> shape) {
        library.info(shape);
      }
    },
    STATESET {
      @Override
      void register(Library library, Consumer<Shape> shape) {
        library.stateSet(shape.andThen(b -> b.states("on", "off")));
      }
    };

    abstract void register(Library library, Consumer<Shape> shape);
  }

  @ParameterizedTest
  @EnumSource
  void shouldFailAsClientJavaWhenThereIsNoName(Type type) throws IOException {
    assertSameFailure(library -> type.register(library, b -> b.help("Help.")));
    assertSameFailure(library -> type.register(library, b -> b.name(null)));
    assertSameFailure(library -> type.register(library, b -> b.name("")));
  }

  @Test
  void shouldFailAsClientJavaWhenNothingIsLeftOfTheName() throws IOException {
    assertSameFailure(library -> library.counter(b -> b.name("_total")));
    assertSameFailure(library -> library.info(b -> b.name("_info")));
  }

  @ParameterizedTest
  @EnumSource
  void shouldFailAsClientJavaWhenALabelNameIsIllegal(Type type) throws IOException {
    for (String label : new String[] {"", "__reserved", "._x", null}) {
      assertSameFailure(library -> type.register(library, b -> b.name("x").labelNames("a", label)));
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldFailAsClientJavaWhenALabelIsAlsoAConstantOne(Type type) throws IOException {
    Labels labels = Labels.of("a.b", "1");
    assertSameFailure(
        library -> type.register(library, b -> b.name("x").labelNames("a_b").constLabels(labels)));
    assertSameFailure(
        library -> type.register(library, b -> b.name("x").constLabels(labels).labelNames("a.b")));
  }

  @ParameterizedTest
  @EnumSource
  void shouldFailAsClientJavaWhenLabelsAreNull(Type type) throws IOException {
    assertSameFailure(library -> type.register(library, b -> b.name("x").constLabels(null)));
    assertSameFailure(
        library -> type.register(library, b -> b.name("x").labelNames((String[]) null)));
  }

  @Test
  void shouldFailAsClientJavaWhenALabelNameIsReserved() throws IOException {
    Labels le = Labels.of("le", "1");
    Labels quantile = Labels.of("quantile", "1");
    assertSameFailure(library -> library.histogram(b -> b.name("x").labelNames("le")));
    assertSameFailure(library -> library.histogram(b -> b.name("x").constLabels(le)));
    assertSameFailure(library -> library.summary(b -> b.name("x").labelNames("quantile")));
    assertSameFailure(library -> library.summary(b -> b.name("x").constLabels(quantile)));
  }

  @ParameterizedTest
  @EnumSource
  void shouldTakeALabelNameWhenOnlyAnotherTypeReservesIt(Type type) throws IOException {
    String label = type == Type.HISTOGRAM ? "quantile" : "le";
    assertSameExposition(
        library -> type.register(library, b -> b.name("x").constLabels(Labels.of(label, "1"))));
  }

  @ParameterizedTest
  @EnumSource
  void shouldTakeTheNameAsClientJavaWhenItHasAnyCharacters(Type type) throws IOException {
    for (String name : new String[] {"a.b", "1x", "a b", "é", "x_bucket", "x_count", "a-b", ":"}) {
      assertSameExposition(library -> type.register(library, b -> b.name(name)));
    }
  }

  @Test
  void shouldTakeTheNameAsClientJavaWhenItHasTheSuffixOfAnotherType() throws IOException {
    assertSameExposition(library -> library.gauge(b -> b.name("x_total")));
    assertSameExposition(library -> library.gauge(b -> b.name("x_info")));
    assertSameExposition(library -> library.counter(b -> b.name("x_info")));
    assertSameExposition(library -> library.histogram(b -> b.name("x_total")));
    assertSameExposition(library -> library.summary(b -> b.name("x_created")));
    assertSameExposition(
        library -> library.info(b -> b.name("x_total").constLabels(Labels.of("version", "1"))));
  }

  @Test
  void shouldTakeALabelNameAsClientJavaWhenItHasAnyCharacters() throws IOException {
    assertSameExposition(
        library -> {
          library
              .counter(b -> b.name("x").labelNames("a.b", "é", "c d"))
              .labelValues("1", "2", "3")
              .inc();
          library.gauge(b -> b.name("y").constLabels(Labels.of("http.path", "/")));
        });
  }

  @ParameterizedTest
  @EnumSource
  void shouldFailAsClientJavaWhenItIsRegisteredTwice(Type type) throws IOException {
    assertSameFailure(
        library -> {
          type.register(library, b -> b.name("x"));
          type.register(library, b -> b.name("x"));
        });
    assertSameFailure(
        library -> {
          type.register(library, b -> b.name("x").labelNames("a", "b"));
          type.register(library, b -> b.name("x").labelNames("b", "a"));
        });
  }

  @ParameterizedTest
  @EnumSource
  void shouldFailAsClientJavaWhenAnotherTypeHasTheName(Type type) throws IOException {
    for (Type other : Type.values()) {
      if (other != type) {
        assertSameFailure(
            library -> {
              type.register(library, b -> b.name("x"));
              other.register(library, b -> b.name("x").labelNames("a"));
            });
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldFailAsClientJavaWhenTheSameNameHasOtherHelp(Type type) throws IOException {
    for (String help : new String[] {"Other help.", null}) {
      assertSameFailure(
          library -> {
            type.register(library, b -> b.name("x").help("Help."));
            type.register(library, b -> b.name("x").help(help).labelNames("a"));
          });
    }
  }

  @Test
  void shouldFailAsClientJavaWhenTheSameNameHasAnotherUnit() throws IOException {
    assertSameFailure(
        library -> {
          library.counter(b -> b.name("x_seconds").unit(Unit.SECONDS));
          library.counter(b -> b.name("x_seconds").labelNames("a"));
        });
  }

  @Test
  void shouldFailAsClientJavaWhenALineWouldHaveANameThatIsTaken() throws IOException {
    assertSameFailure(
        library -> {
          library.histogram(b -> b.name("x"));
          library.gauge(b -> b.name("x_count"));
        });
    assertSameFailure(
        library -> {
          library.gauge(b -> b.name("x_total"));
          library.counter(b -> b.name("x"));
        });
    assertSameFailure(
        library -> {
          library.info(b -> b.name("x"));
          library.stateSet(b -> b.name("x_info").states("on"));
        });
  }

  @Test
  void shouldFailAsClientJavaWhenOneLabelIsConstantHereAndVariableThere() throws IOException {
    assertSameFailure(
        library -> {
          library.counter(b -> b.name("x").constLabels(Labels.of("a", "1")));
          library.counter(b -> b.name("x").labelNames("a"));
        });
    assertSameFailure(
        library -> {
          library.counter(b -> b.name("x").constLabels(Labels.of("a", "1")));
          library.counter(b -> b.name("x").constLabels(Labels.of("a", "2")));
        });
  }

  @ParameterizedTest
  @EnumSource(names = {"COUNTER", "GAUGE", "HISTOGRAM", "SUMMARY", "STATESET"})
  void shouldFailAsClientJavaWhenLabelValuesAreNotAsManyAsNames(Type type) throws IOException {
    String[][] wrong = {{}, {"1"}, {"1", "2", "3"}, {"1", "2", "3", "4"}};
    for (String[] values : wrong) {
      assertSameFailure(library -> labelled(type, library, "a", "b").labelValues(values));
      assertSameFailure(library -> labelled(type, library, "a", "b").initLabelValues(values));
    }
    assertSameFailure(library -> labelled(type, library, "a").labelValues("1", "2"));
    assertSameFailure(library -> labelled(type, library, "a", "b", "c").labelValues("1", "2"));
    assertSameFailure(library -> labelled(type, library).labelValues("1"));
    assertSameFailure(library -> labelled(type, library).initLabelValues("1", "2", "3"));
  }

  @ParameterizedTest
  @EnumSource(names = {"COUNTER", "GAUGE", "HISTOGRAM", "SUMMARY", "STATESET"})
  void shouldFailAsClientJavaWhenALabelValueIsNull(Type type) throws IOException {
    assertSameFailure(library -> labelled(type, library, "a").labelValues((String) null));
    assertSameFailure(library -> labelled(type, library, "a", "b").labelValues("1", null));
    assertSameFailure(library -> labelled(type, library, "a", "b").labelValues(null, "1"));
    assertSameFailure(library -> labelled(type, library, "a", "b", "c").labelValues("", null, ""));
    assertSameFailure(
        library -> labelled(type, library, "a", "b", "c", "d").labelValues("", "", "", null));
    assertSameFailure(library -> labelled(type, library, "a").initLabelValues((String) null));
  }

  @Test
  void shouldFailAsClientJavaWhenAMetricWithLabelsIsUsedWithout() throws IOException {
    assertSameFailure(library -> library.counter(b -> b.name("x").labelNames("a")).self().inc());
    assertSameFailure(library -> library.counter(b -> b.name("x").labelNames("a")).self().inc(2.5));
    assertSameFailure(library -> library.counter(b -> b.name("x").labelNames("a")).self().get());
    assertSameFailure(
        library -> library.counter(b -> b.name("x").labelNames("a")).self().getLongValue());
    assertSameFailure(library -> library.gauge(b -> b.name("x").labelNames("a")).self().set(1));
    assertSameFailure(library -> library.gauge(b -> b.name("x").labelNames("a")).self().inc());
    assertSameFailure(library -> library.gauge(b -> b.name("x").labelNames("a")).self().get());
    assertSameFailure(
        library -> library.histogram(b -> b.name("x").labelNames("a")).self().observe(1));
    assertSameFailure(
        library -> library.histogram(b -> b.name("x").labelNames("a")).self().getCount());
    assertSameFailure(
        library -> library.summary(b -> b.name("x").labelNames("a")).self().observe(1));
    assertSameFailure(library -> library.summary(b -> b.name("x").labelNames("a")).self().getSum());
    assertSameFailure(
        library ->
            library.stateSet(b -> b.name("x").labelNames("a").states("on")).self().setTrue("on"));
  }

  @ParameterizedTest
  @EnumSource(names = {"COUNTER", "GAUGE", "HISTOGRAM", "SUMMARY", "STATESET"})
  void shouldDoNothingWhenASeriesThatCannotBeIsRemoved(Type type) throws IOException {
    assertSameExposition(
        library -> {
          var metric = labelled(type, library, "a", "b");
          metric.initLabelValues("1", "2");
          metric.remove("1");
          metric.remove("1", null);
          metric.remove();
          metric.remove("2", "1");
        });
  }

  @ParameterizedTest
  @EnumSource(names = {"COUNTER", "GAUGE", "HISTOGRAM", "SUMMARY", "STATESET"})
  void shouldRefuseBeforeTheScrapeWhenALabelIsThereTwice(Type type) throws IOException {
    assertRefusedBeforeScrape(
        library -> labelled(type, library, "a", "a").labelValues("1", "2"),
        "a: duplicate label name");
    assertRefusedBeforeScrape(
        library -> labelled(type, library, "a.b", "a_b").labelValues("1", "2"),
        "a_b: duplicate label name");
  }

  @Test
  void shouldRefuseTheLabelPidWhenAGaugeNeedsItForItself() throws IOException {
    try (TempDirectory directory = TempDirectory.create();
        Tallystick tallystick = Tallystick.open(directory.path())) {
      Gauge.Builder gauge = Gauge.builder().name("x").labelNames("pid");
      assertThatThrownBy(() -> gauge.register(tallystick))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "label is reserved, rename it or set another multiprocessMode: metric=x label=pid");
      gauge.multiprocessMode(MultiprocessMode.SUM).register(tallystick).labelValues("1").set(2);
      assertThat(
              ExpositionText.withoutOwn(
                  ExpositionText.of(tallystick.scraper(), TextFormat.PROMETHEUS)))
          .contains("x{pid=\"1\"} 2.0");
    }
  }

  @Test
  void shouldTakeTheNameWhenAnEarlierRegistrationWasRefused() throws IOException {
    try (TempDirectory directory = TempDirectory.create();
        Tallystick tallystick = Tallystick.open(directory.path())) {
      Counter.Builder tooLong = Counter.builder().name("x").help("x".repeat(70_000));
      assertThatThrownBy(() -> tooLong.register(tallystick))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "family descriptor is too long, shorten its names, help, bounds or states: family=x"
                  + " maxBytes=65535");
      Counter counter = Counter.builder().name("x").help("x").register(tallystick);
      counter.inc();
      assertThat(counter.get()).isEqualTo(1);
    }
  }

  private static Library.Metric<?> labelled(Type type, Library library, String... labelNames) {
    return switch (type) {
      case COUNTER -> library.counter(b -> b.name("x").labelNames(labelNames));
      case GAUGE -> library.gauge(b -> b.name("x").labelNames(labelNames));
      case HISTOGRAM -> library.histogram(b -> b.name("x").labelNames(labelNames));
      case SUMMARY -> library.summary(b -> b.name("x").labelNames(labelNames));
      case STATESET ->
          library.stateSet(b -> b.name("x").labelNames(labelNames).states("on", "off"));
      case INFO -> throw new IllegalArgumentException("an info has no data points");
    };
  }
}
