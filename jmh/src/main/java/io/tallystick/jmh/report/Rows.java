package io.tallystick.jmh.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Figures of a run that JMH does not measure, a row for each of many things measured alike. */
public final class Rows {
  private final ArrayNode json = new ObjectMapper().createArrayNode();

  /** Adds a row after those before; all rows have the same names, in the same order. */
  public Row add() {
    return new Row(json.addObject());
  }

  /** All rows as one JSON array. */
  public String toJson() {
    return json.toPrettyString();
  }

  /** What was measured of one thing; names are in camel case, with their units. */
  public static final class Row {
    private final ObjectNode json;

    private Row(ObjectNode json) {
      this.json = json;
    }

    /** Says in words what it is of. */
    public Row put(String name, String words) {
      json.put(name, words);
      return this;
    }

    /** Adds a figure. */
    public Row put(String name, long value) {
      json.put(name, value);
      return this;
    }

    /** Adds a figure. */
    public Row put(String name, double value) {
      json.put(name, value);
      return this;
    }
  }
}
