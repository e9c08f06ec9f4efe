package io.tallystick.health;

import io.tallystick.health.MetricsApi.Post;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Posts to a vendor. Redirects are not followed, so that the key goes nowhere else. Threading: one.
 */
final class MetricsPoster {
  private static final System.Logger LOG = System.getLogger("io.tallystick.health");
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);
  private static final Duration POST_LIMIT = Duration.ofSeconds(10);
  private static final long MOST_RETRY_AFTER_SECONDS = 60;

  private final MetricsApi api;
  private final String base; // what stands before each path
  private final String apiKey;
  private final HttpClient client =
      HttpClient.newBuilder()
          .connectTimeout(CONNECT_LIMIT)
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();
  private final AtomicBoolean isRefusalSaid = new AtomicBoolean();
  private final AtomicBoolean isFailureSaid = new AtomicBoolean();

  MetricsPoster(MetricsApi api, URI endpoint, String apiKey) {
    this.api = api;
    this.base = withoutSlash(endpoint.toString());
    this.apiKey = apiKey;
  }

  /** Refuses what no header can have, without showing it. */
  static String requireKey(String apiKey) {
    if (apiKey.isEmpty() || !apiKey.chars().allMatch(c -> c > ' ' && c < 0x7F)) {
      throw new IllegalArgumentException(
          "API key is empty, or has characters that are not printable ASCII");
    }
    return apiKey;
  }

  private static String withoutSlash(String endpoint) {
    return endpoint.endsWith("/") ? endpoint.substring(0, endpoint.length() - 1) : endpoint;
  }

  /** Refuses what would send a key in clear text, but to this host; and what no path can follow. */
  static URI requireEndpoint(URI endpoint) {
    String host = endpoint.getHost();
    boolean isSafe =
        "https".equalsIgnoreCase(endpoint.getScheme())
            || ("http".equalsIgnoreCase(endpoint.getScheme()) && isLoopback(host));
    boolean isBase = endpoint.getRawQuery() == null && endpoint.getRawFragment() == null;
    if (host == null || !isSafe || !isBase || endpoint.getRawUserInfo() != null) {
      throw new IllegalArgumentException(
          "bad endpoint: host="
              + host
              + " expected=https, or http on the loopback interface, without user and query");
    }
    return endpoint;
  }

  private static boolean isLoopback(@Nullable String host) {
    return "localhost".equals(host) || "127.0.0.1".equals(host) || "[::1]".equals(host);
  }

  Answer post(Post post) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(base + post.path()))
            .timeout(POST_LIMIT)
            .header("Content-Type", "application/json")
            .header(api.keyHeader(), apiKey)
            .POST(BodyPublishers.ofString(post.body()))
            .build();
    try {
      HttpResponse<InputStream> response = client.send(request, BodyHandlers.ofInputStream());
      response.body().close(); // whatever it says
      Answer answer = new Answer(response.statusCode(), retryAfterOf(response));
      if (!answer.isTaken() && !answer.mayBeRepeated()) {
        say(isRefusalSaid, "status=" + answer.status, null);
      }
      return answer;
    } catch (IOException e) {
      sayFailed(e);
      return new Answer(Answer.NONE, Duration.ZERO);
    }
  }

  private static Duration retryAfterOf(HttpResponse<?> response) {
    String seconds = response.headers().firstValue("Retry-After").orElse("");
    return seconds.matches("\\d{1,9}")
        ? Duration.ofSeconds(Math.min(MOST_RETRY_AFTER_SECONDS, Long.parseLong(seconds)))
        : Duration.ZERO;
  }

  /** Logs a failure that came without an answer, where it is the first. */
  void sayFailed(Throwable cause) {
    say(isFailureSaid, "reason=" + cause.getClass().getSimpleName(), cause);
  }

  private void say(AtomicBoolean isSaid, String why, @Nullable Throwable cause) {
    if (isSaid.compareAndSet(false, true)) {
      LOG.log(
          System.Logger.Level.WARNING,
          "measurements of health are not taken; said once: sink=" + api.name() + " " + why,
          cause);
    }
  }

  /**
   * What came back.
   *
   * @param status of HTTP, or {@link #NONE}
   * @param retryAfter how long not to ask again
   */
  record Answer(int status, Duration retryAfter) {
    /** Where nothing came back. */
    static final int NONE = 0;

    private static final int TIMEOUT = 408;
    private static final int TOO_MANY = 429;

    boolean isTaken() {
      return status / 100 == 2;
    }

    boolean mayBeRepeated() {
      return status == NONE || status == TIMEOUT || status == TOO_MANY || status / 100 == 5;
    }
  }
}
