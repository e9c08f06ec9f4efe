package io.tallystick.scrape;

/** The text formats that are written without a snapshot in between. */
public enum TextFormat {
  /** The Prometheus text format, version 0.0.4. */
  PROMETHEUS("text/plain; version=0.0.4; charset=utf-8"),
  /** OpenMetrics text, version 1.0.0. */
  OPENMETRICS("application/openmetrics-text; version=1.0.0; charset=utf-8");

  private final String contentType;

  TextFormat(String contentType) {
    this.contentType = contentType;
  }

  /** What a client that accepts these content types gets. */
  static TextFormat of(String accept) {
    return accept.contains("application/openmetrics-text") ? OPENMETRICS : PROMETHEUS;
  }

  /** The HTTP content type. */
  public String contentType() {
    return contentType;
  }
}
