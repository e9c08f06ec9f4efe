package io.tallystick.metrics;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.config.ExporterFilterProperties;
import io.prometheus.metrics.config.ExporterProperties;
import io.prometheus.metrics.config.PrometheusProperties;
import io.prometheus.metrics.exporter.common.PrometheusScrapeHandler;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Unit;
import io.tallystick.Tallystick;
import io.tallystick.scrape.ScrapeServer;
import io.tallystick.testing.ExporterExchange;
import io.tallystick.testing.ExpositionText;
import io.tallystick.testing.TempDirectory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The scrape server, and client_java's exporters with the directory's collector, answer what
 * client_java's exporters answer of the same metrics.
 */
class ExportersTest {
  private static final String PROTOBUF =
      "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";
  private static final String OPENMETRICS = "application/openmetrics-text;version=1.0.0";

  private static final List<String> QUERIES =
      List.of(
          "",
          "other=1",
          "name[]=requests",
          "name[]=requests_total",
          "name%5B%5D=requests%5ftotal",
          "name[]=requests_tot",
          "name[]=requests_failed_total",
          "name[]=re",
          "name[]=request_seconds",
          "name[]=request_seconds_bucket",
          "name[]=request_seconds_count&name[]=request_seconds_sum",
          "name[]=build_info",
          "name[]=build",
          "name[]=queue_size",
          "name[]=queue.size",
          "name[]=memory_total",
          "name[]=door&name[]=payload_sum&name[]=nothing",
          "name[]=nothing",
          "name[]=",
          "name[]",
          "=&&name[]=door",
          "name[]=door=1",
          "name[]=%zz",
          "%zz=1",
          "name=door");

  private static final List<String> ACCEPTED =
      List.of(
          "",
          "*/*",
          "text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
          "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.5",
          "text/plain; escaping=dots",
          "text/plain; escaping=values; q=1",
          "text/plain; escaping=nonsense",
          OPENMETRICS,
          OPENMETRICS + ";escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.3",
          OPENMETRICS + ";escaping=dots",
          OPENMETRICS + ";escaping=values",
          OPENMETRICS + ";escaping=underscores");

  private static TempDirectory directory;
  private static Tallystick tallystick;
  private static final PrometheusRegistry REGISTRY = new PrometheusRegistry();
  private static final PrometheusRegistry DIRECTORY_REGISTRY = new PrometheusRegistry();

  @BeforeAll
  static void count() throws IOException {
    directory = TempDirectory.create();
    tallystick = Tallystick.open(directory.path());
    count(new ClientJavaLibrary(REGISTRY));
    count(new TallystickLibrary(tallystick));
    DIRECTORY_REGISTRY.register(tallystick.collector());
  }

  @AfterAll
  static void close() throws IOException {
    tallystick.close();
    directory.close();
  }

  private static void count(Library library) {
    library
        .counter(shape -> shape.name("requests_total").help("All.").labelNames("path"))
        .labelValues("/é")
        .inc(3);
    library.counter(shape -> shape.name("requests_failed")).self().inc();
    library
        .histogram(
            shape ->
                shape.name("request").unit(Unit.SECONDS).classicUpperBounds(1, 2).labelNames("a.b"))
        .labelValues("x")
        .observe(1.5);
    library.summary(shape -> shape.name("payload")).self().observe(7);
    library.info(shape -> shape.name("build").labelNames("version")).setLabelValues("1");
    library.stateSet(shape -> shape.name("door").states("open", "shut")).self().setTrue("open");
    library.gauge(shape -> shape.name("queue.size").help("Length.")).self().set(4);
    library.gauge(shape -> shape.name("memory.total")).self().set(4);
    library.counter(shape -> shape.name("cache.hits.total")).self().inc();
  }

  private static Stream<PrometheusProperties> properties() {
    Stream<PrometheusProperties> filters =
        Stream.of(
                ExporterFilterProperties.builder(),
                ExporterFilterProperties.builder().allowedNames("requests_total", "door"),
                ExporterFilterProperties.builder()
                    .allowedNames("queue_size", "request_seconds_sum"),
                ExporterFilterProperties.builder().allowedNames(""),
                ExporterFilterProperties.builder().excludedNames("requests_total", "build"),
                ExporterFilterProperties.builder().excludedNames("requests_failed_total"),
                ExporterFilterProperties.builder().allowedPrefixes("request"),
                ExporterFilterProperties.builder().allowedPrefixes("requests_total", "build_info"),
                ExporterFilterProperties.builder().excludedPrefixes("requests_t", "queue"),
                ExporterFilterProperties.builder().excludedPrefixes(""),
                ExporterFilterProperties.builder()
                    .allowedPrefixes("re", "pay")
                    .excludedPrefixes("requests_failed")
                    .excludedNames("payload"))
            .map(
                filter ->
                    PrometheusProperties.builder()
                        .exporterFilterProperties(filter.build())
                        .build());
    Stream<PrometheusProperties> formats =
        Stream.of(
                ExporterProperties.builder().includeCreatedTimestamps(true),
                ExporterProperties.builder()
                    .includeCreatedTimestamps(true)
                    .prometheusTimestampsInMs(true))
            .map(
                exporter ->
                    PrometheusProperties.builder().exporterProperties(exporter.build()).build());
    Stream<PrometheusProperties> nextFormat =
        Stream.of(
            PrometheusProperties.builder().enableOpenMetrics2(om2 -> {}).build(),
            PrometheusProperties.builder()
                .enableOpenMetrics2(om2 -> om2.contentNegotiation(true))
                .build());
    return Stream.of(filters, formats, nextFormat).flatMap(all -> all);
  }

  @ParameterizedTest
  @MethodSource("properties")
  void shouldAnswerAsClientJavaWhenTheQueryNamesMetrics(PrometheusProperties properties)
      throws Exception {
    assertSameAnswers(properties, QUERIES, List.of("text/plain", OPENMETRICS));
  }

  @ParameterizedTest
  @MethodSource("properties")
  void shouldAnswerAsClientJavaWhateverIsAccepted(PrometheusProperties properties)
      throws Exception {
    assertSameAnswers(properties, List.of("", "name[]=requests"), ACCEPTED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ";escaping=allow-utf-8", ";escaping=values"})
  void shouldAnswerInProtobufAsClientJavaWhenItIsAccepted(String escaping) throws Exception {
    PrometheusProperties properties =
        PrometheusProperties.builder()
            .exporterFilterProperties(
                ExporterFilterProperties.builder().excludedPrefixes("tallystick_").build())
            .build();
    // created times differ, which those types have not
    List<String> queries = List.of("name[]=door", "name[]=queue_size&name[]=build");
    try (ScrapeServer server = server(properties)) {
      for (String query : queries) {
        ExporterExchange expected =
            ExporterExchange.get(
                new PrometheusScrapeHandler(properties, REGISTRY), query, PROTOBUF + escaping);
        Answer answer = get(server, query, PROTOBUF + escaping);
        assertThat(answer.body()).as(query).isEqualTo(expected.body()).isNotEmpty();
      }
    }
  }

  @Test
  void shouldRefuseAQueryAsClientJavaWhenItIsTooLong() throws Exception {
    List<String> queries =
        List.of("a=1&".repeat(1_023) + "a=1", "a=1&".repeat(1_024) + "a=1", "a".repeat(65_537));
    assertSameAnswers(PrometheusProperties.builder().build(), queries, List.of("text/plain"));
  }

  private static void assertSameAnswers(
      PrometheusProperties properties, List<String> queries, List<String> accepted)
      throws Exception {
    PrometheusScrapeHandler exporter = new PrometheusScrapeHandler(properties, REGISTRY);
    PrometheusScrapeHandler ofDirectory =
        new PrometheusScrapeHandler(properties, DIRECTORY_REGISTRY);
    try (ScrapeServer server = server(properties)) {
      for (String query : queries) {
        for (String accept : accepted) {
          String what = "query=%.80s accept=%s".formatted(query, accept);
          ExporterExchange expected = ExporterExchange.get(exporter, query, accept);
          Answer answer = get(server, query, accept);
          assertThat(answer.status()).as(what).isEqualTo(expected.status());
          if (expected.status() == 200) {
            List<String> lines = comparable(expected.text());
            assertThat(comparable(new String(answer.body(), UTF_8))).as(what).isEqualTo(lines);
            assertThat(comparable(ExporterExchange.get(ofDirectory, query, accept).text()))
                .as("%s, by client_java", what)
                .isEqualTo(lines);
          }
        }
      }
    }
  }

  /** The lines without what a scraper says of itself, and without the digits of created times. */
  private static List<String> comparable(String text) {
    return ExpositionText.withoutOwn(List.of(text.split("\n", -1))).stream()
        .map(line -> line.replaceAll(" st@\\d+\\.\\d+", " st@#"))
        .map(line -> line.contains("_created") ? withoutDigits(line) : line)
        .toList();
  }

  private static String withoutDigits(String line) {
    int value = line.lastIndexOf(' ');
    return line.substring(0, value) + line.substring(value).replaceAll("\\d+", "#");
  }

  private static ScrapeServer server(PrometheusProperties properties) throws IOException {
    return ScrapeServer.builder()
        .scraper(tallystick.scraper())
        .properties(properties)
        .port(0)
        .start();
  }

  /** Sends the query as it is, be it no legal one. */
  private static Answer get(ScrapeServer server, String query, String accept) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(60_000);
      String request =
          "GET /metrics?%s HTTP/1.1\r\nHost: localhost\r\nAccept: %s\r\nConnection: close\r\n\r\n"
              .formatted(query, accept);
      socket.getOutputStream().write(request.getBytes(ISO_8859_1));
      byte[] answer = socket.getInputStream().readAllBytes();
      String text = new String(answer, ISO_8859_1);
      int status = Integer.parseInt(text.split(" ", 3)[1]);
      int headers = text.indexOf("\r\n\r\n") + 4;
      return new Answer(status, Arrays.copyOfRange(answer, headers, answer.length));
    }
  }

  @SuppressWarnings("ArrayRecordComponent")
  private record Answer(int status, byte[] body) {}
}
