package io.tallystick.jmh.report;

import io.tallystick.jmh.Contender;
import java.util.List;

/** The page of all pages: what there is, how Tallystick compares, and what figures mean. */
final class IndexPage {
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
              + " look-up itself. client_java has its defaults; the variant without exemplars is"
              + " beside it. OpenTelemetry with exemplars would look for a span at each update,"
              + " tracer or not, which the others do not do.",
          "JMH starts a JVM for each contender and benchmark, one after the other, so that no"
              + " contender's profile or garbage is another's. What took part in a topic but not"
              + " in JMH is a program of its own, whose page says how it measures.",
          "The machine may be a virtual one with neighbours. The lines on bars, from the fastest"
              + " to the slowest iteration, show what they did; `--full` takes hours, has more"
              + " forks, and is the one to quote.");

  private final Markdown pages = new Markdown();
  private final Markdown summary = new Markdown();

  IndexPage() {
    pages.header(3, List.of("page", "question", "measured"));
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
  }

  /** Adds a topic, of which there is at least one pass. */
  void add(Topic topic, List<Pass> passes) {
    pages.row(List.of(link(topic), topic.question(), days(passes)));
    summarize(topic, passes);
  }

  /**
   * The page as Markdown.
   *
   * @param all the passes of all topics
   */
  String text(List<Pass> all) {
    Markdown index = new Markdown();
    index.title(1, "Benchmarks");
    index.paragraph(
        ReportWriter.ORIGIN
            + " Every figure here and on the pages comes from a file in `raw/`, beside which"
            + " another says what it ran on.");
    index.append(pages);
    index.paragraph(
        "`jmh/run [PATTERN] [--quick|--full]` measures again: those topics whose name the pattern"
            + " matches. `--save-baseline` keeps its medians, and `--compare` sets a run beside"
            + " them. `jmh/ratios` fails where Tallystick costs more, beside client_java and the floor,"
            + " than `jmh/bounds.txt` allows.");
    index.title(2, "Tallystick and its peers");
    index.paragraph(
        "On a plain class path; the pages have the other passes. " + ReportWriter.READING);
    index.append(summary);
    index.title(2, "Where a peer does better");
    index.paragraph(
        "By the medians of each pass, those of variants included; where the ranges from the least"
            + " to the most overlap, another run may say otherwise. What programs of their own"
            + " measured is on their pages only.");
    PeersThatWin.write(index, all);
    index.title(2, "What the figures mean");
    MEANING.forEach(index::paragraph);
    index.title(2, "How it was measured");
    index.paragraph(
        "This is of the passes on a plain class path; where topics differ, they follow in brackets."
            + " Each page has all its passes one by one. Settings: forks × (warm-up + measured"
            + " iterations).");
    Provenance provenance =
        new Provenance(
            all.stream().filter(IndexPage::isInIndex).toList(), pass -> pass.topic().slug());
    provenance.write(index);
    provenance.writeContenders(index);
    return index.toString();
  }

  private static boolean isInIndex(Pass pass) {
    return pass.kind() == Pass.Kind.PLAIN || pass.kind() == Pass.Kind.ONCE;
  }

  private void summarize(Topic topic, List<Pass> passes) {
    List<Score> scores = Pass.scores(passes, Pass.Kind.PLAIN);
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

  private static String link(Topic topic) {
    return "[" + topic.title() + "](" + topic.slug() + ".md)";
  }

  private static String days(List<Pass> passes) {
    return String.join(", ", passes.stream().map(Provenance::day).distinct().sorted().toList());
  }
}
