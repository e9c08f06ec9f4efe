package io.tallystick.health;

import java.util.List;

/**
 * In which mode an application is.
 *
 * @param mode {@code PRIMARY}, {@code HEURISTIC} or {@code SAFE}; {@code UNKNOWN} where whoever
 *     should say it fails
 * @param cascadeLog the last transitions, the newest last
 */
public record FallbackHealth(String mode, List<String> cascadeLog) {
  /** Where there are no modes: all is as it should be. */
  public static final FallbackHealth PRIMARY = new FallbackHealth("PRIMARY", List.of());

  /** Where nobody can say it: then it is not taken to be as it should. */
  public static final FallbackHealth UNKNOWN = new FallbackHealth("UNKNOWN", List.of());

  /** Keeps a copy. */
  public FallbackHealth {
    cascadeLog = List.copyOf(cascadeLog);
  }

  public boolean isPrimary() {
    return mode.equals(PRIMARY.mode);
  }
}
