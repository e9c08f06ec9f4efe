package io.tallystick.store.redis;

import io.tallystick.shm.FamilyType;
import io.tallystick.shm.GaugeMode;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the name of one of gunicorn-prometheus-exporter's keys says: {@code
 * prefix:counter:12:metric:<md5>}, {@code prefix:gauge_livesum:12:meta:<md5>}.
 *
 * @param type the type of the sample's family
 * @param mode how its gauges merge; {@link GaugeMode#ALL} where it has none
 * @param pid the text that tells its process apart
 * @param digest the MD5 of the text that says what the sample is
 */
record GunicornKey(FamilyType type, GaugeMode mode, String pid, String digest) {
  private static final Pattern REST =
      Pattern.compile("([a-z]+(?:_[a-z]+)?):([^:]+):(?:metric|meta):([0-9a-f]{32})");
  private static final String GAUGE = "gauge_";

  /** Reads a key's name; null where the exporter gives no such name with this prefix. */
  static @Nullable GunicornKey parse(String prefix, String name) {
    if (!name.startsWith(prefix + ":")) {
      return null;
    }
    Matcher rest = REST.matcher(name.substring(prefix.length() + 1));
    if (!rest.matches()) {
      return null;
    }
    String kind = rest.group(1);
    GaugeMode mode = kind.startsWith(GAUGE) ? mode(kind.substring(GAUGE.length())) : null;
    FamilyType type = mode == null ? type(kind) : FamilyType.GAUGE;
    return type == null
        ? null
        : new GunicornKey(type, mode == null ? GaugeMode.ALL : mode, rest.group(2), rest.group(3));
  }

  private static @Nullable FamilyType type(String kind) {
    return switch (kind) {
      case "counter" -> FamilyType.COUNTER;
      case "histogram" -> FamilyType.HISTOGRAM;
      case "summary" -> FamilyType.SUMMARY;
      default -> null;
    };
  }

  private static @Nullable GaugeMode mode(String text) {
    for (GaugeMode mode : GaugeMode.values()) {
      if (mode.name().toLowerCase(Locale.ROOT).equals(text)) {
        return mode;
      }
    }
    return null;
  }

  /** The same of what is left of a process that is long gone. */
  GunicornKey ofTheGone() {
    return new GunicornKey(type, mode, "", digest);
  }

  /** The name of the hash with the value. */
  String metric(String prefix) {
    return name(prefix, "metric");
  }

  /** The name of the hash that says what the value is of. */
  String meta(String prefix) {
    return name(prefix, "meta");
  }

  private String name(String prefix, String part) {
    String kind = type.name().toLowerCase(Locale.ROOT);
    String suffix = type == FamilyType.GAUGE ? "_" + mode.name().toLowerCase(Locale.ROOT) : "";
    return prefix + ":" + kind + suffix + ":" + pid + ":" + part + ":" + digest;
  }
}
