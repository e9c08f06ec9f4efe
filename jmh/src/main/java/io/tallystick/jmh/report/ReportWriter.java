package io.tallystick.jmh.report;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallystick.jmh.Contender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Writes the pages of {@code docs/benchmarks} from the files in its {@code raw} folder.
 *
 * <p>Argument: the folder of the pages. A topic without a raw file has no page.
 */
public final class ReportWriter {
  private static final String ORIGIN = "Written by `jmh/run`, not by hand.";

  private final Path folder;
  private final Markdown index = new Markdown();
  private final Markdown summary = new Markdown();

  private ReportWriter(Path folder) {
    this.folder = folder;
  }

  /** Writes all pages. */
  public static void main(String[] args) throws IOException {
    if (args.length != 1) {
      System.err.println("usage: ReportWriter <folder>");
      System.exit(2);
    }
    new ReportWriter(Path.of(args[0])).write();
  }

  private void write() throws IOException {
    index.title(1, "Benchmarks");
    index.paragraph(
        ORIGIN
            + " Every figure here and on the pages comes from a file in `raw/`, beside which"
            + " another says what it ran on.");
    index.header(3, List.of("page", "question", "measured"));
    summary.title(2, "Tallystick and client_java");
    summary.paragraph("Plain class path; times are per operation.");
    summary.header(
        2,
        List.of(
            "page",
            "benchmark",
            "threads",
            "Tallystick",
            "client_java",
            "times faster",
            "times the floor"));
    for (Topic topic : Topic.values()) {
      List<Pass> passes = Pass.readAll(folder.resolve("raw"), topic);
      if (!passes.isEmpty()) {
        String page = topic.slug() + ".md";
        Files.writeString(folder.resolve(page), page(topic, passes));
        index.row(
            List.of(
                "[" + topic.title() + "](" + page + ")",
                topic.question(),
                distinct(passes, ReportWriter::day)));
        summarize(topic, passes);
      }
    }
    index.paragraph(
        "`jmh/run [PATTERN] [--quick|--full]` measures again: those topics whose name the pattern"
            + " matches.");
    Files.writeString(folder.resolve("README.md"), index.toString() + "\n" + summary);
  }

  private void summarize(Topic topic, List<Pass> passes) {
    List<Score> scores = scores(passes, Pass.Kind.PLAIN);
    for (Score score : scores) {
      if (score.contender() == Contender.TALLYSTICK) {
        double peer = score.score() * score.into(Contender.CLIENT_JAVA, scores);
        summary.row(
            List.of(
                "[" + topic.title() + "](" + topic.slug() + ".md)",
                score.benchmark(),
                Integer.toString(score.threads()),
                Markdown.number(score.score()) + " " + score.unit(),
                Markdown.number(peer) + " " + score.unit(),
                Markdown.number(score.into(Contender.CLIENT_JAVA, scores)),
                Markdown.number(1 / score.into(Contender.BASELINE, scores))));
      }
    }
  }

  private static String page(Topic topic, List<Pass> passes) {
    Markdown page = new Markdown();
    page.title(1, topic.title());
    page.paragraph(topic.question() + " " + topic.note());
    page.paragraph(ORIGIN);
    machine(page, passes);
    for (Pass.Kind kind : Pass.Kind.values()) {
      List<Pass> ofKind = passes.stream().filter(pass -> pass.kind() == kind).toList();
      if (ofKind.isEmpty()) {
        continue;
      }
      page.title(2, kind.title());
      if (kind == Pass.Kind.ONCE) {
        figures(page, ofKind.get(0));
      } else {
        page.paragraph(
            distinct(ofKind, info -> info.path("jdk").asText()) + "; " + ofKind.get(0).settings());
        scores(page, scores(passes, kind));
      }
    }
    return page.toString();
  }

  private static void machine(Markdown page, List<Pass> passes) {
    page.header(2, List.of("", ""));
    page.row(List.of("command", distinct(passes, info -> code(info.path("command").asText()))));
    page.row(List.of("commit", distinct(passes, info -> code(info.path("commit").asText()))));
    page.row(
        List.of(
            "machine",
            distinct(
                passes,
                info ->
                    "%s, %s cores, %s GB, %s"
                        .formatted(
                            info.path("cpu").asText(),
                            info.path("cores").asText(),
                            info.path("memoryGb").asText(),
                            info.path("os").asText()))));
    page.row(List.of("JDK", distinct(passes, info -> info.path("jdk").asText())));
    page.row(List.of("versions", distinct(passes, ReportWriter::versions)));
    page.row(List.of("date", distinct(passes, ReportWriter::day)));
  }

  private static String day(JsonNode info) {
    return info.path("date").asText().substring(0, "2000-01-01".length());
  }

  private static String versions(JsonNode info) {
    return info.path("dependencies").properties().stream()
        .map(entry -> entry.getKey() + " " + entry.getValue().asText())
        .collect(Collectors.joining(", "));
  }

  private static void figures(Markdown page, Pass pass) {
    page.header(1, List.of("figure", "value"));
    pass.results()
        .properties()
        .forEach(
            entry ->
                page.row(
                    List.of(
                        words(entry.getKey()),
                        entry.getValue().isIntegralNumber()
                            ? String.format(Locale.ROOT, "%,d", entry.getValue().asLong())
                            : Markdown.number(entry.getValue().asDouble()))));
  }

  private static void scores(Markdown page, List<Score> scores) {
    boolean lines = scores.stream().anyMatch(score -> score.lines() > 0);
    List<String> names =
        new ArrayList<>(
            List.of(
                "benchmark",
                "contender",
                "threads",
                scores.isEmpty() ? "score" : scores.get(0).unit(),
                "±",
                "times faster than client_java",
                "times the floor",
                "B/op"));
    if (lines) {
      names.add("B/line");
    }
    page.header(2, names);
    for (Score score : scores) {
      List<String> cells =
          new ArrayList<>(
              List.of(
                  score.benchmark(),
                  score.contender().label(),
                  Integer.toString(score.threads()),
                  Markdown.number(score.score()),
                  Markdown.number(score.error()),
                  Markdown.number(score.into(Contender.CLIENT_JAVA, scores)),
                  Markdown.number(1 / score.into(Contender.BASELINE, scores)),
                  Markdown.number(score.bytesPerOp())));
      if (lines) {
        cells.add(Markdown.number(score.bytesPerOp() / score.lines()));
      }
      page.row(cells);
    }
  }

  /** The scores of all passes of a kind, those of one benchmark and number of threads together. */
  private static List<Score> scores(List<Pass> passes, Pass.Kind kind) {
    return passes.stream()
        .filter(pass -> pass.kind() == kind)
        .flatMap(pass -> pass.scores().stream())
        .sorted(
            Comparator.comparing(Score::benchmark)
                .thenComparing(Score::threads)
                .thenComparing(Score::contender))
        .toList();
  }

  private static String distinct(List<Pass> passes, Function<JsonNode, String> text) {
    return passes.stream()
        .map(pass -> text.apply(pass.info()))
        .distinct()
        .collect(Collectors.joining(", "));
  }

  private static String code(String text) {
    return "`" + text.replace("|", "\\|") + "`"; // a bar would end the cell
  }

  /** {@code retireSeconds} as "retire seconds". */
  private static String words(String camelCase) {
    return camelCase.replaceAll("([A-Z]|\\d+)", " $1").toLowerCase(Locale.ROOT);
  }
}
