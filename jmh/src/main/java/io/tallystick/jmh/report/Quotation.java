package io.tallystick.jmh.report;

import io.tallystick.jmh.Contender;
import java.util.List;

/**
 * The few figures of the pages that the project's README quotes, between two marks in it.
 *
 * <p>They are written there with the pages, from the same files, so that nobody types one.
 */
final class Quotation {
  private static final String BEGIN = "<!-- figures, written by jmh/run -->\n";
  private static final String END = "<!-- end of figures -->\n";

  private static final List<Row> ROWS =
      List.of(
          new Row("`Counter.inc()`, one thread", Topic.COUNTER, "inc", 1),
          new Row("`Counter.inc()`, two threads on one series", Topic.COUNTER, "inc", 2),
          new Row("`Gauge.set(…)`", Topic.GAUGE, "set", 1),
          new Row("`Histogram.observe(…)`, one thread", Topic.HISTOGRAM, "observe", 1),
          new Row("`Histogram.observe(…)`, two threads", Topic.HISTOGRAM, "observe", 2),
          new Row("`labelValues(…).inc()`", Topic.COUNTER_LOOKUP, "inc", 1),
          new Row(
              "a scrape of 100,000 series in eight processes", Topic.SCRAPE, "scrape, SAME", 1));

  /** A question, in the words of a user. */
  private record Row(String words, Topic topic, String benchmark, int threads) {
    boolean isAnsweredBy(Pass pass) {
      return pass.topic() == topic && pass.kind() == Pass.Kind.PLAIN && pass.threads() == threads;
    }
  }

  private Quotation() {}

  /** The text of a README with these figures between its marks; the same text where it has none. */
  static String into(String readme, List<Pass> passes) {
    int begin = readme.indexOf(BEGIN);
    int end = readme.indexOf(END);
    return begin < 0 || end < begin
        ? readme
        : readme.substring(0, begin + BEGIN.length()) + table(passes) + readme.substring(end);
  }

  /** The text without what is between the marks. */
  static String without(String readme) {
    return into(readme, List.of());
  }

  private static String table(List<Pass> passes) {
    Markdown table = new Markdown();
    table.header(
        1, List.of("", "Tallystick", "floor", "client_java", "Micrometer", "OpenTelemetry"));
    for (Row row : ROWS) {
      List<Score> scores =
          passes.stream()
              .filter(row::isAnsweredBy)
              .flatMap(pass -> pass.scores().stream())
              .toList();
      scores.stream()
          .filter(score -> score.contender() == Contender.TALLYSTICK)
          .filter(score -> score.benchmark().equals(row.benchmark()))
          .forEach(score -> table.row(cells(row, score, scores)));
    }
    return table + "\n";
  }

  private static List<String> cells(Row row, Score score, List<Score> scores) {
    return List.of(
        "[" + row.words() + "](docs/benchmarks/" + row.topic().slug() + ".md)",
        cell(score, List.of(Contender.TALLYSTICK), scores),
        cell(score, List.of(Contender.BASELINE), scores),
        cell(score, List.of(Contender.CLIENT_JAVA), scores),
        cell(score, List.of(Contender.MICROMETER), scores),
        cell(score, List.of(Contender.OPENTELEMETRY, Contender.OPENTELEMETRY_BOUND), scores));
  }

  private static String cell(Score score, List<Contender> contenders, List<Score> scores) {
    return Markdown.number(score.find(contenders, scores)) + " " + score.unit();
  }
}
