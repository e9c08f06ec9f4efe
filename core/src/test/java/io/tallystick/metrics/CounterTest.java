package io.tallystick.metrics;

import static io.tallystick.metrics.Differential.assertSameExposition;
import static io.tallystick.metrics.Differential.assertSameFailure;
import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.Unit;
import io.tallystick.Tallystick;
import io.tallystick.testing.TempDirectory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CounterTest {
  @Test
  void shouldShowZeroWhenNothingWasCounted() throws IOException {
    assertSameExposition(library -> library.counter(b -> b.name("requests_total")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"requests", "requests_total", "requests.total", "http.requests", "a:b"})
  void shouldShowTheNameOfClientJavaWhenSuffixOrDotsAreGiven(String name) throws IOException {
    assertSameExposition(library -> library.counter(b -> b.name(name).help("Requests.")));
  }

  @Test
  void shouldShowUnitAndHelpWhenTheyAreGiven() throws IOException {
    assertSameExposition(
        library -> {
          library.counter(b -> b.name("busy_total").unit(Unit.SECONDS).help("Time."));
          library.counter(b -> b.name("sent_bytes_total").unit(Unit.BYTES).help("Sent."));
          library.counter(b -> b.name("idle.total").unit(new Unit("fortnights")));
          library.counter(b -> b.name("late_seconds").unit(Unit.SECONDS));
          library.counter(b -> b.name("none").unit(null).help(null));
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "two\nlines",
        "back\\slash",
        "\"quoted\"",
        "\\n",
        "tab\t",
        "é 漢 😀",
        "\r"
      })
  void shouldEscapeHelpAsClientJavaWhenItHasSpecialCharacters(String help) throws IOException {
    assertSameExposition(
        library -> library.counter(b -> b.name("requests").help(help)).self().inc());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "two\nlines", "back\\slash", "\"quoted\"", "é 漢 😀", "a,b=\"c\"}"})
  void shouldEscapeLabelValuesAsClientJavaWhenTheyHaveSpecialCharacters(String value)
      throws IOException {
    assertSameExposition(
        library ->
            library
                .counter(
                    b ->
                        b.name("requests").labelNames("path").constLabels(Labels.of("host", value)))
                .labelValues(value)
                .inc());
  }

  @Test
  void shouldSortSeriesAsClientJavaWhenLabelsAreGivenInAnyOrder() throws IOException {
    assertSameExposition(
        library -> {
          var counter =
              library.counter(
                  b ->
                      b.name("requests_total")
                          .labelNames("status", "path", "method")
                          .constLabels(Labels.of("zone", "z", "app", "a")));
          counter.labelValues("500", "/", "GET").inc(5);
          counter.labelValues("200", "/", "GET").inc(2);
          counter.labelValues("200", "/", "POST").inc();
          counter.labelValues("200", "/Z", "GET").inc();
          counter.labelValues("200", "/a", "GET").inc();
          counter.labelValues("", "", "").inc();
        });
  }

  @Test
  void shouldFindTheSameSeriesWhenItIsLookedUpAgainWithAnyNumberOfLabels() throws IOException {
    assertSameExposition(
        library -> {
          String[] names = {"a", "b", "c", "d", "e"};
          for (int labels = 1; labels <= names.length; labels++) {
            String[] labelNames = java.util.Arrays.copyOf(names, labels);
            String name = "requests_" + labels;
            var counter = library.counter(b -> b.name(name).labelNames(labelNames));
            for (int i = 0; i < 300; i++) {
              String[] values = new String[labels];
              for (int label = 0; label < labels; label++) {
                values[label] = "v" + (i / (label + 1)) % 7;
              }
              counter.labelValues(values).inc();
            }
          }
        });
  }

  @Test
  void shouldShowSeriesWithZeroWhenLabelValuesAreInitialized() throws IOException {
    assertSameExposition(
        library -> {
          var counter = library.counter(b -> b.name("requests_total").labelNames("path"));
          counter.initLabelValues("/");
          counter.initLabelValues("/a");
          counter.labelValues("/a").inc();
          counter.initLabelValues("/a");
        });
  }

  @Test
  void shouldShowNothingOfAFamilyWhenItHasLabelsAndNoSeries() throws IOException {
    assertSameExposition(
        library -> {
          library.counter(b -> b.name("requests_total").help("Requests.").labelNames("path"));
          library.counter(b -> b.name("shown"));
        });
  }

  @Test
  void shouldAddUpWhenWholeAndFractionalAmountsAreMixed() throws IOException {
    assertSameExposition(
        library -> {
          CounterDataPoint counter = library.counter(b -> b.name("requests")).self();
          counter.inc();
          counter.inc(3L);
          counter.inc(4.0);
          counter.inc(0.25);
          counter.inc(1e10);
          counter.inc(0x1p-20);
          counter.inc(5_000_000_000L);
        });
  }

  @ParameterizedTest
  @ValueSource(
      doubles = {
        0,
        -0.0,
        0.5,
        0.1,
        1,
        Integer.MAX_VALUE,
        Integer.MAX_VALUE + 1.0,
        Integer.MAX_VALUE + 0.5,
        1e7,
        9_999_999,
        0x1p53,
        0x1p53 + 2,
        0x1p63,
        Double.MIN_VALUE,
        Double.MIN_NORMAL,
        Double.MAX_VALUE,
        Double.POSITIVE_INFINITY,
        Double.NaN
      })
  void shouldShowTheSameWhenItIsIncrementedByADouble(double amount) throws IOException {
    assertSameExposition(library -> library.counter(b -> b.name("requests")).self().inc(amount));
  }

  @Test
  void shouldStayNotANumberWhenItIsIncrementedAfterwards() throws IOException {
    assertSameExposition(
        library -> {
          CounterDataPoint counter = library.counter(b -> b.name("requests")).self();
          counter.inc(Double.NaN);
          counter.inc(2.5);
          counter.inc();
        });
  }

  @Test
  void shouldStayInfiniteWhenItIsIncrementedAfterwards() throws IOException {
    assertSameExposition(
        library -> {
          CounterDataPoint counter = library.counter(b -> b.name("requests")).self();
          counter.inc(Double.POSITIVE_INFINITY);
          counter.inc(2.5);
          counter.inc(Double.POSITIVE_INFINITY);
        });
  }

  @ParameterizedTest
  @ValueSource(
      longs = {
        0,
        1,
        9_999_999,
        10_000_000,
        1L << 53,
        (1L << 53) + 1,
        Long.MAX_VALUE - 1,
        Long.MAX_VALUE
      })
  void shouldShowTheSameWhenItIsIncrementedByALong(long amount) throws IOException {
    assertSameExposition(library -> library.counter(b -> b.name("requests")).self().inc(amount));
  }

  @Test
  void shouldCountWhenExemplarsAreGiven() throws IOException {
    Consumer<Library> program =
        library -> {
          CounterDataPoint counter = library.counter(b -> b.name("requests")).self();
          counter.inc(7);
          counter.inc(8.5);
        };
    try (TempDirectory directory = TempDirectory.create();
        Tallystick tallystick = Tallystick.open(directory.path())) {
      Counter counter = Counter.builder().name("requests").register(tallystick);
      Labels exemplar = Labels.of("trace_id", "1");
      counter.incWithExemplar(exemplar);
      counter.incWithExemplar(6L, exemplar);
      counter.incWithExemplar(8.5, exemplar);
      assertThat(counter.get()).isEqualTo(15.5);
    }
    assertSameExposition(program);
  }

  @Test
  void shouldGetWhatThisProcessCountedWhenOthersCountToo() throws IOException {
    try (TempDirectory directory = TempDirectory.create();
        Tallystick one = Tallystick.open(directory.path());
        Tallystick two = Tallystick.open(directory.path())) {
      Counter ours = Counter.builder().name("requests").register(one);
      Counter theirs = Counter.builder().name("requests").register(two);
      ours.inc(2);
      ours.inc(0.75);
      theirs.inc(40);
      assertThat(ours.get()).isEqualTo(2.75);
      assertThat(ours.getLongValue()).isEqualTo(2);
    }
  }

  @Test
  void shouldForgetASeriesWhenItIsRemoved() throws IOException {
    assertSameExposition(
        library -> {
          var counter = library.counter(b -> b.name("requests").labelNames("path", "status"));
          counter.labelValues("/", "200").inc();
          CounterDataPoint gone = counter.labelValues("/", "500");
          gone.inc(3);
          counter.remove("/", "500");
          gone.inc(4);
          counter.remove("/", "404");
          counter.remove("/");
        });
  }

  @Test
  void shouldStartFromZeroWhenARemovedSeriesIsMadeAgain() throws IOException {
    assertSameExposition(
        library -> {
          var counter = library.counter(b -> b.name("requests").labelNames("path"));
          counter.labelValues("/").inc(3);
          counter.labelValues("/a").inc(2.5);
          counter.remove("/");
          counter.remove("/a");
          counter.labelValues("/").inc();
          counter.initLabelValues("/a");
        });
  }

  @Test
  void shouldForgetTheSeriesThatAreRemovedByTheirLabelValues() throws IOException {
    assertSameExposition(
        library -> {
          var counter = library.counter(b -> b.name("requests").labelNames("path", "status"));
          for (int i = 0; i < 60; i++) {
            counter.labelValues("/" + i % 20, Integer.toString(200 + i / 20)).inc(i);
          }
          CounterDataPoint gone = counter.labelValues("/3", "201");
          counter.removeIf(values -> values.get(0).endsWith("3") || values.get(1).equals("202"));
          gone.inc();
          counter.removeIf(values -> values.contains("none"));
          counter.labelValues("/13", "200").inc(7);
        });
  }

  @Test
  void shouldForgetAllSeriesWhenAllAreRemovedByTheirLabelValues() throws IOException {
    assertSameExposition(
        library -> {
          var counter = library.counter(b -> b.name("requests").labelNames("path"));
          counter.labelValues("/").inc(3);
          counter.labelValues("/a").inc(2);
          counter.removeIf(values -> true);
          counter.labelValues("/a").inc(2);
        });
  }

  @Test
  void shouldShowZeroWhenItHasNoLabelsAndIsRemovedByThem() throws IOException {
    assertSameExposition(
        library -> {
          var counter = library.counter(b -> b.name("requests"));
          counter.self().inc(3);
          counter.removeIf(values -> values.isEmpty());
        });
  }

  @Test
  void shouldFailAsClientJavaWhenLabelValuesAreChangedOrNothingIsSaidOfThem() throws IOException {
    assertSameFailure(
        library -> {
          var counter = library.counter(b -> b.name("requests").labelNames("path"));
          counter.labelValues("/").inc(3);
          counter.removeIf(values -> values.add("x"));
        });
    assertSameFailure(
        library -> {
          var counter = library.counter(b -> b.name("requests").labelNames("path"));
          counter.labelValues("/").inc(3);
          counter.removeIf(
              values -> {
                throw new IllegalStateException(values.get(0));
              });
        });
  }

  @Test
  void shouldForgetAllSeriesWhenItIsCleared() throws IOException {
    assertSameExposition(
        library -> {
          var counter = library.counter(b -> b.name("requests").labelNames("path"));
          for (int i = 0; i < 100; i++) {
            counter.labelValues("/" + i).inc();
          }
          counter.clear();
          counter.labelValues("/7").inc(2);
        });
  }

  @Test
  void shouldShowZeroWhenItHasNoLabelsAndIsCleared() throws IOException {
    assertSameExposition(
        library -> {
          var counter = library.counter(b -> b.name("requests"));
          counter.self().inc(3);
          counter.clear();
        });
  }

  @Test
  void shouldShowZeroWhenItHasNoLabelsAndIsRemoved() throws IOException {
    assertSameExposition(
        library -> {
          var counter = library.counter(b -> b.name("requests"));
          counter.self().inc(3);
          counter.remove();
        });
  }

  @Test
  void shouldCountOnWhenItHasNoLabelsAndWasCleared() throws IOException {
    assertSameExposition(
        library -> {
          var counter = library.counter(b -> b.name("requests"));
          counter.self().inc(3);
          counter.clear();
          counter.self().inc(2);
        });
  }

  @Test
  void shouldShowBothWhenOneNameHasTwoSetsOfLabels() throws IOException {
    assertSameExposition(
        library -> {
          library
              .counter(b -> b.name("requests").help("Requests.").labelNames("path"))
              .labelValues("/")
              .inc();
          library
              .counter(b -> b.name("requests").help("Requests.").labelNames("app", "status"))
              .labelValues("x", "200")
              .inc(2);
          library.counter(b -> b.name("requests").help("Requests.")).self().inc(3);
        });
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE})
  void shouldFailAsClientJavaWhenALongIsNegative(long amount) throws IOException {
    assertSameFailure(library -> library.counter(b -> b.name("requests")).self().inc(amount));
  }

  @ParameterizedTest
  @ValueSource(doubles = {-1, -0.5, -Double.MIN_VALUE, -1e300, Double.NEGATIVE_INFINITY})
  void shouldFailAsClientJavaWhenADoubleIsNegative(double amount) throws IOException {
    assertSameFailure(library -> library.counter(b -> b.name("requests")).self().inc(amount));
  }

  @Test
  void shouldBeOneSeriesWhenThreadsMakeItAtTheSameTime() throws Exception {
    int threads = 4;
    int rounds = 2_000;
    try (TempDirectory directory = TempDirectory.create();
        Tallystick tallystick = Tallystick.open(directory.path())) {
      Counter counter = Counter.builder().name("requests").labelNames("path").register(tallystick);
      CyclicBarrier barrier = new CyclicBarrier(threads);
      List<FutureTask<List<CounterDataPoint>>> tasks = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        FutureTask<List<CounterDataPoint>> task =
            new FutureTask<>(
                () -> {
                  List<CounterDataPoint> points = new ArrayList<>();
                  for (int round = 0; round < rounds; round++) {
                    barrier.await(60, TimeUnit.SECONDS);
                    points.add(counter.labelValues("path-" + round));
                  }
                  return points;
                });
        tasks.add(task);
        new Thread(task).start();
      }

      List<CounterDataPoint> points = tasks.get(0).get();
      for (FutureTask<List<CounterDataPoint>> task : tasks) {
        assertThat(task.get()).isEqualTo(points);
      }
    }
  }
}
