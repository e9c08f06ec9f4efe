package io.tallystick.health;

import java.net.URI;
import java.util.List;

/** How one vendor takes measurements over HTTP. Implementations are immutable. */
interface MetricsApi {
  /** What the vendor is called in messages and metrics. */
  String name();

  /** Where it is, unless something else is said. */
  URI defaultEndpoint();

  /** The header that has the key. */
  String keyHeader();

  /** What is to be posted for these points: one body for each path that they need. */
  List<Post> posts(List<Point> points);

  /**
   * Something to be posted.
   *
   * @param path behind the endpoint
   * @param body JSON
   * @param points how many it has
   */
  record Post(String path, String body, int points) {}
}
