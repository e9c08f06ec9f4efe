package io.tallystick.records;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A store that has a name, as a configuration has it.
 *
 * @param url what {@link io.tallystick.store.Stores#open} takes
 * @param isDefault whether it is meant where no name is said
 * @param options {@code metric_ttl_seconds}, {@code alert_ttl_seconds}, {@code
 *     agent_state_ttl_seconds}, {@code change_ttl_seconds} and, in Redis, {@code max_connections},
 *     10 where the URL has no {@code poolSize}
 */
public record Backend(String name, String url, boolean isDefault, Map<String, Long> options) {
  private static final String METRICS = "metric_ttl_seconds";
  private static final String ALERTS = "alert_ttl_seconds";
  private static final String AGENTS = "agent_state_ttl_seconds";
  private static final String CHANGES = "change_ttl_seconds";
  private static final long USUAL_CONNECTIONS = 10;
  private static final String CONNECTIONS = "max_connections";
  private static final Set<String> KNOWN =
      new TreeSet<>(Set.of(METRICS, ALERTS, AGENTS, CHANGES, CONNECTIONS));

  /**
   * Checks the options.
   *
   * @throws IllegalArgumentException where one is not known or not above zero, or the name empty
   */
  public Backend {
    if (name.isBlank()) {
      throw new IllegalArgumentException("backend has no name");
    }
    options = Map.copyOf(options);
    for (Map.Entry<String, Long> option : options.entrySet()) {
      if (!KNOWN.contains(option.getKey())) {
        throw new IllegalArgumentException(
            "no such option: backend=" + name + " option=" + option.getKey() + " known=" + KNOWN);
      }
      if (option.getValue() <= 0) {
        throw new IllegalArgumentException(
            "option is not above zero: backend=" + name + " option=" + option.getKey());
      }
    }
  }

  /** How long its records are kept. */
  public RecordSettings settings() {
    RecordSettings usual = RecordSettings.DEFAULT;
    return new RecordSettings(
        time(METRICS, usual.metricTimeToLive()),
        time(ALERTS, usual.alertTimeToLive()),
        time(AGENTS, usual.agentTimeToLive()),
        time(CHANGES, usual.changeTimeToLive()));
  }

  private Duration time(String option, Duration otherwise) {
    Long seconds = options.get(option);
    return seconds == null ? otherwise : Duration.ofSeconds(seconds);
  }

  /** The URL with what the options say of connections. */
  String fullUrl() {
    if (!url.startsWith("redis") || url.contains("poolSize=")) {
      return url;
    }
    long connections = options.getOrDefault(CONNECTIONS, USUAL_CONNECTIONS);
    return url + (url.contains("?") ? "&" : "?") + "poolSize=" + connections;
  }

  /** Without the URL, which may have secrets. */
  @Override
  public String toString() {
    return "backend:" + name;
  }
}
