package io.tallystick.jmh.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Named figures of a run that JMH does not measure; names are in camel case, with their units. */
public final class Figures {
  private final ObjectNode json = new ObjectMapper().createObjectNode();

  /** Adds a figure after those before. */
  public void put(String name, long value) {
    json.put(name, value);
  }

  /** Adds a figure after those before. */
  public void put(String name, double value) {
    json.put(name, value);
  }

  /** All figures as one JSON object. */
  public String toJson() {
    return json.toPrettyString();
  }
}
