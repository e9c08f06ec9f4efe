package io.tallystick.sd.generate;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Targets that share labels, as Prometheus' HTTP service discovery takes them.
 *
 * @param targets each a host and a port, as {@code db1:9100}
 * @param labels in the generator's order
 */
public record TargetGroup(List<String> targets, Map<String, String> labels) {
  /** Copies both. */
  public TargetGroup {
    targets = List.copyOf(targets);
    labels = Collections.unmodifiableMap(new LinkedHashMap<>(labels));
  }
}
