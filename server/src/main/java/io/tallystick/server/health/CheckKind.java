package io.tallystick.server.health;

import io.tallystick.health.HealthChecks;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What a config can have checked, and the settings of each. */
enum CheckKind {
  STORE("url") {
    @Override
    CheckSource source(ConfigNode check, Map<String, String> environment) {
      return ofStore(check.get("url"), environment);
    }
  },

  HTTP("url", "expected_status") {
    @Override
    CheckSource source(ConfigNode check, Map<String, String> environment) {
      ConfigNode url = check.get("url");
      URI uri = url.uri(environment);
      int status = check.find("expected_status").map(node -> node.whole(100, 599)).orElse(OK);
      var made = url.taken(() -> HealthChecks.http(uri, status));
      return (components, parts) -> made;
    }
  },

  DISK("path", "degraded_percent", "unhealthy_percent") {
    @Override
    CheckSource source(ConfigNode check, Map<String, String> environment) {
      Path path = check.get("path").path();
      double degraded = check.find("degraded_percent").map(node -> node.number(0, 100)).orElse(80.);
      double unhealthy =
          check.find("unhealthy_percent").map(node -> node.number(0, 100)).orElse(95.);
      var made = check.taken(() -> HealthChecks.disk(path, degraded, unhealthy));
      return (components, parts) -> made;
    }
  },

  COMPONENT("component") {
    @Override
    CheckSource source(ConfigNode check, Map<String, String> environment) {
      String component = check.get("component").text();
      return (components, parts) -> HealthChecks.component(components, component);
    }
  };

  private static final int OK = 200;
  private static final List<String> OF_ALL = List.of("name", "type", "timeout_seconds");

  @SuppressWarnings("ImmutableEnumChecker") // it is one of Set.of
  private final Set<String> fields;

  CheckKind(String... fields) {
    this.fields = Set.of(fields);
  }

  /** The kind that a check of a config has; its other settings are such as this kind knows. */
  static CheckKind of(ConfigNode check) {
    List<String> kinds = Arrays.stream(values()).map(CheckKind::toString).toList();
    CheckKind kind = values()[kinds.indexOf(check.get("type").choice(kinds))];
    Set<String> known = new TreeSet<>(kind.fields);
    known.addAll(OF_ALL);
    check.requireFields(known);
    return kind;
  }

  /** What opens such a check. */
  abstract CheckSource source(ConfigNode check, Map<String, String> environment);

  /** What opens the check of the store that a URL names, here or elsewhere. */
  static CheckSource ofStore(ConfigNode url, Map<String, String> environment) {
    String location = url.textOrSecret(environment);
    return (components, parts) -> url.taken(() -> parts.add(StoreCheck.open(location)));
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
