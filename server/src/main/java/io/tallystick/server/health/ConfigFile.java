package io.tallystick.server.health;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads a config: JSON where the file's name ends in {@code .json}, YAML otherwise. */
public final class ConfigFile {
  private static final int MOST_BYTES = 1 << 20;
  private static final StreamReadConstraints LIMITS =
      StreamReadConstraints.builder().maxNestingDepth(32).build();

  private ConfigFile() {}

  /**
   * What the file has in it.
   *
   * @throws ConfigException where it cannot be read, or is no map of settings
   */
  public static ConfigNode read(Path file) {
    byte[] content = contentOf(file);
    boolean isJson = file.toString().endsWith(".json");
    try {
      JsonNode root = isJson ? parseJson(content) : parseYaml(content);
      return ConfigNode.root(root);
    } catch (JsonProcessingException e) { // its message may have a secret
      boolean isTwice = e.getOriginalMessage().startsWith("Duplicate field");
      String what = isTwice ? "a field is given twice" : "not " + (isJson ? "JSON" : "YAML");
      throw new ConfigException(what + place(e.getLocation()));
    } catch (IOException e) {
      throw new ConfigException("cannot be read: reason=" + e.getClass().getSimpleName());
    }
  }

  private static byte[] contentOf(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] content = in.readNBytes(MOST_BYTES + 1);
      if (content.length > MOST_BYTES) {
        throw new ConfigException("longer than a config can be: bytes=" + MOST_BYTES);
      }
      return content;
    } catch (NoSuchFileException e) {
      throw new ConfigException("no such file");
    } catch (IOException e) {
      throw new ConfigException("cannot be read: reason=" + e.getClass().getSimpleName());
    }
  }

  private static JsonNode parseJson(byte[] content) throws IOException {
    return mapper(
            JsonFactory.builder()
                .streamReadConstraints(LIMITS)
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build())
        .readTree(content);
  }

  private static JsonNode parseYaml(byte[] content) throws IOException {
    YAMLFactory factory =
        YAMLFactory.builder()
            .streamReadConstraints(LIMITS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    try (YAMLParser parser = factory.createParser(content)) {
      while (parser.nextToken() != null) {
        if (parser.isCurrentAlias()) { // else it would be taken for a text
          throw new ConfigException(
              "aliases are not for configs" + place(parser.currentLocation()));
        }
      }
    }
    return mapper(factory).readTree(content);
  }

  private static ObjectMapper mapper(JsonFactory factory) {
    return new ObjectMapper(factory).enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  }

  private static String place(JsonLocation location) {
    return location == null
        ? ""
        : ": line=" + location.getLineNr() + " column=" + location.getColumnNr();
  }
}
