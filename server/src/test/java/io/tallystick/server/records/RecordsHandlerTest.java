package io.tallystick.server.records;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tallystick.http.HttpListener;
import io.tallystick.records.Alert;
import io.tallystick.records.Backend;
import io.tallystick.records.Backends;
import io.tallystick.records.MetricRecord;
import io.tallystick.records.RecordStore;
import io.tallystick.records.Sample;
import io.tallystick.records.Severity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Records over HTTP. */
final class RecordsHandlerTest {
  private static final Instant NOON = Instant.parse("2030-01-01T12:00:00Z");

  private final Backends backends =
      Backends.of(
          List.of(
              new Backend("main", "memory:", true, Map.of()),
              new Backend("other", "memory:", false, Map.of())));
  private final HttpClient client = HttpClient.newHttpClient();
  private HttpListener server;

  @BeforeEach
  void serve() throws IOException {
    InetSocketAddress anywhere = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    server = HttpListener.start("records", anywhere, 256, new RecordsHandler(backends));
    RecordStore records = backends.records();
    for (int i = 0; i < 5; i++) {
      records
          .metrics()
          .save(
              MetricRecord.of(
                      "m/" + i, "cpu", i % 2 == 0 ? "gauge" : "counter", NOON.plusSeconds(i))
                  .withValues(List.of(Sample.of(NOON.plusSeconds(i), i))));
    }
    records.alerts().save(Alert.active("a", "disk", Severity.HIGH, "probe", NOON));
    records.alerts().acknowledge("a", "ann");
  }

  @AfterEach
  void end() {
    server.close();
    backends.close();
  }

  private HttpResponse<String> send(String method, String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + server.port() + path);
    HttpRequest request =
        HttpRequest.newBuilder(uri).method(method, HttpRequest.BodyPublishers.noBody()).build();
    return client.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private JsonNode get(int status, String path) throws Exception {
    HttpResponse<String> response = send("GET", path);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
    return new ObjectMapper().readTree(response.body());
  }

  @Test
  void shouldServePagesOfWhatIsAskedFor() throws Exception {
    JsonNode first = get(200, "/records/metrics?name=cpu&where=type%3Dgauge&limit=2");
    assertThat(first.get("records")).hasSize(2);
    assertThat(first.at("/records/0/id").asText()).isEqualTo("m/4");
    String next = first.get("next").asText();
    JsonNode second = get(200, "/records/metrics?name=cpu&type=gauge&limit=2&after=" + next);
    assertThat(second.at("/records/0/id").asText()).isEqualTo("m/0");
    assertThat(get(200, "/records/metrics?order=asc").at("/records/0/id").asText())
        .isEqualTo("m/0");
    assertThat(get(200, "/records/metrics?from=2030-01-01T12:00:03").get("records")).hasSize(2);
    assertThat(get(200, "/records/metrics/m%2F3").get("name").asText()).isEqualTo("cpu");
    assertThat(get(200, "/records/metrics?backend=other").get("records")).isEmpty();
    assertThat(get(200, "/records/agents").get("records")).isEmpty();
    assertThat(get(200, "/records/alerts?status=acknowledged").get("records")).hasSize(1);
    assertThat(get(200, "/records/backends").get("default").asText()).isEqualTo("main");
  }

  @Test
  void shouldServeHistoriesAndChanges() throws Exception {
    JsonNode points =
        get(
            200,
            "/records/history?name=cpu&start=2030-01-01T12:00:00&end=2030-01-01T12:00:04"
                + "&step_seconds=2&aggregation=max");
    assertThat(points).hasSize(3);
    assertThat(points.at("/0/value").asDouble()).isEqualTo(1);
    JsonNode changes = get(200, "/records/changes?limit=1");
    assertThat(changes.at("/changes/0/change").asText()).isEqualTo("saved");
    JsonNode rest = get(200, "/records/changes?after=" + changes.get("next").asLong());
    assertThat(rest.at("/changes/0/by").asText()).isEqualTo("ann");
    assertThat(rest.get("next").asLong()).isEqualTo(2);
  }

  private void saveLong(int samples) {
    List<Sample> values = new ArrayList<>();
    for (int i = 0; i < samples; i++) {
      values.add(Sample.of(NOON.plusMillis(i), i));
    }
    backends
        .records()
        .metrics()
        .save(MetricRecord.of("long", "long", "gauge", NOON).withValues(values));
  }

  @Test
  void shouldServeTheNewestSamplesOfAMetricAndSayWhetherItHasOlderOnes() throws Exception {
    saveLong(12_000);
    JsonNode newest = get(200, "/records/metrics/long");
    assertThat(newest.get("values")).hasSize(1_000);
    assertThat(newest.at("/values/999/value").asDouble()).isEqualTo(11_999);
    assertThat(newest.get("more_values").asBoolean()).isTrue();
    String first = newest.at("/values/0/timestamp").asText().replace("+", "%2B");
    JsonNode older = get(200, "/records/metrics/long?limit=3&before=" + first);
    assertThat(older.at("/values/2/value").asDouble()).isEqualTo(10_999);
    assertThat(older.at("/values/0/value").asDouble()).isEqualTo(10_997);
    JsonNode upTo = get(200, "/records/metrics/long?limit=3&to=" + first);
    assertThat(upTo.at("/values/2/value").asDouble()).isEqualTo(11_000);
    JsonNode some =
        get(200, "/records/metrics/long?from=2030-01-01T12:00:01&to=2030-01-01T12:00:01.002");
    assertThat(some.get("values")).hasSize(3);
    assertThat(some.get("more_values").asBoolean()).isFalse();
    assertThat(get(200, "/records/metrics/long?limit=10000").get("values")).hasSize(10_000);
    assertThat(get(200, "/records/metrics/long?limit=0").get("values")).isEmpty();
    get(400, "/records/metrics/long?limit=10001");
    get(400, "/records/metrics/long?to=2030-01-01&before=2030-01-01");
    get(400, "/records/metrics/long?to=2030-01-01&from=2030-01-02");
    get(404, "/records/metrics/none?limit=1");
  }

  private void saveOfFewTimes(int... samplesOfEach) {
    List<Sample> values = new ArrayList<>();
    for (int second = 0; second < samplesOfEach.length; second++) {
      for (int i = 0; i < samplesOfEach[second]; i++) {
        values.add(Sample.of(NOON.plusSeconds(second), values.size()));
      }
    }
    backends
        .records()
        .metrics()
        .save(MetricRecord.of("few", "few", "gauge", NOON).withValues(values));
  }

  @Test
  void shouldGiveEachSampleOnceWhenManyAreOfFewTimes() throws Exception {
    saveOfFewTimes(400, 1, 1_000, 399, 600, 600, 5);
    List<Integer> sizes = new ArrayList<>();
    List<Double> all = new ArrayList<>();
    String before = "";
    for (boolean hasMore = true; hasMore && sizes.size() < 10; ) {
      JsonNode page = get(200, "/records/metrics/few?limit=1000" + before);
      page.get("values").forEach(sample -> all.add(sample.get("value").asDouble()));
      sizes.add(page.get("values").size());
      before = "&before=" + page.at("/values/0/timestamp").asText().replace("+", "%2B");
      hasMore = page.get("more_values").asBoolean();
    }
    assertThat(sizes).containsExactly(605, 999, 1_000, 401);
    assertThat(all).hasSize(3_005).doesNotHaveDuplicates();
  }

  @Test
  void shouldGoOnWithinOneTimeWhenItHasMoreSamplesThanTheLimit() throws Exception {
    saveOfFewTimes(3, 12_500, 2);
    List<Double> all = new ArrayList<>();
    List<Integer> sizes = new ArrayList<>();
    String next = "";
    for (boolean hasMore = true; hasMore && sizes.size() < 10; ) {
      JsonNode page = get(200, "/records/metrics/few?limit=5000" + next);
      List<Double> values = new ArrayList<>();
      page.get("values").forEach(sample -> values.add(sample.get("value").asDouble()));
      all.addAll(0, values);
      sizes.add(values.size());
      next = "&before=" + page.at("/values/0/timestamp").asText().replace("+", "%2B");
      JsonNode position = page.get("first_position");
      next += position == null ? "" : "&position=" + position.asLong();
      hasMore = page.get("more_values").asBoolean();
    }
    assertThat(sizes).containsExactly(2, 5_000, 5_000, 2_503);
    assertThat(all).hasSize(12_505).doesNotHaveDuplicates();
  }

  @Test
  void shouldRefuseAPositionThatIsOfNoTime() throws Exception {
    saveOfFewTimes(3);
    assertThat(get(400, "/records/metrics/few?position=1").get("error").asText())
        .contains("before", "position");
    get(400, "/records/metrics/few?position=1&to=2030-01-01T12:00:00");
    assertThat(
            get(400, "/records/metrics/few?position=x&before=2030-01-01T12:00:00")
                .get("error")
                .asText())
        .contains("position=x");
    JsonNode page = get(200, "/records/metrics/few?position=2&before=2030-01-01T12:00:00");
    assertThat(page.get("values")).hasSize(2);
    assertThat(page.get("more_values").asBoolean()).isFalse();
  }

  @Test
  void shouldRefuseAHistoryThatHasTooManyPoints() throws Exception {
    saveLong(11_001);
    String path = "/records/history?name=long&start=2030-01-01T12:00:00&end=2030-01-01T12:00:";
    assertThat(get(400, path + "11").get("error").asText()).contains("longer step", "most=11000");
    assertThat(get(400, path + "11&step_seconds=0.001").get("error").asText()).contains("most");
    assertThat(get(200, path + "10.999")).hasSize(11_000);
    assertThat(get(200, path + "11&step_seconds=0.002")).hasSize(5_501);
  }

  @Test
  void shouldSayWhatIsWrongWithARequest() throws Exception {
    assertThat(get(400, "/records/metrics?limit=9999").get("error").asText()).contains("limit");
    assertThat(get(400, "/records/metrics?bogus=1").get("error").asText()).contains("bogus");
    assertThat(get(400, "/records/metrics?where=x").get("error").asText()).contains("filter");
    assertThat(get(400, "/records/metrics?backend=x").get("error").asText())
        .contains("known=main, other");
    assertThat(get(400, "/records/history?name=x").get("error").asText()).contains("start");
    get(404, "/records/metrics/none");
    get(404, "/records/bogus");
    get(404, "/records");
    assertThat(send("POST", "/records/metrics").statusCode()).isEqualTo(405);
    assertThat(send("HEAD", "/records/metrics").body()).isEmpty();
  }

  @Test
  void shouldNotShowAnEmptyPageWhenTheStoreIsGone() throws Exception {
    backends.records().store().close();
    assertThat(get(500, "/records/metrics").get("error").asText()).contains("see the log");
  }
}
