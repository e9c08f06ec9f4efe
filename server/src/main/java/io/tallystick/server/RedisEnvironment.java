package io.tallystick.server;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The environment variables of gunicorn-prometheus-exporter, which name a Redis where no store is
 * given: {@code REDIS_ENABLED}, {@code REDIS_HOST}, {@code REDIS_PORT}, {@code REDIS_DB}, {@code
 * REDIS_PASSWORD} and {@code REDIS_KEY_PREFIX}. {@code REDIS_TTL_SECONDS} and {@code
 * REDIS_TTL_DISABLED} are about what it writes, and are only checked.
 */
final class RedisEnvironment {
  private static final String DEFAULT_PREFIX = "gunicorn";
  private static final IntegerRange PORTS = new IntegerRange("REDIS_PORT", 1, 65_535);
  private static final IntegerRange DATABASES = new IntegerRange("REDIS_DB", 0, 1_000_000);
  private static final IntegerRange SECONDS =
      new IntegerRange("REDIS_TTL_SECONDS", 1, Integer.MAX_VALUE);

  private final Map<String, String> environment;

  RedisEnvironment(Map<String, String> environment) {
    this.environment = environment;
  }

  /**
   * The URL of the store; null where {@code REDIS_ENABLED} does not say so.
   *
   * @throws UsageException where a variable cannot be understood
   */
  @Nullable String url() {
    if (!flag("REDIS_ENABLED")) {
      return null;
    }
    int unusedSeconds = SECONDS.parse(text("REDIS_TTL_SECONDS", "300"));
    boolean unusedFlag = flag("REDIS_TTL_DISABLED");
    String password = text("REDIS_PASSWORD", "");
    String login =
        password.isEmpty()
            ? ""
            : ":" + URLEncoder.encode(password, StandardCharsets.UTF_8).replace("+", "%20") + "@";
    String host = text("REDIS_HOST", "localhost");
    return "redis://"
        + login
        + (host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host)
        + ":"
        + PORTS.parse(text("REDIS_PORT", "6379"))
        + "/"
        + DATABASES.parse(text("REDIS_DB", "0"));
  }

  /** What the exporter's keys begin with. */
  String prefix() {
    return text("REDIS_KEY_PREFIX", DEFAULT_PREFIX);
  }

  private String text(String name, String otherwise) {
    String text = environment.getOrDefault(name, "").strip();
    return text.isEmpty() ? otherwise : text;
  }

  private boolean flag(String name) {
    String text = text(name, "no");
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "1", "true", "yes", "on" -> true;
      case "0", "false", "no", "off" -> false;
      default ->
          throw new UsageException(
              "neither true nor false: variable="
                  + name
                  + "; use 1 true yes on, or 0 false no off");
    };
  }
}
