package io.tallystick.sd.generate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.ByteArrayInputStream;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.reader.UnicodeReader;

/**
 * YAML 1.1 that others wrote, as plain data: one document of lists, maps and scalars.
 *
 * <p>The text is only composed, so that no tag makes an object, and no key is hashed that holds a
 * list; {@link YamlValues} then makes JSON of it and counts what aliases repeat.
 */
final class YamlText {
  private YamlText() {}

  /** The value of a text; a missing node where there is none. */
  static JsonNode parse(String generator, byte[] text) throws GenerationException {
    try {
      Node root = new Yaml(options()).compose(new UnicodeReader(new ByteArrayInputStream(text)));
      return root == null ? MissingNode.getInstance() : new YamlValues().valueOf(root);
    } catch (MarkedYAMLException e) {
      throw invalid(generator, e.getProblem() + place(e.getProblemMark()));
    } catch (YAMLException e) {
      throw invalid(generator, String.valueOf(e.getMessage()));
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
