package io.tallystick.store.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.store.StoreUrl;
import java.net.URLDecoder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.HostAndPort;

/**
 * What a URL says about a store in Redis. {@code docs/store-redis.md} lists it.
 *
 * @param master the name that Sentinels watch; null but for them
 * @param servers the server, the Sentinels, or some nodes of the Cluster
 * @param text the URL without secrets
 */
record RedisUrl(
    Topology topology,
    List<HostAndPort> servers,
    @Nullable String master,
    @Nullable String user,
    @Nullable String password,
    int database,
    String prefix,
    Duration connectTimeout,
    Duration timeout,
    int poolSize,
    Duration timeToLive,
    @Nullable Tls tls,
    @Nullable String sentinelUser,
    @Nullable String sentinelPassword,
    String text) {
  static final String DEFAULT_PREFIX = "prometheus";
  static final Duration DEFAULT_TIME_TO_LIVE = Duration.ofDays(30);

  private static final Duration SHORTEST_TIME_TO_LIVE = Duration.ofDays(2);
  private static final int DEFAULT_PORT = 6_379;
  private static final int DEFAULT_SENTINEL_PORT = 26_379;
  private static final Set<String> OPTIONS =
      Set.of(
          "prefix",
          "database",
          "connectTimeoutMs",
          "timeoutMs",
          "poolSize",
          "timeToLiveSeconds",
          "tls",
          "trustStore",
          "trustStorePassword",
          "keyStore",
          "keyStorePassword",
          "sentinelUser",
          "sentinelPassword");

  private static final List<String> OPTIONS_OF_TLS =
      List.of("trustStore", "trustStorePassword", "keyStore", "keyStorePassword");
  private static final List<String> OPTIONS_OF_SENTINEL =
      List.of("sentinelUser", "sentinelPassword");

  /** How servers stand to each other. */
  enum Topology {
    STANDALONE,
    SENTINEL,
    CLUSTER
  }

  /** What is trusted and shown in a TLS handshake; null: what the JVM trusts, and nothing. */
  record Tls(
      @Nullable Path trustStore,
      @Nullable String trustStorePassword,
      @Nullable Path keyStore,
      @Nullable String keyStorePassword) {
    @Override
    public String toString() {
      return "Tls[trustStore=" + trustStore + ']';
    }
  }

  /**
   * Reads a URL.
   *
   * @throws IllegalArgumentException where it cannot be; without secrets
   */
  static RedisUrl of(StoreUrl url) {
    url.requireOptions(OPTIONS);
    Topology topology =
        switch (url.scheme()) {
          case "redis+sentinel" -> Topology.SENTINEL;
          case "redis+cluster" -> Topology.CLUSTER;
          default -> Topology.STANDALONE;
        };
    requireUseful(url, topology);
    String location = url.location().startsWith("//") ? url.location().substring(2) : "";
    int at = location.lastIndexOf('@');
    String[] credentials = at < 0 ? new String[0] : location.substring(0, at).split(":", 2);
    String[] path = location.substring(at + 1).split("/", -1);
    List<HostAndPort> servers =
        servers(path[0], topology == Topology.SENTINEL ? DEFAULT_SENTINEL_PORT : DEFAULT_PORT, url);
    boolean isStandalone = topology == Topology.STANDALONE;
    int parts = topology == Topology.SENTINEL ? 3 : isStandalone ? 2 : 1;
    boolean lacksMaster = topology == Topology.SENTINEL && (path.length < 2 || path[1].isEmpty());
    boolean hasTooMany = isStandalone && servers.size() > 1;
    if (path.length > parts || lacksMaster || hasTooMany) {
      throw new IllegalArgumentException(
          "not redis://host:port/database, redis+sentinel://host:port,host:port/master or"
              + " redis+cluster://host:port,host:port: url="
              + url);
    }
    String last = topology == Topology.CLUSTER || path.length < parts ? "" : path[parts - 1];
    return new RedisUrl(
        topology,
        servers,
        topology == Topology.SENTINEL ? path[1] : null,
        credentials.length == 2 && !credentials[0].isEmpty() ? decode(credentials[0]) : null,
        credentials.length == 2
            ? decode(credentials[1])
            : credentials.length == 1 ? decode(credentials[0]) : null,
        database(url, last),
        prefix(url),
        Duration.ofMillis(milliseconds(url, "connectTimeoutMs", 2_000)),
        Duration.ofMillis(milliseconds(url, "timeoutMs", 5_000)),
        (int) Math.min(10_000, url.positive("poolSize", 8)),
        timeToLive(url),
        tls(url),
        url.option("sentinelUser").orElse(null),
        url.option("sentinelPassword").orElse(null),
        url.toString());
  }

  private static List<HostAndPort> servers(String text, int defaultPort, StoreUrl url) {
    List<HostAndPort> servers = new ArrayList<>();
    for (String each : text.split(",", -1)) {
      int colon = each.endsWith("]") ? -1 : each.lastIndexOf(':');
      String host = (colon < 0 ? each : each.substring(0, colon)).replaceAll("[\\[\\]]", "");
      int port;
      try {
        port = colon < 0 ? defaultPort : Integer.parseInt(each.substring(colon + 1));
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException( // neither shown: it may be a password without its @
            "port is no number: scheme=" + url.scheme());
      }
      if (host.isEmpty() || port <= 0 || port > 0xffff) {
        throw new IllegalArgumentException("no host, or port out of range: scheme=" + url.scheme());
      }
      servers.add(new HostAndPort(host, port));
    }
    return servers;
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), UTF_8);
    } catch (IllegalArgumentException e) { // its message may have a secret
      throw new IllegalArgumentException("store URL has an illegal % sequence before its @");
    }
  }

  private static int database(StoreUrl url, String inPath) {
    String text = inPath.isEmpty() ? url.option("database").orElse("0") : inPath;
    try {
      int database = Integer.parseInt(text);
      if (database >= 0) {
        return database;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new IllegalArgumentException("database is no number: url=" + url);
  }

  private static int milliseconds(StoreUrl url, String option, int otherwise) {
    return (int) Math.min(Integer.MAX_VALUE, url.positive(option, otherwise));
  }

  private static String prefix(StoreUrl url) {
    String prefix = url.option("prefix").orElse(DEFAULT_PREFIX);
    if (prefix.isEmpty() || prefix.indexOf('{') >= 0 || prefix.indexOf('}') >= 0) {
      throw new IllegalArgumentException("prefix is empty or has braces: prefix=" + prefix);
    }
    return prefix;
  }

  private static Duration timeToLive(StoreUrl url) {
    Duration time =
        Duration.ofSeconds(url.positive("timeToLiveSeconds", DEFAULT_TIME_TO_LIVE.toSeconds()));
    if (time.compareTo(SHORTEST_TIME_TO_LIVE) < 0) {
      throw new IllegalArgumentException(
          "time to live is below the two days for which retired names are kept: seconds="
              + time.toSeconds());
    }
    return time;
  }

  private static @Nullable Tls tls(StoreUrl url) {
    boolean isTls =
        url.scheme().equals("rediss") || url.option("tls").map(RedisUrl::flag).orElse(false);
    if (!isTls) {
      for (String option : OPTIONS_OF_TLS) {
        require(url.option(option).isEmpty(), option + " needs TLS: say tls=true or rediss://");
      }
    }
    return isTls
        ? new Tls(
            url.option("trustStore").map(Path::of).orElse(null),
            url.option("trustStorePassword").orElse(null),
            url.option("keyStore").map(Path::of).orElse(null),
            url.option("keyStorePassword").orElse(null))
        : null;
  }

  /** Nothing is taken and then ignored. */
  private static void requireUseful(StoreUrl url, Topology topology) {
    for (String option : OPTIONS_OF_SENTINEL) {
      boolean isUseful = topology == Topology.SENTINEL || url.option(option).isEmpty();
      require(isUseful, option + " is for redis+sentinel:// alone: scheme=" + url.scheme());
    }
    require(
        topology != Topology.CLUSTER || url.option("database").orElse("0").equals("0"),
        "a Cluster has no other database than 0: scheme=" + url.scheme());
  }

  private static void require(boolean isSo, String otherwise) {
    if (!isSo) {
      throw new IllegalArgumentException(otherwise);
    }
  }

  private static boolean flag(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "1", "true", "yes", "on" -> true;
      case "0", "false", "no", "off" -> false;
      default -> throw new IllegalArgumentException("option is neither true nor false: option=tls");
    };
  }

  /** The URL without secrets. */
  @Override
  public String toString() {
    return text;
  }
}
