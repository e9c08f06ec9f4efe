package io.tallystick.jmh.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** One run of a topic's benchmark: what it wrote, and what it ran on. */
record Pass(Kind kind, int threads, JsonNode results, JsonNode info) {
  private static final ObjectMapper JSON = new ObjectMapper();

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

  /** The passes of a topic, plain ones and few threads first. */
  static List<Pass> readAll(Path raw, Topic topic) throws IOException {
    Pattern name =
        Pattern.compile(
            Pattern.quote(topic.slug()) + "-(once|plain|unsafe|virtual)(?:-t(\\d+))?\\.json");
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
                Kind.valueOf(matcher.group(1).toUpperCase(Locale.ROOT)),
                matcher.group(2) == null ? 1 : Integer.parseInt(matcher.group(2)),
                JSON.readTree(file.toFile()),
                JSON.readTree(infoOf(file).toFile())));
      }
    }
    passes.sort(Comparator.comparing(Pass::kind).thenComparing(Pass::threads));
    return passes;
  }

  /** The results as JMH has them; none where the pass was not JMH's. */
  List<Score> scores() {
    List<Score> scores = new ArrayList<>();
    if (results.isArray()) {
      results.forEach(result -> scores.add(Score.of(result)));
    }
    return scores;
  }

  /** A line on how JMH measured: forks, warm-up, measurement. */
  String settings() {
    JsonNode first = results.path(0);
    return "forks: %s, warm-up: %s × %s, measured: %s × %s"
        .formatted(
            first.path("forks").asText(),
            first.path("warmupIterations").asText(),
            first.path("warmupTime").asText(),
            first.path("measurementIterations").asText(),
            first.path("measurementTime").asText());
  }

  private static Path infoOf(Path file) {
    String name = file.getFileName().toString();
    return file.resolveSibling(name.substring(0, name.length() - ".json".length()) + ".run.json");
  }
}
