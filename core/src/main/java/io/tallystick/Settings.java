package io.tallystick;

import io.tallystick.scrape.Scraper;
import io.tallystick.shm.LifeLayout;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Settings from system properties and the environment; {@code tallystick.maxBytes} there is {@code
 * TALLYSTICK_MAX_BYTES} here. A property goes before a variable.
 */
final class Settings {
  static final String DIR = "tallystick.dir";
  static final String COLUMNS = "tallystick.columns";
  static final String SEGMENT_CELLS = "tallystick.segmentCells";
  static final String MAX_BYTES = "tallystick.maxBytes";
  static final String MAX_SERIES = "tallystick.maxSeriesPerMetric";
  static final String MAX_SERIES_PER_DIRECTORY = "tallystick.maxSeriesPerDirectory";
  static final String DEAD_GAUGE_RETENTION = "tallystick.deadGaugeRetention";
  static final String INSTANCE_NAME = "tallystick.instanceName";
  static final String MIRROR_INTERVAL = "tallystick.mirrorInterval";
  static final String SERIES_TIME_TO_LIVE = "tallystick.seriesTimeToLive";

  static final String REPLICATE_TO = "tallystick.replicateTo";
  static final String REPLICATION_INTERVAL = "tallystick.replicationInterval";
  static final String REPLICATION_LEASE = "tallystick.replicationLease";
  static final String REPLICATION_NAME = "tallystick.replicationName";

  private static final Set<String> KNOWN =
      new TreeSet<>(
          Set.of(
              DIR,
              COLUMNS,
              SEGMENT_CELLS,
              MAX_BYTES,
              MAX_SERIES,
              MAX_SERIES_PER_DIRECTORY,
              DEAD_GAUGE_RETENTION,
              INSTANCE_NAME,
              MIRROR_INTERVAL,
              SERIES_TIME_TO_LIVE,
              REPLICATE_TO,
              REPLICATION_INTERVAL,
              REPLICATION_LEASE,
              REPLICATION_NAME));

  static final String PREFIX = "tallystick.";
  private static final String VARIABLE_PREFIX = "TALLYSTICK_";

  /** Names that other parts of the project, and its tests, give a meaning. */
  private static final Set<String> FOREIGN_PREFIXES =
      Set.of("tallystick.held.", "tallystick.test.");

  private static final Set<String> FOREIGN_VARIABLES =
      Set.of("TALLYSTICK_JAVA_OPTS", "TALLYSTICK_JDK21", "TALLYSTICK_TEST_REDIS_URL");

  static final Duration DEFAULT_MIRROR_INTERVAL = Duration.ofSeconds(1);

  private static final Duration LEAST_MIRROR_INTERVAL = Duration.ofMillis(10);
  private static final Duration MOST_MIRROR_INTERVAL = Duration.ofDays(1);

  /** What a mirror interval may be. */
  static final String MIRROR_INTERVALS = "from 10ms to 1d";

  /** The longest duration that fits milliseconds. */
  static final Duration LONGEST = Duration.ofMillis(Long.MAX_VALUE);

  /** What Kubernetes gives pods beside a service whose name starts with this project's. */
  private static final String SERVICE_LINK =
      "TALLYSTICK_(\\w+_)?(SERVICE_(HOST|PORT(_\\w+)?)"
          + "|PORT(_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)";

  private static final String SHORT_DURATION = "(\\d{1,9})(ms|s|m|h|d)";

  private final Properties properties;
  private final Map<String, String> environment;

  Settings(Properties properties, Map<String, String> environment) {
    this.properties = properties;
    this.environment = environment;
    refuseUnknown();
  }

  static Settings ofProcess() {
    return new Settings(System.getProperties(), System.getenv());
  }

  private void refuseUnknown() {
    for (String name : properties.stringPropertyNames()) {
      if (name.startsWith(PREFIX)
          && !KNOWN.contains(name)
          && FOREIGN_PREFIXES.stream().noneMatch(name::startsWith)) {
        throw unknown("system property", name, KNOWN);
      }
    }
    for (String name : environment.keySet()) {
      if (name.startsWith(VARIABLE_PREFIX)) {
        refuseUnknownVariable(name);
      }
    }
  }

  private static void refuseUnknownVariable(String name) {
    Set<String> variables = new TreeSet<>();
    for (String known : KNOWN) {
      variables.add(variable(known));
    }
    if (!variables.contains(name)
        && !FOREIGN_VARIABLES.contains(name)
        && !Pattern.matches(SERVICE_LINK, name)) {
      throw unknown("environment variable", name, variables);
    }
  }

  private static IllegalArgumentException unknown(String what, String name, Set<String> known) {
    return new IllegalArgumentException(
        "unknown " + what + ": name=" + name + " known=" + String.join(",", known));
  }

  /** {@code tallystick.maxBytes} as an environment variable. */
  static String variable(String name) {
    StringBuilder variable = new StringBuilder(name.length() + 8);
    for (int i = 0; i < name.length(); i++) {
      char next = name.charAt(i);
      if (Character.isUpperCase(next)) {
        variable.append('_');
      }
      variable.append(next == '.' ? '_' : Character.toUpperCase(next));
    }
    return variable.toString();
  }

  long number(String name, long otherwise, long least, long most) {
    Long value = parsed(name, Long::valueOf, "a whole number");
    if (value == null) {
      return otherwise;
    }
    long number = value;
    if (number < least || number > most) {
      throw bad(sourceOf(name), textOf(name), "from " + least + " to " + most);
    }
    return number;
  }

  Duration duration(String name, Duration otherwise) {
    Duration value = parsed(name, Settings::parseDuration, "a duration such as 90s, 1h or PT1H");
    Duration duration = value == null ? otherwise : value;
    if (duration.isNegative() || duration.compareTo(LONGEST) > 0) {
      throw bad(sourceOf(name), textOf(name), "not negative, and a long of milliseconds");
    }
    return duration;
  }

  /** How long dead processes' own gauges are kept. */
  Duration deadGaugeRetention() {
    return duration(DEAD_GAUGE_RETENTION, Scraper.DEFAULT_DEAD_GAUGE_RETENTION);
  }

  /** How often callbacks and registries are copied. */
  Duration mirrorInterval() {
    Duration interval = duration(MIRROR_INTERVAL, DEFAULT_MIRROR_INTERVAL);
    if (!isMirrorInterval(interval)) {
      throw bad(sourceOf(MIRROR_INTERVAL), textOf(MIRROR_INTERVAL), MIRROR_INTERVALS);
    }
    return interval;
  }

  /** How long a series is shown after it was updated; zero for ever. */
  Duration seriesTimeToLive() {
    Duration ttl = duration(SERIES_TIME_TO_LIVE, Duration.ZERO);
    if (!LifeLayout.isTtl(ttl)) {
      throw bad(sourceOf(SERIES_TIME_TO_LIVE), textOf(SERIES_TIME_TO_LIVE), LifeLayout.TTLS);
    }
    return ttl;
  }

  static boolean isMirrorInterval(Duration interval) {
    return interval.compareTo(LEAST_MIRROR_INTERVAL) >= 0
        && interval.compareTo(MOST_MIRROR_INTERVAL) <= 0;
  }

  /** Where the directory is replicated to, or null. What is wrong with a URL may be its secret. */
  @Nullable ReplicationTarget replicationTarget() {
    String url = textOf(REPLICATE_TO);
    if (url == null) {
      return null;
    }
    try {
      return ReplicationTarget.of(url.trim());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "bad setting: " + sourceOf(REPLICATE_TO) + " expected=a store's URL such as memory:", e);
    }
  }

  @Nullable String text(String name) {
    return parsed(name, Function.identity(), "a text");
  }

  /** The directory of the default instance. */
  Path directory() {
    Path set = parsed(DIR, Path::of, "a path");
    if (set != null) {
      return set;
    }
    String python = environment.get("PROMETHEUS_MULTIPROC_DIR");
    if (python != null && !python.isBlank()) {
      return Path.of(python);
    }
    Path shared = Path.of("/dev/shm");
    Path parent =
        Files.isDirectory(shared) && Files.isWritable(shared)
            ? shared
            : Path.of(properties.getProperty("java.io.tmpdir", "."));
    return parent.resolve("tallystick-" + user());
  }

  private String user() {
    try {
      return String.valueOf(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    } catch (java.io.IOException | UnsupportedOperationException | IllegalArgumentException e) {
      return properties.getProperty("user.name", "unknown"); // no /proc: a name will do
    }
  }

  private <T> @Nullable T parsed(String name, Function<String, T> parser, String expected) {
    String value = textOf(name);
    if (value == null) {
      return null;
    }
    String source = sourceOf(name);
    if (value.isBlank()) {
      throw bad(source, value, expected);
    }
    try {
      return parser.apply(value.trim());
    } catch (NumberFormatException | DateTimeParseException | InvalidPathException e) {
      throw bad(source, value, expected);
    }
  }

  /** What the user wrote, or null where a setting is not made. */
  private @Nullable String textOf(String name) {
    String value = properties.getProperty(name);
    return value != null ? value : environment.get(variable(name));
  }

  /** What the user made a setting with. */
  private String sourceOf(String name) {
    return properties.getProperty(name) != null ? name : variable(name);
  }

  /** What is thrown where a setting's value must not be. */
  static IllegalArgumentException bad(String name, @Nullable Object value, String expected) {
    return new IllegalArgumentException(
        "bad setting: " + name + "=" + value + " expected=" + expected);
  }

  private static Duration parseDuration(String text) {
    Matcher matcher = Pattern.compile(SHORT_DURATION).matcher(text);
    if (!matcher.matches()) {
      return Duration.parse(text);
    }
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      case "h" -> Duration.ofHours(amount);
      default -> Duration.ofDays(amount);
    };
  }
}
