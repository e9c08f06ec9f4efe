package io.tallystick.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.example.FileStore;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.Tallystick;
import io.tallystick.metrics.Counter;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.GaugeMode;
import io.tallystick.store.ExemplarValue;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.Ledger;
import io.tallystick.store.Publication;
import io.tallystick.store.SeriesValues;
import io.tallystick.store.Store;
import io.tallystick.testing.Await;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class ServeStoreTest {
  @TempDir Path folder;

  @TempDir(factory = PrivateDirectory.class)
  Path directory;

  private Path file() {
    return folder.resolve("store");
  }

  private ServeRun serve() throws IOException {
    return ServeRun.start("--store", "example-file:" + file(), "--port", "0");
  }

  private void publish(String source, long version, long count) {
    try (Store store = new FileStore(file(), InstantSource.system())) {
      assertThat(store.ledger().publish(publication(source, version, count)))
          .isEqualTo(Ledger.Result.ACCEPTED);
    }
  }

  private static Publication publication(String source, long version, long count) {
    ExemplarValue exemplar =
        new ExemplarValue(1, Labels.of("trace_id", "abc"), System.currentTimeMillis());
    SeriesValues series =
        new SeriesValues(
            Labels.of("path", "/"), 1, 0, List.of(count), 0, 0, null, null, List.of(exemplar));
    FamilyValues family =
        new FamilyValues(
            "requests",
            "requests",
            "requests",
            FamilyType.COUNTER,
            GaugeMode.ALL,
            "Requests.",
            null,
            List.of(),
            List.of(),
            List.of(),
            1,
            List.of(series));
    return Publication.ofAll(source, version, List.of(family), Duration.ofMinutes(10));
  }

  @Test
  void shouldServeAllSourcesOfAStoreInEachFormat() throws Exception {
    publish("a", 1, 3);
    publish("b", 1, 4);
    try (ServeRun served = serve()) {
      String line = served.nextLine();
      URI uri = URI.create(line.substring(line.lastIndexOf("http://")));

      HttpResponse<byte[]> text = get(uri, "Accept", "text/plain");
      HttpResponse<byte[]> openMetrics = get(uri, "Accept", "application/openmetrics-text");
      HttpResponse<byte[]> protobuf =
          get(
              uri,
              "Accept",
              "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
                  + "encoding=delimited");

      assertThat(line).startsWith("serving example-file:" + file() + " at http://127.0.0.1:");
      assertThat(body(text))
          .startsWith(
              """
              # HELP requests_total Requests.
              # TYPE requests_total counter
              requests_total{path="/"} 7.0
              """)
          .contains("tallystick_store_sources 2.0\n");
      assertThat(body(openMetrics))
          .contains("requests_total{path=\"/\"} 7.0 # {trace_id=\"abc\"} 1.0 ")
          .endsWith("# EOF\n");
      assertThat(protobuf.headers().firstValue("Content-Type").orElseThrow())
          .startsWith("application/vnd.google.protobuf;");
      assertThat(body(protobuf)).contains("requests_total", "trace_id");
      publish("b", 2, 40);
      assertThat(body(get(uri, "Accept", "text/plain"))).contains("} 43.0\n");
      assertThat(served.stop()).isEqualTo(Exit.OK);
    }
  }

  @Test
  void shouldFilterAndCompressWhenAskedTo() throws Exception {
    publish("a", 1, 3);
    try (ServeRun served = serve()) {
      URI uri = served.awaitUri();

      HttpResponse<byte[]> one = get(URI.create(uri + "?name%5B%5D=requests"));
      HttpResponse<byte[]> zipped = get(uri, "Accept-Encoding", "gzip");

      assertThat(body(one)).contains("requests_total").doesNotContain("tallystick_");
      try (var in = new GZIPInputStream(new ByteArrayInputStream(zipped.body()))) {
        assertThat(new String(in.readAllBytes(), UTF_8)).contains("requests_total{path=\"/\"} 3.0");
      }
      assertThat(served.stop()).isEqualTo(Exit.OK);
    }
  }

  @Test
  void shouldAnswerWithAnErrorInPlaceOfLessWhenTheStoreCannotBeRead() throws Exception {
    publish("a", 1, 3);
    try (ServeRun served = serve()) {
      URI uri = served.awaitUri();
      byte[] whole = Files.readAllBytes(file());
      Files.writeString(file(), "damaged");

      HttpResponse<byte[]> damaged = get(uri);
      Files.write(file(), whole);
      HttpResponse<byte[]> mended = get(uri);

      assertThat(damaged.statusCode()).isEqualTo(503);
      assertThat(body(damaged)).startsWith("store cannot be read: store=example-file:");
      assertThat(mended.statusCode()).isEqualTo(200);
      assertThat(body(mended)).contains("requests_total{path=\"/\"} 3.0");
      assertThat(served.stop()).isEqualTo(Exit.OK);
    }
  }

  @Test
  void shouldServeADirectoryLiveBesideTheRestOfAStore() throws Exception {
    publish("other", 1, 100);
    try (Tallystick tallystick =
            Tallystick.builder()
                .directory(directory)
                .replicateTo("example-file:" + file())
                .replicationInterval(Duration.ofMillis(20))
                .open();
        ServeRun served =
            ServeRun.start(
                "--dir",
                directory.toString(),
                "--store",
                "example-file:" + file(),
                "--port",
                "0")) {
      CounterDataPoint requests =
          Counter.builder()
              .name("requests")
              .labelNames("path")
              .register(tallystick)
              .labelValues("/");
      requests.inc(3);
      String line = served.nextLine();
      URI uri = URI.create(line.substring(line.lastIndexOf("http://")));
      assertThat(line).startsWith("serving " + directory + " and example-file:" + file() + " at ");
      for (int i = 4; i < 20; i++) { // published meanwhile, or not yet
        requests.inc();
        assertThat(body(get(uri))).contains("requests_total{path=\"/\"} " + (100 + i) + ".0\n");
      }
      Await.until("the directory is published", () -> sources() == 2);
      requests.inc();
      assertThat(body(get(uri)))
          .contains("requests_total{path=\"/\"} 120.0\n", "tallystick_process_files{");
      assertThat(served.stop()).isEqualTo(Exit.OK);
    }
  }

  private int sources() {
    try (Store store = new FileStore(file(), InstantSource.system())) {
      return store.ledger().sources().size();
    }
  }

  private static HttpResponse<byte[]> get(URI uri, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofByteArray());
  }

  private static String body(HttpResponse<byte[]> response) {
    return new String(response.body(), UTF_8);
  }
}
