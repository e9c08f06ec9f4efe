package io.tallystick.server;

import io.tallystick.records.Backend;
import io.tallystick.records.Backends;
import io.tallystick.server.health.ConfigException;
import io.tallystick.server.health.ConfigFile;
import io.tallystick.server.health.ConfigNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A config of backends for records, as YAML, or as JSON where its name ends in {@code .json}: a
 * list {@code backends}, each with {@code name}, {@code url}, {@code default} and {@code options}.
 * A URL may be in the environment or a file of its own, as {@code env} and {@code file} say.
 */
final class BackendsFile {
  private static final Set<String> FIELDS = Set.of("name", "url", "default", "options");

  private final String name;

  BackendsFile(String name) {
    this.name = name;
  }

  /**
   * The backends, of which none is opened yet.
   *
   * @throws UsageException if the config cannot be used
   */
  Backends open() {
    if (name.isBlank()) {
      throw new UsageException("file name is empty: give it the config");
    }
    try {
      List<Backend> backends = new ArrayList<>();
      ConfigNode root = ConfigFile.read(Path.of(name)).requireFields(Set.of("backends"));
      for (ConfigNode item : root.get("backends").items()) {
        backends.add(backend(item.requireFields(FIELDS)));
      }
      return Backends.of(backends);
    } catch (ConfigException | IllegalArgumentException e) {
      throw new UsageException("bad config: file=" + name + ": " + e.getMessage());
    }
  }

  private static Backend backend(ConfigNode node) {
    Map<String, Long> options = new TreeMap<>();
    node.find("options")
        .ifPresent(map -> map.forEach((option, value) -> options.put(option, seconds(value))));
    boolean isDefault = node.find("default").map(ConfigNode::truth).orElse(false);
    String url = node.get("url").textOrSecret(System.getenv());
    return new Backend(node.get("name").text(), url, isDefault, options);
  }

  private static long seconds(ConfigNode value) {
    return value.whole(1, Integer.MAX_VALUE);
  }
}
