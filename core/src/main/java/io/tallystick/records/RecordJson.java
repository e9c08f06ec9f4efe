package io.tallystick.records;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Records as JSON and from it, as they are kept: in ASCII, times in ISO 8601 with a zone, read
 * without one as UTC, and {@code NaN}, {@code Infinity} and {@code -Infinity} as Python has them.
 *
 * <p>What reads throws {@link IllegalArgumentException} where the text is no such record.
 */
public final class RecordJson {
  private RecordJson() {}

  /** A metric from its JSON. */
  public static MetricRecord metric(String json) {
    return decode(MetricKind.METRICS, json);
  }

  /** An alert from its JSON. */
  public static Alert alert(String json) {
    return decode(AlertKind.ALERTS, json);
  }

  /** A state of an agent from its JSON. */
  public static AgentState agent(String json) {
    return decode(AgentKind.AGENTS, json);
  }

  private static <R> R decode(Kind<R> kind, String json) {
    try {
      return kind.decode(new Fields(JsonReader.object(json.getBytes(UTF_8))));
    } catch (DateTimeException | ArithmeticException e) {
      throw new IllegalArgumentException("record has a time that is none", e);
    }
  }

  /** The JSON of a metric. */
  public static String text(MetricRecord metric) {
    return new String(MetricKind.METRICS.encode(metric), US_ASCII);
  }

  /** The JSON of an alert. */
  public static String text(Alert alert) {
    return new String(AlertKind.ALERTS.encode(alert), US_ASCII);
  }

  /** The JSON of a state of an agent. */
  public static String text(AgentState agent) {
    return new String(AgentKind.AGENTS.encode(agent), US_ASCII);
  }

  /** A time in ISO 8601, with a zone. */
  public static String text(Instant time) {
    return Times.toText(Times.ofQuery(time));
  }

  /** The time of a text in ISO 8601, in UTC where it has no zone. */
  public static Instant time(String text) {
    return Times.parse(text);
  }

  /**
   * The JSON of each record of a text: of one, of several one after the other, each on a line, or
   * of a list.
   */
  public static List<String> parts(String text) {
    String stripped = text.strip();
    List<String> parts = new ArrayList<>();
    if (stripped.startsWith("[") && JsonReader.read(stripped) instanceof List<?> list) {
      list.forEach(each -> parts.add(new JsonWriter().value(each).toString()));
    } else if (isOne(stripped)) {
      parts.add(stripped);
    } else {
      stripped.lines().filter(line -> !line.isBlank()).forEach(parts::add);
    }
    return parts;
  }

  private static boolean isOne(String text) {
    try {
      Object unused = JsonReader.read(text);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
