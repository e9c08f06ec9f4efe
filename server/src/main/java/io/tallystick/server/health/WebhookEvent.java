package io.tallystick.server.health;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tallystick.health.Components;
import io.tallystick.health.HealthResult;
import io.tallystick.health.HealthStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What a monitoring service says of a component. Its body is of the user's own making there, so
 * that each thing has a few names here: the first one that is a text counts.
 */
record WebhookEvent(String component, HealthResult result) {
  private static final int MOST_EVENTS = 1_000;
  private static final List<String> COMPONENT = List.of("component", "condition_name", "title");
  private static final List<String> STATUS =
      List.of("status", "severity", "alert_type", "priority");
  private static final List<String> TRANSITION =
      List.of("state", "current_state", "transition", "alert_transition");
  private static final List<String> MESSAGE = List.of("message", "details", "title", "body");
  private static final Set<String> ENDED = Set.of("closed", "recovered", "resolved");
  private static final Set<String> FAILED = Set.of("critical", "error", "failure");
  private static final Set<String> DEGRADED = Set.of("warning", "warn", "degraded");
  private static final ObjectMapper JSON =
      new ObjectMapper(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(32).build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /**
   * The events of a body: one object, or a list of them.
   *
   * @throws BadEventException where the body is none
   */
  static List<WebhookEvent> parse(byte[] body) throws BadEventException {
    JsonNode root = tree(body);
    if (root.isObject()) {
      return List.of(of(root, 0));
    }
    if (!root.isArray() || root.size() > MOST_EVENTS) {
      throw new BadEventException(
          "body is neither an event nor a list of at most " + MOST_EVENTS + " events");
    }
    List<WebhookEvent> events = new ArrayList<>();
    for (int i = 0; i < root.size(); i++) {
      events.add(of(root.get(i), i));
    }
    return events;
  }

  private static JsonNode tree(byte[] body) throws BadEventException {
    try {
      return JSON.readTree(body);
    } catch (IOException e) { // whose message has parts of the body
      JsonLocation at = e instanceof JsonProcessingException json ? json.getLocation() : null;
      String place = at == null ? "" : ": line=" + at.getLineNr() + " column=" + at.getColumnNr();
      throw new BadEventException("body is not JSON" + place);
    }
  }

  private static WebhookEvent of(JsonNode event, int number) throws BadEventException {
    String component = required(event, number, "component", COMPONENT);
    if (!Components.isName(component)) {
      throw new BadEventException("event has a component that is no name: event=" + number);
    }
    String status = required(event, number, "status", STATUS);
    String transition = find(event, TRANSITION).orElse("");
    String message = find(event, MESSAGE).orElse("");
    return new WebhookEvent(component, new HealthResult(statusOf(status, transition), message));
  }

  private static HealthStatus statusOf(String status, String transition) {
    String word = status.toLowerCase(Locale.ROOT);
    if (ENDED.contains(transition.toLowerCase(Locale.ROOT))) {
      return HealthStatus.HEALTHY; // with the severity that it had
    }
    return FAILED.contains(word)
        ? HealthStatus.UNHEALTHY
        : DEGRADED.contains(word) ? HealthStatus.DEGRADED : HealthStatus.HEALTHY;
  }

  private static String required(JsonNode event, int number, String what, List<String> names)
      throws BadEventException {
    return find(event, names)
        .orElseThrow(
            () ->
                new BadEventException(
                    "event has no " + what + ": event=" + number + " fields=" + names));
  }

  private static Optional<String> find(JsonNode event, List<String> names) {
    return names.stream()
        .map(event::path)
        .filter(JsonNode::isTextual)
        .map(node -> node.textValue().strip())
        .filter(text -> !text.isEmpty())
        .findFirst();
  }

  /** A body that is none of events; the message shows nothing of it. */
  static final class BadEventException extends Exception {
    private static final long serialVersionUID = 1L;

    BadEventException(String message) {
      super(message);
    }
  }
}
