package io.tallystick.sd.generate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * The JSON value of one YAML document.
 *
 * <p>An alias counts as often as it stands there, so that a short text whose aliases lie in each
 * other fails before it has become large.
 */
final class YamlValues {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final int NUMBER_LENGTH = 1000; // as for JSON

  /** In YAML 1.1 a float has a point, and its exponent a sign; SnakeYAML takes more for one. */
  private static final Pattern NO_FLOAT = Pattern.compile("[^.]*|.*[eE][0-9]+");

  private final Scalars scalars = new Scalars();
  private int nodes;
  private long characters;

  /**
   * The value of a document's root.
   *
   * @throws Fault if it is not plain data, or too much
   */
  JsonNode valueOf(Node root) {
    return value(root, 1);
  }

  private JsonNode value(Node node, int depth) {
    nodes++;
    if (nodes > Limits.YAML_NODES || characters > Limits.OUTPUT_BYTES) {
      throw new Fault("too much once its aliases are written out", node);
    }
    if (depth > Limits.DEPTH) {
      throw new Fault("nested too deeply: limit=" + Limits.DEPTH, node);
    }
    if (node instanceof SequenceNode list && node.getTag().equals(Tag.SEQ)) {
      return array(list, depth);
    }
    if (node instanceof MappingNode map && node.getTag().equals(Tag.MAP)) {
      return object(map, depth);
    }
    if (node instanceof ScalarNode scalar) {
      return scalar(scalar);
    }
    throw tagged(node);
  }

  private ArrayNode array(SequenceNode list, int depth) {
    ArrayNode array = JSON.arrayNode();
    for (Node each : list.getValue()) {
      array.add(value(each, depth + 1));
    }
    return array;
  }

  private ObjectNode object(MappingNode map, int depth) {
    ObjectNode object = JSON.objectNode();
    List<Node> merged = new ArrayList<>();
    for (NodeTuple entry : map.getValue()) {
      if (entry.getKeyNode().getTag().equals(Tag.MERGE)) {
        merged.add(entry.getValueNode());
      } else {
        String key = key(entry.getKeyNode());
        if (object.has(key)) {
          throw new Fault("key is there twice: key=" + key, entry.getKeyNode());
        }
        object.set(key, value(entry.getValueNode(), depth + 1));
      }
    }
    merged.forEach(node -> merge(node, object, depth));
    return object;
  }

  /** Adds what a {@code <<} names: a map, or a list of maps of which the first one wins. */
  private void merge(Node node, ObjectNode into, int depth) {
    if (node instanceof SequenceNode list) {
      list.getValue().forEach(each -> mergeMap(each, into, depth));
    } else {
      mergeMap(node, into, depth);
    }
  }

  private void mergeMap(Node node, ObjectNode into, int depth) {
    if (!(value(node, depth + 1) instanceof ObjectNode from)) {
      throw new Fault("only maps can be merged", node);
    }
    from.properties().forEach(entry -> into.putIfAbsent(entry.getKey(), entry.getValue()));
  }

  private String key(Node node) {
    if (!(node instanceof ScalarNode scalar && node.getTag().equals(Tag.STR))) {
      throw new Fault("key is not text; put it in quotes", node);
    }
    characters += scalar.getValue().length();
    return scalar.getValue();
  }

  private JsonNode scalar(ScalarNode node) {
    characters += node.getValue().length();
    Tag tag = node.getTag();
    if (tag.equals(Tag.STR)) {
      return JSON.textNode(node.getValue());
    }
    if (tag.equals(Tag.TIMESTAMP)) {
      throw new Fault("a date; put it in quotes", node);
    }
    if (tag.equals(Tag.NULL)) {
      return JSON.nullNode();
    }
    boolean isNumber = tag.equals(Tag.INT) || tag.equals(Tag.FLOAT);
    if (isNumber && node.getValue().length() > NUMBER_LENGTH) {
      throw new Fault("number is too long", node);
    }
    if (tag.equals(Tag.FLOAT) && NO_FLOAT.matcher(node.getValue()).matches()) {
      return JSON.textNode(node.getValue()); // as the commit 12e5
    }
    if (isNumber || tag.equals(Tag.BOOL)) {
      return plain(node);
    }
    throw tagged(node);
  }

  private JsonNode plain(ScalarNode node) {
    JsonNode value;
    try {
      value = JsonText.of(scalars.valueOf(node));
    } catch (IllegalArgumentException e) { // such as !!int x
      throw new Fault("not of its type: " + e.getMessage(), node);
    }
    if (value.isDouble() && !Double.isFinite(value.doubleValue())) {
      throw new Fault("not a number of JSON; put it in quotes", node);
    }
    return value;
  }

  private static Fault tagged(Node node) {
    return new Fault("tags are not taken: tag=" + node.getTag().getValue(), node);
  }

  /** What SnakeYAML makes of plain scalars, YAML 1.1's numbers and booleans among them. */
  private static final class Scalars extends SafeConstructor {
    Scalars() {
      super(new LoaderOptions());
    }

    Object valueOf(ScalarNode node) {
      return constructObject(node);
    }
  }

  /** What is wrong, and where. */
  private static final class Fault extends MarkedYAMLException {
    private static final long serialVersionUID = 1L;

    Fault(String problem, Node at) {
      super(null, null, problem, at.getStartMark());
    }
  }
}
