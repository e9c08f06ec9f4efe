package io.tallystick.health;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

/**
 * Asks a URL for its status; for how long is left to whoever interrupts it. Messages do not show
 * the URL, which may have a secret in it.
 */
final class HttpCheck implements HealthCheck {
  private final HttpRequest request;
  private final int expectedStatus;

  HttpCheck(URI url, int expectedStatus) {
    if (url.getRawUserInfo() != null) {
      throw new IllegalArgumentException("URL has a user in it: host=" + url.getHost());
    }
    if (url.getHost() == null) { // then what stands for it may have a user in it
      throw new IllegalArgumentException("URL has no host: scheme=" + url.getScheme());
    }
    this.request = HttpRequest.newBuilder(url).build();
    this.expectedStatus = expectedStatus;
  }

  @Override
  public HealthResult check() throws IOException, InterruptedException {
    HttpResponse<InputStream> response =
        SharedClient.CLIENT.send(request, BodyHandlers.ofInputStream());
    response.body().close(); // however long it is
    int status = response.statusCode();
    return status == expectedStatus
        ? HealthResult.healthy()
        : HealthResult.degraded("status " + status + ", expected " + expectedStatus);
  }

  /** One client for all checks: each has threads of its own. */
  private static final class SharedClient {
    static final HttpClient CLIENT =
        HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).build();
  }
}
