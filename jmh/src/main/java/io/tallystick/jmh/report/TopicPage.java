package io.tallystick.jmh.report;

import io.tallystick.jmh.Contender;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The page of a topic, with a picture for each kind of pass that it has. */
final class TopicPage {
  static final String CHARTS = "charts";

  private final Topic topic;
  private final List<Pass> passes;

  /**
   * @param passes all of the topic, which may be none
   */
  TopicPage(Topic topic, List<Pass> passes) {
    this.topic = topic;
    this.passes = passes;
  }

  /** The page as Markdown. */
  String text() {
    Markdown page = new Markdown();
    page.title(1, topic.title());
    Provenance provenance = new Provenance(passes, Pass::name);
    page.paragraph(topic.question() + " " + provenance.note());
    page.paragraph(ReportWriter.ORIGIN + " [All benchmarks](" + ReportWriter.INDEX + ")");
    boolean measuredByJmh = passes.stream().anyMatch(pass -> pass.kind() != Pass.Kind.ONCE);
    if (measuredByJmh) {
      page.paragraph(
          ReportWriter.READING
              + " Least and most are those of single iterations, as are the ends of the lines on"
              + " bars.");
    }
    for (Pass.Kind kind : Pass.Kind.values()) {
      List<Pass> ofKind = passes.stream().filter(pass -> pass.kind() == kind).toList();
      if (ofKind.isEmpty()) {
        continue;
      }
      page.title(2, kind.title());
      if (!drawn(kind).isEmpty()) {
        page.paragraph("![" + topic.question() + "](" + CHARTS + "/" + chart(kind) + ")");
      }
      if (kind == Pass.Kind.ONCE) {
        ProgramFigures.write(page, ofKind.get(0));
      } else {
        scores(page, Pass.scores(passes, kind));
      }
    }
    page.title(2, "How it was measured");
    provenance.write(page);
    provenance.writeContenders(page);
    if (measuredByJmh) {
      provenance.writePasses(page);
    }
    return page.toString();
  }

  /** A picture of what the passes of a kind measured; nothing where there is none to draw. */
  String drawn(Pass.Kind kind) {
    String title = topic.title() + ": " + topic.question();
    List<Score> scores = Pass.scores(passes, kind);
    if (!scores.isEmpty()) {
      return BarChart.of(title, scores);
    }
    if (kind != Pass.Kind.ONCE || passes.isEmpty()) {
      return "";
    }
    return topic == Topic.GROWTH
        ? GrowthPlot.of(title, GrowthCurve.all(passes.get(0).results()))
        : BarChart.ofRows(title, passes.get(0).results());
  }

  /** What the file of that picture is called. */
  String chart(Pass.Kind kind) {
    return topic.slug() + "-" + kind.name().toLowerCase(Locale.ROOT) + ".svg";
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
}
