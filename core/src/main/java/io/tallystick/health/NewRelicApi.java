package io.tallystick.health;

import java.net.URI;
import java.util.List;

/**
 * New Relic's Metric API: gauges, counts, and histograms as summaries of one value each. See <a
 * href="https://docs.newrelic.com/docs/data-apis/ingest-apis/metric-api/report-metrics-metric-api/">its
 * reference</a>.
 */
final class NewRelicApi implements MetricsApi {
  private final long intervalMs;

  /**
   * An API to which counts are sent as those of an interval.
   *
   * @param intervalMs how often points are sent
   */
  NewRelicApi(long intervalMs) {
    this.intervalMs = intervalMs;
  }

  @Override
  public String name() {
    return "newrelic";
  }

  @Override
  public URI defaultEndpoint() {
    return URI.create("https://metric-api.newrelic.com");
  }

  @Override
  public String keyHeader() {
    return "Api-Key";
  }

  @Override
  public List<Post> posts(List<Point> points) {
    JsonText json = new JsonText().raw("[{\"metrics\":[");
    String separator = "";
    for (Point point : points) {
      json.raw(separator).raw("{\"name\":").string(point.name()).raw(",\"type\":");
      value(point, json);
      json.raw(",\"timestamp\":").number(point.timeMs());
      json.raw(",\"attributes\":").object(point.labels()).raw("}");
      separator = ",";
    }
    return List.of(new Post("/metric/v1", json.raw("]}]").toString(), points.size()));
  }

  private void value(Point point, JsonText json) {
    switch (point.kind()) {
      case GAUGE -> json.raw("\"gauge\",\"value\":").number(point.value());
      case COUNT ->
          json.raw("\"count\",\"value\":")
              .number(point.value())
              .raw(",\"interval.ms\":")
              .number(intervalMs);
      case HISTOGRAM ->
          json.raw("\"summary\",\"value\":{\"count\":1,\"sum\":")
              .number(point.value())
              .raw(",\"min\":")
              .number(point.value())
              .raw(",\"max\":")
              .number(point.value())
              .raw("},\"interval.ms\":")
              .number(intervalMs);
    }
  }
}
