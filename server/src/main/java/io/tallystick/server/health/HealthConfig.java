package io.tallystick.server.health;

import io.tallystick.store.StoreUrl;
import io.tallystick.store.Stores;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a config says: whom to check, whom to tell, and where to serve. Nothing of it is open yet.
 *
 * @param interval between two runs of all checks
 * @param secret what webhooks must have; without one there are none
 */
public record HealthConfig(
    String host,
    int port,
    Duration interval,
    int maxThreads,
    Path disk,
    Optional<SharedSecret> secret,
    List<ConfiguredCheck> checks,
    List<SinkSource> sinks) {
  private static final String DEFAULT_HOST = "127.0.0.1";
  private static final int DEFAULT_PORT = 9401;
  private static final int DEFAULT_INTERVAL_SECONDS = 10;
  private static final int DEFAULT_THREADS = 64;
  private static final int LONGEST_LIMIT_SECONDS = 30; // answers are given up after a minute
  private static final int SECONDS_OF_DAY = 86_400;
  private static final Set<String> ADDRESS = Set.of("host", "port");
  private static final Set<String> OTHERS =
      Set.of("interval_seconds", "max_threads", "disk", "store", "secret", "checks", "sinks");

  /**
   * Reads the config of a server of its own.
   *
   * @throws ConfigException where something is wrong with it
   */
  public static HealthConfig read(Path file, Map<String, String> environment) {
    Set<String> known = new TreeSet<>(OTHERS);
    known.addAll(ADDRESS);
    return of(ConfigFile.read(file).requireFields(known), environment);
  }

  /**
   * Reads a config for a server that has its address already, which the config then cannot have.
   *
   * @throws ConfigException where something is wrong with it
   */
  public static HealthConfig readWithoutAddress(Path file, Map<String, String> environment) {
    return of(ConfigFile.read(file).requireFields(OTHERS), environment);
  }

  private static HealthConfig of(ConfigNode root, Map<String, String> environment) {
    return new HealthConfig(
        root.find("host").map(ConfigNode::text).orElse(DEFAULT_HOST),
        root.find("port").map(node -> node.whole(0, 65_535)).orElse(DEFAULT_PORT),
        root.find("interval_seconds")
            .map(node -> node.seconds(SECONDS_OF_DAY))
            .orElse(Duration.ofSeconds(DEFAULT_INTERVAL_SECONDS)),
        root.find("max_threads").map(node -> node.whole(1, 10_000)).orElse(DEFAULT_THREADS),
        root.find("disk").map(ConfigNode::path).orElse(Path.of("/")),
        root.find("secret")
            .map(node -> node.taken(() -> SharedSecret.of(node.secret(environment)))),
        checks(root, environment),
        sinks(root, environment));
  }

  private static List<ConfiguredCheck> checks(ConfigNode root, Map<String, String> environment) {
    List<ConfiguredCheck> checks = new ArrayList<>();
    root.find("store").ifPresent(store -> checks.add(storeOf(store, environment)));
    for (ConfigNode node : root.find("checks").map(ConfigNode::items).orElse(List.of())) {
      checks.add(checkOf(node, environment));
    }
    Set<String> names = new HashSet<>();
    for (ConfiguredCheck check : checks) {
      if (!names.add(inMetrics(check.name()))) {
        throw check.node().refusal("has the name of another check, or would in metrics");
      }
    }
    return List.copyOf(checks);
  }

  private static String inMetrics(String name) {
    return name.replaceAll("[^A-Za-z0-9_]", "_");
  }

  /** The check of the store, under the name of its kind: {@code redis}, {@code sqlite}. */
  private static ConfiguredCheck storeOf(ConfigNode url, Map<String, String> environment) {
    String scheme =
        url.taken(() -> StoreUrl.parse(firstOf(url.textOrSecret(environment))).scheme())
            .replaceFirst("^redis.+", "redis");
    return new ConfiguredCheck(url, scheme, CheckKind.ofStore(url, environment), Optional.empty());
  }

  /** Of two stores with a comma, the first. */
  private static String firstOf(String urls) {
    return Stores.split(urls).get(0);
  }

  private static ConfiguredCheck checkOf(ConfigNode node, Map<String, String> environment) {
    CheckKind kind = CheckKind.of(node);
    return new ConfiguredCheck(
        node,
        node.get("name").text(),
        kind.source(node, environment),
        node.find("timeout_seconds").map(limit -> limit.seconds(LONGEST_LIMIT_SECONDS)));
  }

  private static List<SinkSource> sinks(ConfigNode root, Map<String, String> environment) {
    Map<SinkKind, List<SinkSource>> sinks = new EnumMap<>(SinkKind.class); // in their order
    for (ConfigNode node : root.find("sinks").map(ConfigNode::items).orElse(List.of())) {
      SinkKind kind = SinkKind.of(node);
      sinks.computeIfAbsent(kind, of -> new ArrayList<>()).add(kind.source(node, environment));
    }
    return sinks.values().stream().flatMap(List::stream).toList();
  }
}
