package io.tallystick.sd.http;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * Where and how lists are served.
 *
 * @param prefix what all paths begin with, as {@code /sd}; empty for nothing
 * @param connections how many requests are taken in or answered at a time
 * @param threads for how many at a time answers are looked for; others wait for seconds at most
 * @param patience for how long a request waits for a list that is not there yet; zero for not
 * @param users who may ask; empty for anyone
 * @param tls what to encrypt with; empty for plain text
 */
public record HttpSettings(
    InetSocketAddress address,
    String prefix,
    int connections,
    int threads,
    Duration patience,
    Optional<BasicAuthentication> users,
    Optional<SSLContext> tls) {
  /** How long a request may wait at most, so that its connection is not given up before. */
  public static final Duration MOST_PATIENCE = Duration.ofSeconds(45);

  /** Checks the values. */
  public HttpSettings {
    if (!prefix.isEmpty() && !prefix.matches("(/[A-Za-z0-9._~-]+)+")) {
      throw new IllegalArgumentException(
          "not a prefix: prefix=" + prefix + " expected=/ and a name, as in /sd");
    }
    if (connections < 1 || threads < 1) {
      throw new IllegalArgumentException(
          "limit is not above zero: connections=" + connections + " threads=" + threads);
    }
    if (patience.isNegative() || patience.compareTo(MOST_PATIENCE) > 0) {
      throw new IllegalArgumentException(
          "wait out of range: wait=" + patience + " most=" + MOST_PATIENCE);
    }
  }
}
