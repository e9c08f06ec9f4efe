package io.tallystick.server.demo;

import java.util.List;

/** What the workers serve, the load generator asks for, and the metrics that count it. */
final class DemoRequests {
  static final List<String> PATHS = List.of("/", "/cart", "/order");

  static final String REQUESTS = "demo_requests_total";
  static final String DURATION = "demo_request_duration_seconds";
  static final String IN_PROGRESS = "demo_requests_in_progress";

  private DemoRequests() {}
}
