package io.tallystick.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.StateSetSnapshot;
import io.prometheus.metrics.model.snapshots.StateSetSnapshot.StateSetDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Unit;
import io.prometheus.metrics.model.snapshots.UnknownSnapshot;
import io.prometheus.metrics.model.snapshots.UnknownSnapshot.UnknownDataPointSnapshot;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DumpJsonTest {
  @Test
  void shouldWriteAnEmptyArrayWhenThereIsNoFamily() throws IOException {
    assertThat(json()).isEqualTo("[]\n");
  }

  @Test
  void shouldNameTheSampleOfACounter() throws IOException {
    CounterSnapshot counter =
        CounterSnapshot.builder()
            .name("http_requests")
            .help("Requests \"served\".")
            .dataPoint(
                CounterDataPointSnapshot.builder()
                    .labels(Labels.of("path", "/", "status", "200"))
                    .value(3)
                    .build())
            .build();

    assertThat(json(counter))
        .isEqualTo(
            "[{'name':'http_requests','type':'counter','help':'Requests \\'served\\'.','samples':["
                    .replace('\'', '"')
                + "{'name':'http_requests_total','labels':{'path':'/','status':'200'},'value':3}]}]\n"
                    .replace('\'', '"'));
  }

  @ParameterizedTest
  @CsvSource({
    "NaN, '\"NaN\"'",
    "Infinity, '\"+Inf\"'",
    "-Infinity, '\"-Inf\"'",
    "0.25, 0.25",
    "-7, -7",
    "9007199254740992, 9007199254740992",
    "1e300, 1.0E300",
  })
  void shouldWriteAValueAsANumberWhenItIsFinite(double value, String expected) throws IOException {
    GaugeSnapshot gauge =
        GaugeSnapshot.builder()
            .name("level")
            .dataPoint(GaugeDataPointSnapshot.builder().value(value).build())
            .build();

    assertThat(json(gauge)).contains("\"samples\":[{\"labels\":{},\"value\":" + expected + "}]");
  }

  @Test
  void shouldCumulateBucketsOfAHistogram() throws IOException {
    HistogramSnapshot histogram =
        HistogramSnapshot.builder()
            .name("latency_seconds")
            .unit(Unit.SECONDS)
            .dataPoint(
                HistogramDataPointSnapshot.builder()
                    .classicHistogramBuckets(
                        ClassicHistogramBuckets.of(
                            new double[] {0.5, 1, Double.POSITIVE_INFINITY}, new long[] {2, 3, 4}))
                    .sum(10.5)
                    .build())
            .build();

    assertThat(json(histogram))
        .isEqualTo(
            """
            [{"name":"latency_seconds","type":"histogram","help":"","unit":"seconds","samples":[\
            {"labels":{},"count":9,"sum":10.5,"buckets":[{"le":0.5,"count":2},\
            {"le":1,"count":5},{"le":"+Inf","count":9}]}]}]
            """);
  }

  @Test
  void shouldWriteCountAndSumOfASummary() throws IOException {
    SummarySnapshot summary =
        SummarySnapshot.builder()
            .name("size_bytes")
            .dataPoint(SummaryDataPointSnapshot.builder().count(2).sum(30).build())
            .build();

    assertThat(json(summary))
        .contains("\"type\":\"summary\"")
        .contains("[{\"labels\":{},\"count\":2,\"sum\":30}]");
  }

  @Test
  void shouldWriteEachStateOfAStateSet() throws IOException {
    StateSetSnapshot states =
        StateSetSnapshot.builder()
            .name("feature")
            .dataPoint(
                StateSetDataPointSnapshot.builder().state("off", false).state("on", true).build())
            .build();

    assertThat(json(states))
        .contains("\"type\":\"stateset\"")
        .contains("[{\"labels\":{},\"states\":{\"off\":false,\"on\":true}}]");
  }

  @Test
  void shouldWriteTheLabelsOfAnInfo() throws IOException {
    InfoSnapshot info =
        InfoSnapshot.builder()
            .name("build")
            .dataPoint(InfoDataPointSnapshot.builder().labels(Labels.of("version", "1")).build())
            .build();

    assertThat(json(info))
        .contains("\"name\":\"build\",\"type\":\"info\"")
        .contains("[{\"name\":\"build_info\",\"labels\":{\"version\":\"1\"},\"value\":1}]");
  }

  @Test
  void shouldWriteTheValueOfAnUnknown() throws IOException {
    UnknownSnapshot unknown =
        UnknownSnapshot.builder()
            .name("thing")
            .dataPoint(UnknownDataPointSnapshot.builder().value(5).build())
            .build();

    assertThat(json(unknown)).contains("\"type\":\"unknown\"").contains("\"value\":5}");
  }

  @Test
  void shouldOrderFamiliesByNameAndSamplesByLabels() throws IOException {
    String first = json(gauge("b", "2", "1"), gauge("a", "1", "2"));
    String second = json(gauge("a", "2", "1"), gauge("b", "1", "2"));

    assertThat(first).isEqualTo(second).containsSubsequence("\"a\"", "\"1\"", "\"2\"", "\"b\"");
  }

  @Test
  void shouldBeReadableWhenNamesAndValuesNeedEscapes() throws IOException {
    String value = "\"\\\n\u0001ü😀";
    GaugeSnapshot gauge =
        GaugeSnapshot.builder()
            .name("odd")
            .dataPoint(
                GaugeDataPointSnapshot.builder().labels(Labels.of("x", value)).value(1).build())
            .build();

    String read = new ObjectMapper().readTree(json(gauge)).at("/0/samples/0/labels/x").textValue();

    assertThat(read).isEqualTo(value);
  }

  private static GaugeSnapshot gauge(String name, String... values) {
    GaugeSnapshot.Builder gauge = GaugeSnapshot.builder().name(name);
    for (String value : values) {
      gauge.dataPoint(
          GaugeDataPointSnapshot.builder().labels(Labels.of("x", value)).value(1).build());
    }
    return gauge.build();
  }

  private static String json(MetricSnapshot... families) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    DumpJson.write(MetricSnapshots.of(families), out);
    return out.toString(StandardCharsets.UTF_8);
  }
}
