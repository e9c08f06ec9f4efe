package io.tallystick.health;

import io.tallystick.store.Store;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;

/** The checks that are built in. */
public final class HealthChecks {
  private static final Duration STORE_TIME_LIMIT = Duration.ofSeconds(2);
  private static final int OK = 200;
  private static final double DISK_DEGRADED_PERCENT = 80;
  private static final double DISK_UNHEALTHY_PERCENT = 95;

  private HealthChecks() {}

  /** Whether a store can be used: UNHEALTHY where its ping fails, or takes more than 2 seconds. */
  public static HealthCheck store(Store store) {
    HealthCheck check =
        () -> {
          store.ping();
          return HealthResult.healthy();
        };
    return check.within(STORE_TIME_LIMIT);
  }

  /** Whether a GET of a URL is answered with 200; see {@link #http(URI, int)}. */
  public static HealthCheck http(URI url) {
    return http(url, OK);
  }

  /**
   * Whether a GET of a URL is answered with a status: DEGRADED where it is answered with another
   * one, UNHEALTHY where it is not. Redirects are not followed, and bodies not read.
   *
   * @throws IllegalArgumentException where it is neither http nor https, or has a user in it
   */
  public static HealthCheck http(URI url, int expectedStatus) {
    return new HttpCheck(url, expectedStatus);
  }

  /** Whether a file system has room: DEGRADED from 80 % in use on, UNHEALTHY from 95 %. */
  public static HealthCheck disk(Path path) {
    return disk(path, DISK_DEGRADED_PERCENT, DISK_UNHEALTHY_PERCENT);
  }

  /**
   * Whether a file system has room.
   *
   * @throws IllegalArgumentException where the percentages are not in order
   */
  public static HealthCheck disk(Path path, double degradedPercent, double unhealthyPercent) {
    if (!(degradedPercent >= 0 && degradedPercent <= unhealthyPercent)) {
      throw new IllegalArgumentException(
          "bad percentages: degraded=" + degradedPercent + " unhealthy=" + unhealthyPercent);
    }
    return () -> {
      double percent = HostResources.diskPercent(path);
      Usage usage = Usage.of(percent, degradedPercent, unhealthyPercent);
      return usage.percent().isPresent()
          ? new HealthResult(usage.status(), Math.round(percent) + " % in use: path=" + path)
          : HealthResult.unknown("file system cannot be read: path=" + path);
    };
  }

  /** What was reported of a component; UNKNOWN where nothing was. */
  public static HealthCheck component(Components components, String name) {
    return () ->
        components
            .find(name)
            .map(health -> new HealthResult(health.status(), health.message()))
            .orElseGet(() -> HealthResult.unknown("nothing is reported: component=" + name));
  }
}
