package io.tallystick.jmh.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tallystick.jmh.Contender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The medians of a run, kept in one file for later runs to be compared with.
 *
 * <p>Only JMH's: a figure of a program of its own has nothing beside it to take the machine out.
 *
 * @param origin what it was measured on: commit and CPU
 */
record Baseline(String origin, Map<Key, Double> medians) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What one median is of. */
  record Key(String pass, String benchmark, Contender contender) {
    static Key of(Named named) {
      return new Key(named.pass(), named.score().benchmark(), named.score().contender());
    }
  }

  /** A score with the pass that it is of: {@code counter-plain-t1}. */
  record Named(String pass, Score score) {
    boolean hasQuestionOf(Named other) {
      return pass.equals(other.pass) && score.benchmark().equals(other.score.benchmark());
    }
  }

  /**
   * The scores of some passes.
   *
   * @param names passes, as their raw files are called: {@code counter-plain-t1}
   */
  static List<Named> read(Path raw, Set<String> names) throws IOException {
    return passes(raw, names).stream()
        .flatMap(pass -> pass.scores().stream().map(score -> new Named(pass.fileName(), score)))
        .toList();
  }

  private static List<Pass> passes(Path raw, Set<String> names) throws IOException {
    return Pass.readAll(raw).stream().filter(pass -> names.contains(pass.fileName())).toList();
  }

  /**
   * Writes the medians of some passes to a file.
   *
   * @throws IOException where they have none, and the file stays as it is
   */
  static void save(Path file, Path raw, Set<String> names) throws IOException {
    ObjectNode json = JSON.createObjectNode();
    for (Pass pass : passes(raw, names)) { // all of one run
      for (String field : List.of("commit", "date", "cpu")) {
        json.put(field, pass.info().path(field).asText());
      }
    }
    ArrayNode medians = json.putArray("medians");
    for (Named named : read(raw, names)) {
      medians
          .addObject()
          .put("pass", named.pass())
          .put("benchmark", named.score().benchmark())
          .put("contender", named.score().contender().name())
          .put("median", named.score().median())
          .put("unit", named.score().unit());
    }
    if (medians.isEmpty()) {
      throw new IOException("no medians to save: file=" + file + " passes=" + names);
    }
    Files.writeString(file, json.toPrettyString() + "\n");
  }

  /**
   * Reads what was saved.
   *
   * @throws IOException where the file is not one of medians
   */
  static Baseline load(Path file) throws IOException {
    JsonNode json = JSON.readTree(file.toFile());
    if (!json.path("medians").isArray()) {
      throw new IOException("not a saved baseline: file=" + file);
    }
    Map<Key, Double> medians = new LinkedHashMap<>();
    for (JsonNode row : json.path("medians")) {
      Key key =
          new Key(
              row.path("pass").asText(),
              row.path("benchmark").asText(),
              Contender.valueOf(row.path("contender").asText()));
      medians.put(key, row.path("median").asDouble());
    }
    return new Baseline(json.path("commit").asText() + ", " + json.path("cpu").asText(), medians);
  }
}
