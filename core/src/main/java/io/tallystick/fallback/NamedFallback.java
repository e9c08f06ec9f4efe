package io.tallystick.fallback;

import java.util.Map;

/**
 * What is to be done where a condition holds.
 *
 * @param condition an expression of {@link Condition}
 * @param action what, in the application's own words
 * @param metadata whatever else is to be known of it
 */
public record NamedFallback(
    String name, String condition, String action, Map<String, String> metadata) {
  /** Copies the map. */
  public NamedFallback {
    metadata = Map.copyOf(metadata);
  }
}
