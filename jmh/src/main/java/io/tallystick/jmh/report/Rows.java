package io.tallystick.jmh.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;

/** Figures of a run that JMH does not measure, a row for each of many things measured alike. */
public final class Rows {
  /** The endings of the names of figures that are the ends of another one's range. */
  static final String LEAST = "Least";

  static final String MOST = "Most";

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

    /**
     * Adds the median of some rounds, and their least and most, which charts have as a bar and the
     * line on it.
     *
     * @param rounds at least one; they are sorted
     */
    public Row put(String name, double[] rounds) {
      Arrays.sort(rounds);
      json.put(name, rounds[rounds.length / 2]);
      json.put(name + LEAST, rounds[0]);
      json.put(name + MOST, rounds[rounds.length - 1]);
      return this;
    }
  }
}
