package io.tallystick.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.tracer.common.SpanContext;
import io.prometheus.metrics.tracer.initializer.SpanContextSupplier;
import io.tallystick.Tallystick;
import io.tallystick.scrape.Scraper;
import io.tallystick.scrape.TextFormat;
import io.tallystick.shm.Directory;
import io.tallystick.testing.CapturedLog;
import io.tallystick.testing.ExpositionText;
import io.tallystick.testing.TempDirectory;
import io.tallystick.testing.TurnedClock;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ExemplarsTest {
  private static final int SAMPLE_INTERVAL_MS = 90; // client_java's default

  private final Span span = new Span();
  private final TurnedClock clock = TurnedClock.at(Instant.parse("2026-01-02T03:04:05.678Z"));
  private @Nullable SpanContext before;
  private TempDirectory temp;
  private Tallystick tallystick;

  @BeforeEach
  void open() throws IOException {
    before = SpanContextSupplier.getSpanContext();
    SpanContextSupplier.setSpanContext(span);
    temp = TempDirectory.create();
    tallystick = Tallystick.builder().directory(temp.path()).clock(clock).open();
  }

  @AfterEach
  void close() throws IOException {
    SpanContextSupplier.setSpanContext(before);
    tallystick.close();
    temp.close();
  }

  private List<String> lines() throws IOException {
    return lines(tallystick.scraper());
  }

  private static List<String> lines(Scraper scraper) throws IOException {
    return ExpositionText.withoutOwn(ExpositionText.of(scraper, TextFormat.OPENMETRICS));
  }

  private void pass(long ms) {
    clock.turn(Duration.ofMillis(ms));
    RegistrarAccess.turn(tallystick);
  }

  @Test
  void shouldShowTheSpanOfAnIncrementAsClientJava() throws IOException {
    span.start("abc", "def");
    Counter.builder().name("x").register(tallystick).inc(3);

    assertThat(lines())
        .contains("x_total 3.0" + exemplar("span_id=\"def\",trace_id=\"abc\"", "3.0"));
  }

  private String exemplar(String labels, String value) {
    long ms = clock.millis();
    return String.format(" # {%s} %s %d.%03d", labels, value, ms / 1000, ms % 1000);
  }

  @Test
  void shouldShowWhatClientJavaShowsWhenBucketsHaveExemplarsOfTheCaller() throws IOException {
    assertSameText(
        (counter, histogram) -> {
          counter.incWithExemplar(2, Labels.of("trace_id", "a\"\\\nb"));
          histogram.observeWithExemplar(0.3, Labels.of("trace_id", "c", "more", "é"));
        });
  }

  @Test
  void shouldShowWhatClientJavaShowsWhenASpanIsActive() throws IOException {
    span.start("abc", "def");
    assertSameText(
        (counter, histogram) -> {
          counter.inc();
          histogram.observe(3);
        });
  }

  @Test
  void shouldShowWhatClientJavaShowsWhenTheSpanIsNotSampled() throws IOException {
    span.start("abc", "def");
    span.sampled = false;
    assertSameText((counter, histogram) -> counter.inc());
  }

  /** Compares but for the times, which client_java takes from the system. */
  private void assertSameText(BiConsumer<CounterDataPoint, DistributionDataPoint> program)
      throws IOException {
    PrometheusRegistry registry = new PrometheusRegistry();
    program.accept(
        io.prometheus.metrics.core.metrics.Counter.builder().name("x").register(registry),
        io.prometheus.metrics.core.metrics.Histogram.builder()
            .name("y")
            .classicUpperBounds(1, 2)
            .register(registry));
    program.accept(
        Counter.builder().name("x").register(tallystick),
        Histogram.builder().name("y").classicUpperBounds(1, 2).register(tallystick));
    List<String> expected =
        ExpositionText.of(registry.scrape(), TextFormat.OPENMETRICS).stream()
            .map(ExemplarsTest::withoutTime)
            .toList();
    assertThat(lines().stream().map(ExemplarsTest::withoutTime).toList()).isEqualTo(expected);
    assertThat(
            ExpositionText.withoutOwn(
                ExpositionText.of(tallystick.scraper().snapshots(), TextFormat.OPENMETRICS)))
        .isEqualTo(lines());
  }

  private static String withoutTime(String line) {
    return line.contains(" # {") ? line.substring(0, line.lastIndexOf(' ')) : line;
  }

  @Test
  void shouldReplaceAnExemplarOnlyWhenItHasBeenKeptForAWhile() throws IOException {
    Counter counter = Counter.builder().name("x").register(tallystick);
    span.start("first", "s");
    counter.inc();
    pass(6_000);
    span.start("second", "s");
    counter.inc();
    assertThat(lines().toString()).contains("first");

    pass(2_000);
    counter.inc();
    assertThat(lines().toString()).contains("second").doesNotContain("first");

    pass(71_000);
    assertThat(lines().toString()).doesNotContain("second");
  }

  @Test
  void shouldShowTheNewestOfAllProcessesAlsoWhenTheyAreDead() throws IOException {
    span.start("old", "s");
    Counter.builder().name("x").register(tallystick).inc();
    clock.turn(Duration.ofMillis(1));
    try (Tallystick other = Tallystick.builder().directory(temp.path()).clock(clock).open()) {
      span.start("new", "s");
      Counter.builder().name("x").register(other).inc();
      assertThat(lines().toString()).contains("new").doesNotContain("old");
    }
    assertThat(lines().toString()).contains("x_total 2.0 # {", "new");
    tallystick.close();
    try (Scraper late =
        Scraper.of(
            Directory.open(temp.path()), null, Scraper.DEFAULT_DEAD_GAUGE_RETENTION, clock)) {
      assertThat(lines(late).toString()).contains("x_total 2.0 # {", "new");
    }
  }

  @Test
  void shouldShowTheSameOneOfTwoOfOneTimeWhicheverProcessHasIt() throws IOException {
    try (Tallystick other = Tallystick.builder().directory(temp.path()).clock(clock).open()) {
      for (Tallystick each : List.of(tallystick, other)) {
        boolean isFirst = each == tallystick;
        span.start("any", "s");
        Counter.builder().name("x").register(each).inc(isFirst ? 1 : 5);
        Counter.builder().name("y").register(each).inc(isFirst ? 5 : 1);
      }
      String time = "1767323045.678";
      String exemplar = " # {span_id=\"s\",trace_id=\"any\"} 5.0 " + time;
      assertThat(lines()).contains("x_total 6.0" + exemplar, "y_total 6.0" + exemplar);
    }
  }

  @Test
  void shouldNotShowOneOfAClockThatWasSetBack() throws IOException {
    Counter counter = Counter.builder().name("x").register(tallystick);
    span.start("ahead", "s");
    counter.inc();
    clock.turn(Duration.ofMinutes(-1));
    assertThat(lines().toString()).contains("ahead");
    clock.turn(Duration.ofMillis(-1));
    assertThat(lines()).contains("x_total 1.0");
    try (Tallystick other = Tallystick.builder().directory(temp.path()).clock(clock).open()) {
      span.start("now", "s");
      Counter.builder().name("x").register(other).inc();
      assertThat(lines().toString()).contains("x_total 2.0 # {", "now");
    }
  }

  @Test
  void shouldKeepFourOfAHistogramWithoutClassicBuckets() {
    Histogram histogram = Histogram.builder().name("y").nativeOnly().register(tallystick);
    for (int i = 0; i < 6; i++) {
      span.start("trace" + i, "s");
      histogram.observe(i);
      pass(100);
    }
    var snapshot =
        (io.prometheus.metrics.model.snapshots.HistogramSnapshot)
            tallystick.scraper().snapshots(name -> name.equals("y")).get(0);
    assertThat(snapshot.getDataPoints().get(0).getExemplars()).hasSize(4);
  }

  @Test
  void shouldCountAndLeaveOutAnExemplarWhenItsLabelsAreTooLong() throws IOException {
    try (CapturedLog log = CapturedLog.open()) {
      Counter counter = Counter.builder().name("x").register(tallystick);
      counter.incWithExemplar(1, Labels.of("trace_id", "t".repeat(121)));
      pass(1_000);
      counter.incWithExemplar(1, Labels.of("trace_id", "t\0t"));
      assertThat(lines()).contains("x_total 2.0");
      assertThat(log.messages()).filteredOn(line -> line.contains("exemplars")).hasSize(1);
    }
  }

  @Test
  void shouldTryAgainOnlyAfterTheIntervalWhenTheLabelsAreTooLong() throws IOException {
    try (CapturedLog log = CapturedLog.open()) {
      Counter counter = Counter.builder().name("x").register(tallystick);
      span.start("t".repeat(121), "s");
      counter.inc();
      pass(SAMPLE_INTERVAL_MS - 1);
      counter.inc();
      assertThat(span.asked).isEqualTo(1);
      pass(1);
      counter.inc();
      assertThat(span.asked).isEqualTo(2);
      assertThat(log.messages()).filteredOn(line -> line.contains("exemplars")).hasSize(1);
    }
  }

  @Test
  void shouldTryTheCallersLabelsAgainOnlyAfterTheIntervalWhenTheyAreTooLong() throws IOException {
    try (CapturedLog log = CapturedLog.open()) {
      Counter counter = Counter.builder().name("x").register(tallystick);
      counter.incWithExemplar(1, Labels.of("trace_id", "t".repeat(121)));
      pass(SAMPLE_INTERVAL_MS - 1);
      counter.incWithExemplar(1, Labels.of("trace_id", "early"));
      assertThat(lines()).contains("x_total 2.0");
      pass(1);
      counter.incWithExemplar(1, Labels.of("trace_id", "late"));
      assertThat(lines().toString()).contains("x_total 3.0 # {", "late");
      assertThat(log.messages()).filteredOn(line -> line.contains("exemplars")).hasSize(1);
    }
  }

  @Test
  void shouldLookForASpanAgainInTheNextMillisecondWhenThereWasNone() {
    Counter counter = Counter.builder().name("x").register(tallystick);
    span.sampled = false;
    counter.inc();
    RegistrarAccess.turn(tallystick);
    counter.inc();
    assertThat(span.asked).isEqualTo(1);
    pass(1);
    counter.inc();
    assertThat(span.asked).isEqualTo(2);
  }

  @Test
  void shouldKeepNoneWhenToldSo() throws IOException {
    span.start("abc", "def");
    Counter.builder().name("x").withoutExemplars().register(tallystick).inc();
    assertThat(lines()).contains("x_total 1.0");
  }

  @Test
  void shouldAddTheSuppliedLabelsToThoseOfTheSpan() throws IOException {
    span.start("abc", "def");
    Counter.builder()
        .name("x")
        .exemplarLabelsSupplier(() -> Labels.of("host", "h"))
        .register(tallystick)
        .inc();
    assertThat(lines().toString()).contains("{host=\"h\",span_id=\"def\",trace_id=\"abc\"}");
  }

  /** A tracer with at most one active span. */
  private static final class Span implements SpanContext {
    private @Nullable String traceId;
    private @Nullable String spanId;
    private boolean sampled = true;
    private int asked; // how often it was looked for

    void start(String trace, String spanOfIt) {
      traceId = trace;
      spanId = spanOfIt;
    }

    @Override
    public @Nullable String getCurrentTraceId() {
      return traceId;
    }

    @Override
    public @Nullable String getCurrentSpanId() {
      return spanId;
    }

    @Override
    public boolean isCurrentSpanSampled() {
      asked++;
      return sampled;
    }

    @Override
    public void markCurrentSpanAsExemplar() {
      // nothing is told of it
    }
  }
}
