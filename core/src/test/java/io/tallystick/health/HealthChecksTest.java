package io.tallystick.health;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.net.httpserver.HttpServer;
import io.tallystick.store.MemoryStore;
import io.tallystick.store.StoreException;
import io.tallystick.testing.Await;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the built-in checks find. */
class HealthChecksTest {
  @TempDir private Path directory;

  @Test
  void shouldBeHealthyAsLongAsTheStoreAnswers() throws Exception {
    MemoryStore store = MemoryStore.open();
    HealthCheck check = HealthChecks.store(store);
    assertThat(check.timeLimit()).isEqualTo(Duration.ofSeconds(2));
    assertThat(check.check()).isEqualTo(HealthResult.healthy());
    store.close();
    try (HealthMonitor monitor = HealthMonitor.builder().build()) {
      monitor.register("memory", check);
      CheckReport report = monitor.run().checks().get("memory");
      assertThat(report.status()).isEqualTo(HealthStatus.UNHEALTHY);
      assertThat(report.message())
          .isEqualTo("Health check failed: StoreException: store is closed: backend=memory");
    }
    assertThatExceptionOfType(StoreException.class).isThrownBy(check::check);
  }

  @ParameterizedTest
  @CsvSource({
    "200, 200, HEALTHY, ''",
    "204, 204, HEALTHY, ''",
    "404, 200, DEGRADED, 'status 404, expected 200'",
    "500, 200, DEGRADED, 'status 500, expected 200'",
    "302, 200, DEGRADED, 'status 302, expected 200'"
  })
  void shouldCompareTheStatusOfAnAnswer(
      int status, int expected, HealthStatus found, String message) throws Exception {
    try (Downstream downstream = new Downstream(status)) {
      assertThat(HealthChecks.http(downstream.url(), expected).check())
          .isEqualTo(new HealthResult(found, message));
    }
  }

  @Test
  void shouldBeUnhealthyWhenNobodyAnswers() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    HealthCheck check = HealthChecks.http(URI.create("http://127.0.0.1:" + port + "/?key=hidden"));
    assertThatExceptionOfType(ConnectException.class)
        .isThrownBy(check::check)
        .satisfies(e -> assertThat(String.valueOf(e.getMessage())).doesNotContain("hidden"));
  }

  @Test
  void shouldNotWaitForABodyWithoutEnd() throws Exception {
    try (Downstream downstream = new Downstream(200)) {
      downstream.dripFor = new CountDownLatch(1);
      assertThat(HealthChecks.http(downstream.url()).check()).isEqualTo(HealthResult.healthy());
      downstream.dripFor.countDown();
    }
  }

  @Test
  void shouldTimeOutAndBeAskedAgainWhenAnAnswerDoesNotCome() throws Exception {
    try (VendorServer silent =
            VendorServer.start(VendorServer.HANGS, VendorServer.HANGS, VendorServer.HANGS);
        HealthMonitor monitor = HealthMonitor.builder().build()) {
      monitor.register("http", HealthChecks.http(silent.url()).within(Duration.ofMillis(100)));
      Await.until(
          "it was asked three times",
          () -> {
            assertThat(monitor.run().checks().get("http").status())
                .isEqualTo(HealthStatus.UNHEALTHY);
            return silent.posts().size() == 3;
          });
    }
  }

  @Test
  void shouldRefuseUrlsThatItCannotAsk() {
    for (String url :
        new String[] {
          "ftp://localhost/",
          "http://user:secret@localhost/",
          "/path",
          "http://user:secret@shop_1/",
          "http://shop_1/?key=secret"
        }) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> HealthChecks.http(URI.create(url)))
          .satisfies(e -> assertThat(e.getMessage()).doesNotContain("secret"));
    }
  }

  @Test
  void shouldSayHowFullAFileSystemIs() throws Exception {
    double percent = HostResources.diskPercent(directory);
    assertThat(percent).isBetween(0.0, 100.0);
    assertThat(HealthChecks.disk(directory, 0, 101).check())
        .isEqualTo(HealthResult.degraded(Math.round(percent) + " % in use: path=" + directory));
    assertThat(HealthChecks.disk(directory, 0, 0).check().status())
        .isEqualTo(HealthStatus.UNHEALTHY);
    assertThat(HealthChecks.disk(directory, 101, 102).check().status())
        .isEqualTo(HealthStatus.HEALTHY);
    assertThat(HealthChecks.disk(directory.resolve("none")).check().status())
        .isEqualTo(HealthStatus.UNKNOWN);
    assertThatIllegalArgumentException().isThrownBy(() -> HealthChecks.disk(directory, 90, 80));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HealthChecks.disk(directory, Double.NaN, 80));
  }

  @ParameterizedTest
  @CsvSource({
    "79.9, HEALTHY",
    "80, DEGRADED",
    "94.9, DEGRADED",
    "95, UNHEALTHY",
    "100, UNHEALTHY",
    "-1, UNKNOWN",
    "NaN, UNKNOWN",
    "0, HEALTHY"
  })
  void shouldJudgeByThresholds(double percent, HealthStatus expected) {
    assertThat(Usage.of(percent, 80, 95).status()).isEqualTo(expected);
  }

  @Test
  void shouldRepeatWhatWasReportedOfAComponent() throws Exception {
    Components components = new Components(InstantSource.system());
    HealthCheck check = HealthChecks.component(components, "model");
    assertThat(check.check())
        .isEqualTo(HealthResult.unknown("nothing is reported: component=model"));
    assertThat(components.report("model", HealthResult.degraded("old"))).isTrue();
    assertThat(check.check()).isEqualTo(HealthResult.degraded("old"));
  }

  @Test
  void shouldReadTheResourcesOfTheHost() {
    Resources resources = new HostResources(directory, Path.of("/proc/meminfo")).read();
    assertThat(resources.available()).isTrue();
    assertThat(resources.memory().percent().orElseThrow()).isBetween(0.0, 100.0);
    assertThat(resources.disk().percent().orElseThrow()).isBetween(0.0, 100.0);
    assertThat(resources.overall()).isNotEqualTo(HealthStatus.UNKNOWN);
  }

  @Test
  void shouldTakeTheKernelsWordForAvailableMemoryWhenItSpeaksOfTheSameMemory() throws Exception {
    long total =
        ((com.sun.management.OperatingSystemMXBean)
                java.lang.management.ManagementFactory.getOperatingSystemMXBean())
            .getTotalMemorySize();
    Path meminfo = directory.resolve("meminfo");
    Files.writeString(
        meminfo,
        "MemTotal:  "
            + total / 1024
            + " kB\nMemFree:  1 kB\nMemAvailable:  "
            + total / 2048
            + " kB\n");
    assertThat(percentOf(meminfo)).isBetween(49.9, 50.1);
    double ofJdk = percentOf(directory.resolve("none"));
    Files.writeString(meminfo, "MemTotal:  12345 kB\nMemAvailable:  1 kB\n"); // of a larger host
    assertThat(percentOf(meminfo)).isBetween(ofJdk - 10, ofJdk + 10);
    Files.writeString(meminfo, "MemTotal:  99999999999999999999 kB\nodd\n");
    assertThat(percentOf(meminfo)).isBetween(ofJdk - 10, ofJdk + 10);
  }

  private double percentOf(Path meminfo) {
    return new HostResources(directory, meminfo).read().memory().percent().orElseThrow();
  }

  @Test
  void shouldTakeTheWorstOfTheResourcesThatAreKnown() {
    Usage fine = Usage.of(10, 70, 90);
    Usage full = Usage.of(95, 70, 90);
    assertThat(new Resources(fine, Usage.UNKNOWN, full).overall())
        .isEqualTo(HealthStatus.UNHEALTHY);
    assertThat(new Resources(fine, Usage.UNKNOWN, fine).overall()).isEqualTo(HealthStatus.HEALTHY);
    assertThat(Resources.UNKNOWN.overall()).isEqualTo(HealthStatus.UNKNOWN);
  }

  /** Answers with one status, on a free port of the loopback interface. */
  private static final class Downstream implements AutoCloseable {
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;
    private volatile CountDownLatch dripFor = new CountDownLatch(0);

    Downstream(int status) throws IOException {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.setExecutor(threads);
      server.createContext(
          "/",
          exchange -> {
            exchange.getResponseHeaders().add("Location", "/elsewhere");
            exchange.sendResponseHeaders(status, status == 204 ? -1 : 0);
            try (OutputStream body = exchange.getResponseBody()) {
              while (dripFor.getCount() > 0) {
                body.write("drip\n".getBytes(UTF_8));
                body.flush();
              }
            }
          });
      server.createContext(
          "/elsewhere",
          exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
          });
      server.start();
    }

    URI url() {
      return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    }

    @Override
    public void close() {
      server.stop(0);
      threads.shutdownNow();
    }
  }
}
