package io.tallystick.jmh.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tallystick.jmh.Contender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One run of a topic's benchmark: what it wrote, and what it ran on.
 *
 * @param name as in {@code --passes} of {@code jmh/run}: {@code plain-t1}
 */
record Pass(Topic topic, String name, Kind kind, int threads, JsonNode results, JsonNode info) {
  private static final String CONTENDER = "contender";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What passes are called: all of it, the kind, and the threads. */
  static final String NAME = "((once|plain|unsafe|virtual)(?:-t(\\d+))?)";

  /** How the JVMs of a pass were started; the name in lower case is that of the pass. */
  enum Kind {
    ONCE("One run"),
    PLAIN("Plain class path"),
    UNSAFE("With `--add-opens java.base/jdk.internal.misc=ALL-UNNAMED`"),
    VIRTUAL("Virtual threads");

    private final String title;

    Kind(String title) {
      this.title = title;
    }

    String title() {
      return title;
    }
  }

  /**
   * The passes of a topic, plain ones and few threads first.
   *
   * @throws IOException where a result has no note of what it ran on
   */
  static List<Pass> readAll(Path raw, Topic topic) throws IOException {
    Pattern name = Pattern.compile(Pattern.quote(topic.slug()) + "-" + NAME + "\\.json");
    List<Path> files;
    try (Stream<Path> paths = Files.list(raw)) {
      files = paths.toList();
    }
    List<Pass> passes = new ArrayList<>();
    for (Path file : files) {
      Matcher matcher = name.matcher(file.getFileName().toString());
      if (matcher.matches()) {
        passes.add(
            new Pass(
                topic,
                matcher.group(1),
                Kind.valueOf(matcher.group(2).toUpperCase(Locale.ROOT)),
                matcher.group(3) == null ? 1 : Integer.parseInt(matcher.group(3)),
                JSON.readTree(file.toFile()),
                infoOf(file)));
      }
    }
    passes.sort(Comparator.comparing(Pass::kind).thenComparing(Pass::threads));
    return passes;
  }

  /** The passes of all topics. */
  static List<Pass> readAll(Path raw) throws IOException {
    List<Pass> passes = new ArrayList<>();
    for (Topic topic : Topic.values()) {
      passes.addAll(readAll(raw, topic));
    }
    return passes;
  }

  /** The scores of all passes of a kind, those of one benchmark and number of threads together. */
  static List<Score> scores(List<Pass> passes, Pass.Kind kind) {
    return passes.stream()
        .filter(pass -> pass.kind() == kind)
        .flatMap(pass -> pass.scores().stream())
        .sorted(
            Comparator.comparing(Score::benchmark)
                .thenComparing(Score::threads)
                .thenComparing(Score::contender))
        .toList();
  }

  /** What its raw file is called, without the ending. */
  String fileName() {
    return topic.slug() + "-" + name;
  }

  /** The results as JMH has them; none where the pass was not JMH's. */
  List<Score> scores() {
    List<Score> scores = new ArrayList<>();
    if (kind != Kind.ONCE) {
      results.forEach(result -> scores.add(Score.of(result)));
    }
    return scores;
  }

  /** What is to be known of its results: what was said of its topic when it was measured. */
  String note() {
    return info.path(RunInfo.NOTE).asText(topic.note());
  }

  /** The labels of the contenders in some results, of JMH or of a program's rows, each once. */
  static Set<String> labels(JsonNode results) {
    Set<String> labels = new LinkedHashSet<>();
    for (JsonNode result : results) {
      JsonNode contender = result.path("params").path(CONTENDER);
      if (contender.isTextual()) {
        labels.add(Contender.valueOf(contender.asText()).label());
      } else if (result.path(CONTENDER).isTextual()) {
        labels.add(result.path(CONTENDER).asText());
      }
    }
    return labels;
  }

  /** How often, for how long and how a JVM was measured: all that its results say of it. */
  String settings() {
    return kind == Kind.ONCE
        ? "one run"
        : distinct(result -> text(result, "forks"))
            + " × ("
            + distinct(
                result -> text(result, "warmupIterations") + " × " + text(result, "warmupTime"))
            + " warm-up + "
            + distinct(
                result ->
                    text(result, "measurementIterations") + " × " + text(result, "measurementTime"))
            + ")";
  }

  /** The arguments of the JVMs that were measured. */
  String jvmArguments() {
    return distinct(
        result -> {
          List<String> arguments = new ArrayList<>();
          result.path("jvmArgs").forEach(argument -> arguments.add(argument.asText()));
          return String.join(" ", arguments);
        });
  }

  private String distinct(Function<JsonNode, String> text) {
    List<String> texts = new ArrayList<>();
    if (kind != Kind.ONCE) {
      results.forEach(result -> texts.add(text.apply(result)));
    }
    return texts.stream().distinct().collect(Collectors.joining(" or "));
  }

  private static String text(JsonNode result, String field) {
    return result.path(field).asText();
  }

  private static JsonNode infoOf(Path file) throws IOException {
    String name = file.getFileName().toString();
    Path info =
        file.resolveSibling(name.substring(0, name.length() - ".json".length()) + ".run.json");
    if (!Files.exists(info)) {
      throw new NoSuchFileException(
          "a result without what it ran on, measure it again: result=" + file);
    }
    return JSON.readTree(info.toFile());
  }
}
