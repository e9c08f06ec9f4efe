package io.tallystick.sd.http;

import com.sun.net.httpserver.HttpHandler;
import io.tallystick.http.HttpListener;
import io.tallystick.sd.cache.DiscoveryMetrics;
import io.tallystick.sd.cache.TargetLists;
import java.io.IOException;

/** Serves lists of targets, until the listener is closed. */
public final class SdServer {
  private SdServer() {}

  /**
   * Serves.
   *
   * @param lists closed by the caller, after the listener
   * @param metrics counts the requests
   * @param scrapes answers those for {@code /metrics}
   * @throws IOException where it cannot listen there, as where the port is in use
   */
  public static HttpListener start(
      HttpSettings settings, TargetLists lists, DiscoveryMetrics metrics, HttpHandler scrapes)
      throws IOException {
    return HttpListener.start(
        "tallystick-sd",
        settings.address(),
        settings.connections(),
        new SdHandler(settings, lists, metrics, scrapes),
        settings.tls().orElse(null));
  }
}
