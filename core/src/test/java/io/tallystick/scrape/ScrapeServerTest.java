package io.tallystick.scrape;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.Tallystick;
import io.tallystick.metrics.Counter;
import io.tallystick.metrics.Gauge;
import io.tallystick.metrics.MultiprocessMode;
import io.tallystick.testing.Await;
import io.tallystick.testing.TempDirectory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScrapeServerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
  private static final String OPENMETRICS =
      "application/openmetrics-text; version=1.0.0; charset=utf-8";

  private TempDirectory directory;
  private Tallystick tallystick;
  private ScrapeServer server;

  @BeforeEach
  void start() throws IOException {
    directory = TempDirectory.create();
    tallystick = Tallystick.open(directory.path());
    Counter.builder()
        .name("requests_total")
        .help("Requests.")
        .labelNames("path")
        .register(tallystick)
        .labelValues("/é")
        .inc(3);
    Gauge.builder()
        .name("temperature")
        .multiprocessMode(MultiprocessMode.MAX)
        .register(tallystick)
        .set(21.5);
    server = ScrapeServer.builder().scraper(tallystick.scraper()).port(0).start();
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
    tallystick.close();
    directory.close();
  }

  @Test
  void shouldServeTheTextFormatWhenNothingElseIsAskedFor() throws Exception {
    HttpResponse<String> response = get("/metrics");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(contentType(response)).startsWith(TEXT);
    assertThat(response.body())
        .startsWith(
            """
            # HELP requests_total Requests.
            # TYPE requests_total counter
            requests_total{path="/é"} 3.0
            """)
        .contains("tallystick_process_files{state=\"live\"} 1.0\n")
        .endsWith("temperature 21.5\n");
  }

  @Test
  void shouldServeWhatElseItIsGiven() throws Exception {
    try (ScrapeServer other =
        ScrapeServer.builder()
            .scraper(tallystick.scraper())
            .port(0)
            .handler(
                "/health",
                exchange -> {
                  exchange.sendResponseHeaders(204, -1);
                  exchange.close();
                })
            .start()) {
      String url = "http://127.0.0.1:" + other.port();
      assertThat(statusOf(url + "/health/live")).isEqualTo(204);
      assertThat(statusOf(url + "/metrics")).isEqualTo(200);
      assertThat(statusOf(url + "/")).isEqualTo(200);
    }
    assertThat(get("/health/live").statusCode()).isEqualTo(404);
  }

  private static int statusOf(String url) throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.discarding())
        .statusCode();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/", "health", "/m", "/metrics"})
  void shouldRefuseAHandlerForAPathThatIsNoneOrItsOwn(String path) {
    assertThatThrownBy(() -> ScrapeServer.builder().handler(path, exchange -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("not a path for a handler: path=" + path);
  }

  @Test
  void shouldServeWhatWasCountedMeanwhileWhenItIsAskedAgain() throws Exception {
    Counter late = Counter.builder().name("late").register(tallystick);
    assertThat(get("/metrics").body()).contains("late_total 0.0\n");
    late.inc();
    assertThat(get("/metrics").body()).contains("late_total 1.0\n");
  }

  @Test
  void shouldNotSayThatThereIsNothingWhenItsScraperIsClosed() throws Exception {
    tallystick.close();
    assertThat(get("/metrics").statusCode()).isEqualTo(503);
  }

  @Test
  void shouldServeOpenMetricsWhenItIsAskedFor() throws Exception {
    HttpResponse<String> response =
        get("/metrics", "Accept", "application/openmetrics-text;version=1.0.0,text/plain;q=0.5");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(contentType(response)).startsWith(OPENMETRICS);
    assertThat(response.body())
        .startsWith(
            """
            # TYPE requests counter
            # HELP requests Requests.
            requests_total{path="/é"} 3.0
            """)
        .endsWith("temperature 21.5\n# EOF\n");
  }

  @Test
  void shouldServeProtobufWhenItIsAskedFor() throws Exception {
    HttpResponse<byte[]> response =
        send(
            request("/metrics?name[]=requests")
                .header(
                    "Accept",
                    "application/vnd.google.protobuf;"
                        + "proto=io.prometheus.client.MetricFamily;encoding=delimited"),
            BodyHandlers.ofByteArray());
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(contentType(response))
        .startsWith(
            "application/vnd.google.protobuf; "
                + "proto=io.prometheus.client.MetricFamily; encoding=delimited");
    byte[] body = response.body();
    assertThat(body[0]).as("length of the only message").isEqualTo((byte) (body.length - 1));
    assertThat(new String(body, UTF_8)).contains("requests_total", "Requests.", "path", "/é");
  }

  @Test
  void shouldServeNamesAsTheyAreWhenUtf8IsAllowed() throws Exception {
    Counter.builder().name("http.requests").labelNames("é").register(tallystick).labelValues("1");
    HttpResponse<String> response =
        get("/metrics?name[]=http_requests", "Accept", "text/plain;escaping=allow-utf-8");
    assertThat(contentType(response)).startsWith(TEXT).endsWith("escaping=allow-utf-8");
    assertThat(response.body()).contains("{\"http.requests_total\",\"é\"=\"1\"} 0.0\n");
    assertThat(get("/metrics?name[]=http_requests").body())
        .contains("http_requests_total{_=\"1\"} 0.0\n");
  }

  @Test
  void shouldServeEveryLabelWhenItsNameHasDotsThatClientJavaRefuses() throws Exception {
    Counter.builder().name("hits").labelNames("é", "_b").register(tallystick).labelValues("1", "2");
    assertThat(get("/metrics?name[]=hits", "Accept", "text/plain;escaping=dots").body())
        .contains("hits_total{__=\"1\",__b=\"2\"} 0.0\n");
  }

  @Test
  void shouldSayThatUtf8IsAllowedWhenAllNamesAreOld() throws Exception {
    HttpResponse<String> response =
        get("/metrics?name[]=requests", "Accept", "text/plain;escaping=allow-utf-8");
    assertThat(contentType(response)).startsWith(TEXT).endsWith("escaping=allow-utf-8");
    assertThat(response.body()).contains("requests_total{path=\"/é\"} 3.0\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "deflate, gzip;q=1.0, *;q=0.5", "GZIP", "br,gzip"})
  void shouldCompressWhenTheClientTakesGzip(String accepted) throws Exception {
    HttpResponse<byte[]> response =
        send(
            request("/metrics?name[]=requests").header("Accept-Encoding", accepted),
            BodyHandlers.ofByteArray());
    assertThat(response.headers().firstValue("Content-Encoding")).hasValue("gzip");
    byte[] body = new GZIPInputStream(new ByteArrayInputStream(response.body())).readAllBytes();
    assertThat(new String(body, UTF_8)).isEqualTo(get("/metrics?name[]=requests").body());
  }

  @ParameterizedTest
  @ValueSource(strings = {"identity", "gzip;q=0", "gzip; q=0.0", "deflate", "x-gzipped"})
  void shouldNotCompressWhenTheClientDoesNotTakeGzip(String accepted) throws Exception {
    HttpResponse<String> response = get("/metrics?name[]=requests", "Accept-Encoding", accepted);
    assertThat(response.headers().firstValue("Content-Encoding")).isEmpty();
    assertThat(response.body()).contains("requests_total{path=\"/é\"} 3.0\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "name[]=requests",
        "name[]=requests_total",
        "name%5B%5D=requests",
        "name[]=req%75ests&other=1",
        "other&name[]=requests&name[]=nothing",
      })
  void shouldServeOnlyTheNamedFamilyWhenTheQueryNamesOne(String query) throws Exception {
    assertThat(get("/metrics?" + query).body())
        .isEqualTo(
            """
            # HELP requests_total Requests.
            # TYPE requests_total counter
            requests_total{path="/é"} 3.0
            """);
  }

  @Test
  void shouldServeBothFamiliesWhenTheQueryNamesTwo() throws Exception {
    assertThat(get("/metrics?name[]=requests&name[]=temperature").body().lines())
        .hasSize(5)
        .contains("requests_total{path=\"/é\"} 3.0", "temperature 21.5");
  }

  @Test
  void shouldServeNothingWhenTheQueryNamesNoFamilyThatIsThere() throws Exception {
    HttpResponse<String> response = get("/metrics?name[]=nothing");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEmpty();
    assertThat(get("/metrics?name[]=nothing", "Accept", OPENMETRICS).body()).isEqualTo("# EOF\n");
  }

  @Test
  void shouldServeAllWhenTheQueryNamesNone() throws Exception {
    assertThat(get("/metrics?other=1").body()).contains("requests_total{", "temperature 21.5\n");
    assertThat(get("/metrics?").body()).contains("requests_total{", "temperature 21.5\n");
  }

  @Test
  void shouldSendHeadersOnlyWhenTheMethodIsHead() throws Exception {
    String body = get("/metrics?name[]=requests").body();
    HttpResponse<String> response =
        send(request("/metrics?name[]=requests").method("HEAD", noBody()), BodyHandlers.ofString());
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(contentType(response)).startsWith(TEXT);
    assertThat(response.headers().firstValueAsLong("Content-Length"))
        .hasValue(body.getBytes(UTF_8).length);
    assertThat(response.body()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"/, 200", "/nothing, 404"})
  void shouldSendNoBodyWhenTheMethodIsHeadElsewhere(String path, int status) throws Exception {
    HttpResponse<String> response =
        send(request(path).method("HEAD", noBody()), BodyHandlers.ofString());
    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(response.body()).isEmpty();
  }

  @Test
  void shouldLeadToTheMetricsWhenTheRootIsAskedFor() throws Exception {
    HttpResponse<String> response = get("/");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(contentType(response)).isEqualTo("text/html; charset=utf-8");
    assertThat(response.body()).contains("href=\"metrics\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/nothing", "/metrics/", "/metricsx", "/metrics/x", "/Metrics"})
  void shouldAnswerNotFoundWhenThePathIsAnother(String path) throws Exception {
    HttpResponse<String> response = get(path);
    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(response.body()).isEqualTo("not found, try /metrics\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS"})
  void shouldAnswerNotAllowedWhenTheMethodIsAnother(String method) throws Exception {
    HttpResponse<String> response =
        send(
            request("/metrics").method(method, HttpRequest.BodyPublishers.ofString("x")),
            BodyHandlers.ofString());
    assertThat(response.statusCode()).isEqualTo(405);
    assertThat(response.headers().firstValue("Allow")).hasValue("GET, HEAD");
  }

  @ParameterizedTest
  @ValueSource(strings = {"name[]=%zz", "name[]=%", "%zz=1", "name[]=%e"})
  void shouldAnswerBadRequestWhenTheQueryCannotBeDecoded(String query) throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout((int) PATIENCE.toMillis());
      String request =
          "GET /metrics?" + query + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(ISO_8859_1));
      assertThat(new String(socket.getInputStream().readAllBytes(), ISO_8859_1))
          .startsWith("HTTP/1.1 400 ");
    }
  }

  @Test
  void shouldAnswerOthersWhenAClientDoesNotRead() throws Exception {
    Counter big = Counter.builder().name("big").labelNames("number", "text").register(tallystick);
    for (int i = 0; i < 8_000; i++) {
      big.labelValues("" + i, "x".repeat(2_000)).inc();
    }
    try (Socket slow = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      slow.setReceiveBufferSize(4 << 10);
      slow.setSoTimeout((int) PATIENCE.toMillis());
      slow.getOutputStream()
          .write("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(ISO_8859_1));
      assertThat(slow.getInputStream().read()).as("the answer has begun").isEqualTo('H');
      assertThat(get("/metrics?name[]=temperature").body()).endsWith("temperature 21.5\n");
    }
  }

  @Test
  void shouldServeAtTheLoopbackAddressWhenNoOtherIsGiven() throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      assertThat(socket.isConnected()).isTrue();
    }
    assertThat(server.isServing()).isTrue();
    assertThat(server.port()).isPositive();
  }

  @Test
  void shouldGiveThePortBackWhenItIsClosed() throws Exception {
    int port = server.port();
    server.close();
    server.close();
    assertThat(server.isServing()).isFalse();
    assertThat(server.port()).isEqualTo(-1);
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      assertThat(socket.isBound()).isTrue();
    }
  }

  @Test
  void shouldStandByWhenAnotherServesAtThePort() throws Exception {
    try (TempDirectory other = TempDirectory.create();
        Tallystick process = Tallystick.open(other.path());
        ScrapeServer second =
            ScrapeServer.builder().scraper(process.scraper()).port(server.port()).start()) {
      Counter.builder().name("second").register(process);
      assertThat(second.isServing()).isFalse();
      assertThat(second.port()).isEqualTo(-1);
      assertThat(get("/metrics").body()).contains("requests_total{").doesNotContain("second_total");
    }
  }

  @Test
  void shouldTakeOverWhenTheOneThatServesCloses() throws Exception {
    int port = server.port();
    try (TempDirectory other = TempDirectory.create();
        Tallystick process = Tallystick.open(other.path());
        ScrapeServer second =
            ScrapeServer.builder().scraper(process.scraper()).port(port).start()) {
      Counter.builder().name("second").register(process);
      server.close();
      Await.until("take-over", second::isServing);
      assertThat(second.port()).isEqualTo(port);
      assertThat(get(port, "/metrics").body())
          .contains("second_total 0.0\n")
          .doesNotContain("requests_total");
    }
  }

  @Test
  @SuppressWarnings("try") // closes early on purpose
  void shouldStandByUntilItIsFreeWhenAForeignSocketHasThePort() throws Exception {
    try (ServerSocket foreign = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ScrapeServer second =
            ScrapeServer.builder()
                .scraper(tallystick.scraper())
                .port(foreign.getLocalPort())
                .start()) {
      assertThat(second.isServing()).isFalse();
      int port = foreign.getLocalPort();
      foreign.close();
      Await.until("take-over", second::isServing);
      assertThat(get(port, "/metrics").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void shouldEndItsThreadWhenItIsClosedWhileItStandsBy() throws Exception {
    ScrapeServer second =
        ScrapeServer.builder().scraper(tallystick.scraper()).port(server.port()).start();
    assertThat(standsBy()).isTrue();
    second.close();
    Await.until("end of the thread", () -> !standsBy());
    assertThat(second.isServing()).isFalse();
  }

  private static boolean standsBy() {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().equals("tallystick-scrape-standby"));
  }

  @Test
  void shouldFailToStartWhenTheAddressIsNotOfThisHost() {
    ScrapeServer.Builder builder =
        ScrapeServer.builder().scraper(tallystick.scraper()).bind("192.0.2.1").port(0);
    assertThatThrownBy(builder::start).isInstanceOf(BindException.class);
  }

  @Test
  void shouldNameWhatIsWrongWhenTheBuilderIsGivenIt() {
    ScrapeServer.Builder builder = ScrapeServer.builder();
    assertThatThrownBy(() -> builder.port(-1)).hasMessage("port out of range: port=-1");
    assertThatThrownBy(() -> builder.port(65_536)).hasMessage("port out of range: port=65536");
    assertThatThrownBy(builder::start).isInstanceOf(IllegalStateException.class);
  }

  private HttpResponse<String> get(String pathAndQuery, String... headers) throws Exception {
    HttpRequest.Builder request = request(pathAndQuery);
    return send(headers.length == 0 ? request : request.headers(headers), BodyHandlers.ofString());
  }

  private static HttpResponse<String> get(int port, String path) throws Exception {
    return send(request(port, path), BodyHandlers.ofString());
  }

  private HttpRequest.Builder request(String pathAndQuery) {
    return request(server.port(), pathAndQuery);
  }

  private static HttpRequest.Builder request(int port, String pathAndQuery) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + pathAndQuery))
        .timeout(PATIENCE);
  }

  /** By a client of its own, so that no request meets a connection that a server has closed. */
  private static <T> HttpResponse<T> send(
      HttpRequest.Builder request, HttpResponse.BodyHandler<T> handler) throws Exception {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .connectTimeout(PATIENCE)
        .build()
        .send(request.build(), handler);
  }

  private static HttpRequest.BodyPublisher noBody() {
    return HttpRequest.BodyPublishers.noBody();
  }

  private static String contentType(HttpResponse<?> response) {
    return response.headers().firstValue("Content-Type").orElse("");
  }
}
