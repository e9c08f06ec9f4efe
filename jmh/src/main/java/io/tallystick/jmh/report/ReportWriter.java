package io.tallystick.jmh.report;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallystick.jmh.Contender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Writes the pages of {@code docs/benchmarks} and their index from the files in its {@code raw}
 * folder.
 *
 * <p>Arguments: the folder of the pages, and the README that quotes some of their figures. A topic
 * without a raw file has no page.
 */
public final class ReportWriter {
  private static final String INDEX = "README.md";
  private static final List<String> GROWING = List.of("ms", "heapBytes", "fileBytes");
  private static final String CHARTS = "charts";
  private static final String ORIGIN = "Written by `jmh/run`, not by hand.";
  private static final String READING =
      "Figures are medians of the measured iterations of all forks. Ratios are of medians in the"
          + " same pass: a contender that is 2.00 times faster than client_java takes half its"
          + " time, and one of 2.00 times the floor twice that.";

  private static final List<String> MEANING =
      List.of(
          "A time is that of one call in a loop that does nothing else, with warm caches and code"
              + " that the JIT has compiled for this one caller. It says what a call adds at"
              + " least; in an application, where caches are shared with its own data, each of"
              + " the contenders costs more. The loop itself is in all figures, the floor's"
              + " included.",
          "The floor is what any implementation must do, on memory of the calling thread that"
              + " nobody else could read: it is not a contender, and what is nearest to it wastes"
              + " least. A ratio to it or to a peer, in one pass, says more than a time, which is"
              + " that of this machine and its other work.",
          "Each contender is measured as its documentation recommends for speed: with its data"
              + " point, bound instrument or meter resolved before, where the question is not the"
              + " look-up itself. client_java has its defaults, exemplars on but no tracer; the"
              + " variant without is beside it.",
          "JMH starts a JVM for each contender and benchmark, one after the other, so that no"
              + " contender's profile or garbage is another's. What took part in a topic but not"
              + " in JMH is a program of its own, whose page says how it measures.",
          "The machine may be a virtual one with neighbours. The lines on bars, from the fastest"
              + " to the slowest iteration, show what they did; `--full` takes hours, has more"
              + " forks, and is the one to quote.");

  private final Path folder;

  private ReportWriter(Path folder) {
    this.folder = folder;
  }

  /** Writes all pages. */
  public static void main(String[] args) throws IOException {
    if (args.length != 2) {
      System.err.println("usage: ReportWriter <folder> <readme>");
      System.exit(2);
    }
    write(Path.of(args[0]));
    quote(Path.of(args[0]), Path.of(args[1]));
  }

  /** Writes the figures into a README that the pages' folder has. */
  static void quote(Path folder, Path readme) throws IOException {
    List<Pass> passes = Pass.readAll(folder.resolve("raw"));
    Files.writeString(readme, Quotation.into(Files.readString(readme), passes));
  }

  static void write(Path folder) throws IOException {
    new ReportWriter(folder).write();
  }

  private void write() throws IOException {
    List<Pass> summarized = new ArrayList<>();
    Markdown pages = new Markdown();
    pages.header(3, List.of("page", "question", "measured"));
    Markdown summary = new Markdown();
    summary.header(
        2,
        List.of(
            "page",
            "benchmark",
            "threads",
            "unit",
            "Tallystick",
            "times faster than client_java",
            "times the floor",
            "floor",
            "client_java",
            "Micrometer",
            "OpenTelemetry"));
    for (Topic topic : Topic.values()) {
      List<Pass> passes = Pass.readAll(folder.resolve("raw"), topic);
      Path page = folder.resolve(topic.slug() + ".md");
      if (passes.isEmpty()) {
        Files.deleteIfExists(page); // its figures have gone
        charts(topic, passes);
        continue;
      }
      passes.stream().filter(ReportWriter::isInIndex).forEach(summarized::add);
      Files.writeString(page, page(topic, passes));
      charts(topic, passes);
      pages.row(List.of(link(topic), topic.question(), days(passes)));
      summarize(topic, passes, summary);
    }
    List<Pass> all = Pass.readAll(folder.resolve("raw"));
    Files.writeString(folder.resolve(INDEX), index(summarized, all, pages, summary));
  }

  private static String index(
      List<Pass> passes, List<Pass> all, Markdown pages, Markdown summary) {
    Markdown index = new Markdown();
    index.title(1, "Benchmarks");
    index.paragraph(
        ORIGIN
            + " Every figure here and on the pages comes from a file in `raw/`, beside which"
            + " another says what it ran on.");
    index.append(pages);
    index.paragraph(
        "`jmh/run [PATTERN] [--quick|--full]` measures again: those topics whose name the pattern"
            + " matches. `--save-baseline` keeps its medians, and `--compare` sets a run beside"
            + " them. `jmh/ratios` fails where Tallystick costs more, beside client_java, than"
            + " `jmh/bounds.txt` allows.");
    index.title(2, "Tallystick and its peers");
    index.paragraph("On a plain class path; the pages have the other passes. " + READING);
    index.append(summary);
    index.title(2, "Where a peer does better");
    index.paragraph(
        "By the medians of each pass, those of variants included; where the ranges from the least"
            + " to the most overlap, another run may say otherwise.");
    PeersThatWin.write(index, all);
    index.title(2, "What the figures mean");
    MEANING.forEach(index::paragraph);
    index.title(2, "How it was measured");
    index.paragraph(
        "This is of the passes on a plain class path; where topics differ, they follow in brackets."
            + " Each page has all its passes one by one. Settings: forks × (warm-up + measured"
            + " iterations).");
    new Provenance(passes, pass -> pass.topic().slug()).write(index);
    return index.toString();
  }

  private static boolean isInIndex(Pass pass) {
    return pass.kind() == Pass.Kind.PLAIN || pass.kind() == Pass.Kind.ONCE;
  }

  private static void summarize(Topic topic, List<Pass> passes, Markdown summary) {
    List<Score> scores = scores(passes, Pass.Kind.PLAIN);
    for (Score score : scores) {
      if (score.contender() == Contender.TALLYSTICK) {
        summary.row(
            List.of(
                link(topic),
                score.benchmark(),
                Integer.toString(score.threads()),
                score.unit(),
                Markdown.number(score.median()),
                Markdown.number(score.timesFasterThan(Contender.CLIENT_JAVA, scores)),
                Markdown.number(1 / score.timesFasterThan(Contender.BASELINE, scores)),
                Markdown.number(score.find(List.of(Contender.BASELINE), scores)),
                Markdown.number(score.find(List.of(Contender.CLIENT_JAVA), scores)),
                Markdown.number(score.find(List.of(Contender.MICROMETER), scores)),
                Markdown.number(
                    score.find(
                        List.of(Contender.OPENTELEMETRY, Contender.OPENTELEMETRY_BOUND), scores))));
      }
    }
  }

  private static String page(Topic topic, List<Pass> passes) {
    Markdown page = new Markdown();
    page.title(1, topic.title());
    page.paragraph(topic.question() + " " + topic.note());
    page.paragraph(ORIGIN + " [All benchmarks](" + INDEX + ")");
    boolean measuredByJmh = passes.stream().anyMatch(pass -> pass.kind() != Pass.Kind.ONCE);
    if (measuredByJmh) {
      page.paragraph(READING + " Least and most are those of single iterations, as are the ends of the lines on bars.");
    }
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
            "![The medians of this table as bars](" + CHARTS + "/" + chart(topic, kind) + ")");
        scores(page, scores(passes, kind));
      }
    }
    page.title(2, "How it was measured");
    Provenance provenance = new Provenance(passes, Pass::name);
    provenance.write(page);
    if (measuredByJmh) {
      provenance.writePasses(page);
    }
    return page.toString();
  }

  /** Draws each table of scores that a topic's page has, and deletes what it no longer has. */
  private void charts(Topic topic, List<Pass> passes) throws IOException {
    for (Pass.Kind kind : Pass.Kind.values()) {
      Path file = folder.resolve(CHARTS).resolve(chart(topic, kind));
      String drawn = drawn(topic, kind, passes);
      if (drawn.isEmpty()) {
        Files.deleteIfExists(file);
      } else {
        Files.createDirectories(file.getParent());
        Files.writeString(file, drawn);
      }
    }
  }

  /** A picture of what the passes of a kind measured; nothing where there is none to draw. */
  private static String drawn(Topic topic, Pass.Kind kind, List<Pass> passes) {
    String title = topic.title() + ": " + topic.question();
    List<Score> scores = scores(passes, kind);
    if (!scores.isEmpty()) {
      return BarChart.of(title, scores);
    }
    return topic == Topic.GROWTH && kind == Pass.Kind.ONCE && !passes.isEmpty()
        ? GrowthPlot.of(title, GrowthCurve.all(passes.get(0).results(), GROWING))
        : "";
  }

  private static String chart(Topic topic, Pass.Kind kind) {
    return topic.slug() + "-" + kind.name().toLowerCase(Locale.ROOT) + ".svg";
  }

  private static void figures(Markdown page, Pass pass) {
    if (pass.topic() == Topic.GROWTH) {
      page.paragraph(
          "![Curves on logarithmic axes](" + CHARTS + "/" + chart(pass.topic(), pass.kind()) + ")");
      curves(page, GrowthCurve.all(pass.results(), GROWING));
    }
    if (pass.results().isArray()) {
      rows(page, pass.results());
      return;
    }
    page.header(1, List.of("figure", "value"));
    pass.results()
        .properties()
        .forEach(entry -> page.row(List.of(words(entry.getKey()), figure(entry.getValue()))));
  }

  private static void curves(Markdown page, List<GrowthCurve> curves) {
    page.paragraph(
        "A figure grows as a power of the size, which is that of the line through its points on"
            + " logarithmic axes with the least squares: 1 is in proportion.");
    page.header(
        3, List.of("dimension", "operation", "figure", "power", "from size", "to size", "from", "to"));
    for (GrowthCurve curve : curves) {
      page.row(
          List.of(
              curve.dimension(),
              curve.operation(),
              words(curve.figure()),
              Markdown.number(curve.exponent()),
              Markdown.number(curve.first().size()),
              Markdown.number(curve.last().size()),
              Markdown.number(curve.first().value()),
              Markdown.number(curve.last().value())));
    }
  }

  /** A table of rows with the same names, of which figures may be missing. */
  private static void rows(Markdown page, JsonNode rows) {
    Set<String> names = new LinkedHashSet<>();
    rows.forEach(row -> row.fieldNames().forEachRemaining(names::add));
    JsonNode first = rows.path(0);
    int words = (int) names.stream().filter(name -> first.path(name).isTextual()).count();
    page.header(words, names.stream().map(ReportWriter::words).toList());
    for (JsonNode row : rows) {
      page.row(names.stream().map(name -> figure(row.path(name))).toList());
    }
  }

  private static String figure(JsonNode value) {
    if (value.isTextual()) {
      return value.asText();
    }
    if (value.isMissingNode()) {
      return Markdown.number(Double.NaN);
    }
    return value.isIntegralNumber()
        ? String.format(Locale.ROOT, "%,d", value.asLong())
        : Markdown.number(value.asDouble());
  }

  private static void scores(Markdown page, List<Score> scores) {
    boolean lines = scores.stream().anyMatch(score -> score.lines() > 0);
    List<String> names =
        new ArrayList<>(
            List.of(
                "benchmark",
                "contender",
                "threads",
                scores.isEmpty() ? "median" : scores.get(0).unit(),
                "times faster than client_java",
                "times the floor",
                "least",
                "most",
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
                  Markdown.number(score.median()),
                  Markdown.number(score.timesFasterThan(Contender.CLIENT_JAVA, scores)),
                  Markdown.number(1 / score.timesFasterThan(Contender.BASELINE, scores)),
                  Markdown.number(score.least()),
                  Markdown.number(score.most()),
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

  private static String link(Topic topic) {
    return "[" + topic.title() + "](" + topic.slug() + ".md)";
  }

  private static String days(List<Pass> passes) {
    return String.join(", ", passes.stream().map(Provenance::day).distinct().sorted().toList());
  }

  /** {@code retireSeconds} as "retire seconds". */
  private static String words(String camelCase) {
    return camelCase.replaceAll("([A-Z]|\\d+)", " $1").toLowerCase(Locale.ROOT);
  }
}
