package io.tallystick.health;

import io.tallystick.health.Point.Kind;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Datadog's API: gauges and counts go to {@code /api/v2/series}, histograms as distributions to
 * {@code /api/v1/distribution_points}. See <a
 * href="https://docs.datadoghq.com/api/latest/metrics/">its reference</a>.
 */
final class DatadogApi implements MetricsApi {
  private static final int COUNT_TYPE = 1;
  private static final int GAUGE_TYPE = 3;

  @Override
  public String name() {
    return "datadog";
  }

  @Override
  public URI defaultEndpoint() {
    return URI.create("https://api.datadoghq.com");
  }

  @Override
  public String keyHeader() {
    return "DD-API-KEY";
  }

  @Override
  public List<Post> posts(List<Point> points) {
    List<Post> posts = new ArrayList<>();
    List<Point> series = points.stream().filter(p -> p.kind() != Kind.HISTOGRAM).toList();
    if (!series.isEmpty()) {
      posts.add(new Post("/api/v2/series", body(series, DatadogApi::series), series.size()));
    }
    List<Point> values = points.stream().filter(p -> p.kind() == Kind.HISTOGRAM).toList();
    if (!values.isEmpty()) {
      posts.add(
          new Post(
              "/api/v1/distribution_points",
              body(values, DatadogApi::distribution),
              values.size()));
    }
    return posts;
  }

  /** Writes one point. */
  private interface Writer {
    void write(Point point, JsonText json);
  }

  private static String body(List<Point> points, Writer writer) {
    JsonText json = new JsonText().raw("{\"series\":[");
    String separator = "";
    for (Point point : points) {
      json.raw(separator).raw("{\"metric\":").string(point.name());
      writer.write(point, json);
      json.raw(",\"tags\":[");
      String before = "";
      for (Map.Entry<String, String> label : point.labels().entrySet()) {
        json.raw(before).string(label.getKey() + ":" + label.getValue());
        before = ",";
      }
      json.raw("]}");
      separator = ",";
    }
    return json.raw("]}").toString();
  }

  private static void series(Point point, JsonText json) {
    json.raw(",\"type\":")
        .number(point.kind() == Kind.COUNT ? COUNT_TYPE : GAUGE_TYPE)
        .raw(",\"points\":[{\"timestamp\":")
        .number(point.timeMs() / 1_000)
        .raw(",\"value\":")
        .number(point.value())
        .raw("}]");
  }

  private static void distribution(Point point, JsonText json) {
    json.raw(",\"points\":[[")
        .number(point.timeMs() / 1_000)
        .raw(",[")
        .number(point.value())
        .raw("]]]");
  }
}
