package io.tallystick.health;

import java.util.regex.Pattern;

/** Names of checks and components, and what becomes of them in names of metrics. */
final class Names {
  private static final int MOST_CHARS = 200;
  private static final Pattern NOT_IN_METRICS = Pattern.compile("[^A-Za-z0-9_]");

  private Names() {}

  /**
   * Refuses what could not be shown.
   *
   * @throws IllegalArgumentException where it is blank, too long, or has control characters
   */
  static void require(String name) {
    if (!isName(name)) {
      throw new IllegalArgumentException(
          "not a name: expected=1 to " + MOST_CHARS + " characters, none of them for control");
    }
  }

  static boolean isName(String name) {
    return !name.isBlank()
        && name.length() <= MOST_CHARS
        && name.chars().noneMatch(Character::isISOControl);
  }

  static String inMetrics(String name) {
    return NOT_IN_METRICS.matcher(name).replaceAll("_");
  }
}
