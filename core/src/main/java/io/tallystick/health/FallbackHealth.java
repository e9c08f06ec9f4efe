package io.tallystick.health;

import java.util.List;

/**
 * In which mode an application is.
 *
 * @param mode {@code PRIMARY}, {@code HEURISTIC} or {@code SAFE}
 * @param cascadeLog the last transitions, the newest last
 */
public record FallbackHealth(String mode, List<String> cascadeLog) {
  /** Where there are no modes: all is as it should be. */
  public static final FallbackHealth PRIMARY = new FallbackHealth("PRIMARY", List.of());

  /** Keeps a copy. */
  public FallbackHealth {
    cascadeLog = List.copyOf(cascadeLog);
  }

  public boolean isPrimary() {
    return mode.equals(PRIMARY.mode);
  }
}
