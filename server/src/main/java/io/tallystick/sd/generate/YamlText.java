package io.tallystick.sd.generate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.ByteArrayInputStream;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.composer.Composer;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.StreamReader;
import org.yaml.snakeyaml.reader.UnicodeReader;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * YAML 1.1 that others wrote, as plain data: one document of lists, maps and scalars.
 *
 * <p>The text is only composed, so that no tag makes an object, and no key is hashed that holds a
 * list; {@link YamlValues} then makes JSON of it and counts what aliases repeat.
 */
final class YamlText {
  private static final LoaderOptions OPTIONS = options();

  private YamlText() {}

  /** The value of a text; a missing node where there is none. */
  static JsonNode parse(String generator, byte[] text) throws GenerationException {
    try {
      StreamReader reader = new StreamReader(new UnicodeReader(new ByteArrayInputStream(text)));
      Node root =
          new Composer(new BoundedParser(reader, OPTIONS), new Resolver(), OPTIONS).getSingleNode();
      return root == null ? MissingNode.getInstance() : new YamlValues().valueOf(root);
    } catch (MarkedYAMLException e) {
      throw invalid(generator, e.getProblem() + place(e.getProblemMark()));
    } catch (YAMLException e) {
      throw invalid(generator, String.valueOf(e.getMessage()));
    }
  }

  /** Counts values as they come: as nodes they take far more room than the text. */
  private static final class BoundedParser extends ParserImpl {
    private int values;

    BoundedParser(StreamReader reader, LoaderOptions options) {
      super(reader, options);
    }

    @Override
    public Event getEvent() {
      Event event = super.getEvent();
      if (event instanceof NodeEvent && ++values > Limits.YAML_NODES) {
        throw new YAMLException("too many values: limit=" + Limits.YAML_NODES);
      }
      return event;
    }
  }

  private static LoaderOptions options() {
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(Limits.OUTPUT_BYTES);
    options.setNestingDepthLimit(Limits.DEPTH);
    options.setMaxAliasesForCollections(Limits.YAML_NODES); // a thousand groups may share labels
    options.setAllowRecursiveKeys(false);
    return options;
  }

  private static String place(@Nullable Mark mark) {
    return mark == null
        ? ""
        : " line=" + (mark.getLine() + 1) + " column=" + (mark.getColumn() + 1);
  }

  private static GenerationException invalid(String generator, String problem) {
    return new GenerationException(
        "InvalidYaml", generator, "not plain YAML: generator=" + generator + ": " + problem, "");
  }
}
