package io.tallystick.agent.attached;

import io.tallystick.scrape.ScrapeServer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The options of the agent, as {@code dir=/dev/shm/shop,port=9400,jvm=false}.
 *
 * @param directory the directory; null for the one that Tallystick's settings say
 * @param port where this JVM, or another one of the directory, answers scrapes
 * @param jvmMetrics whether the JVM's own metrics are mirrored
 */
record AgentOptions(@Nullable Path directory, int port, boolean jvmMetrics) {
  private static final String EXPECTED = " expected=dir=<directory>,port=<port>,jvm=<true|false>";

  /**
   * Reads the text behind the jar's name.
   *
   * @throws IllegalArgumentException where it is not right; the message says what is expected
   */
  static AgentOptions parse(String text) {
    Path directory = null;
    int port = ScrapeServer.Builder.DEFAULT_PORT;
    boolean jvmMetrics = true;
    for (String option : text.isBlank() ? new String[0] : text.split(",", -1)) {
      int equals = option.indexOf('=');
      String value = option.substring(equals + 1);
      switch (option.substring(0, Math.max(equals, 0))) {
        case "dir" -> directory = directoryOf(option, value);
        case "port" -> port = portOf(option, value);
        case "jvm" -> jvmMetrics = booleanOf(option, value);
        default -> throw bad(option);
      }
    }
    return new AgentOptions(directory, port, jvmMetrics);
  }

  private static Path directoryOf(String option, String value) {
    if (value.isBlank()) {
      throw bad(option);
    }
    return Path.of(value);
  }

  private static int portOf(String option, String value) {
    try {
      int port = Integer.parseInt(value);
      if (port >= 0 && port <= 0xFFFF) {
        return port;
      }
    } catch (NumberFormatException e) {
      throw bad(option);
    }
    throw bad(option);
  }

  private static boolean booleanOf(String option, String value) {
    return switch (value) {
      case "true" -> true;
      case "false" -> false;
      default -> throw bad(option);
    };
  }

  private static IllegalArgumentException bad(String option) {
    return new IllegalArgumentException("bad option: " + option + EXPECTED);
  }
}
