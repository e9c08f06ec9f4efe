package io.tallystick.server.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What clients know of their requests beside what is scraped, when the load has ended. */
final class Comparison {
  private final List<Row> rows = new ArrayList<>();
  private final ScrapedTotals scraped;

  Comparison(Acknowledgements acknowledgements, ScrapedTotals scraped) {
    this.scraped = scraped;
    acknowledgements
        .tallies()
        .forEach(
            (path, tally) ->
                rows.add(
                    new Row(
                        path,
                        tally.acknowledged(),
                        tally.unanswered(),
                        scraped.requests().getOrDefault(path, 0L),
                        scraped.observations().getOrDefault(path, 0L))));
  }

  /** The lines that a person reads. */
  List<String> table() {
    List<String> lines = new ArrayList<>();
    lines.add(format("path", "acknowledged", "scraped", "difference", "unanswered"));
    rows.forEach(row -> lines.add(row.toString()));
    lines.add(rows.stream().reduce(new Row("total", 0, 0, 0, 0), Row::plus).toString());
    lines.add("(unanswered: in flight at the kill; counted or not, both are right)");
    return lines;
  }

  /** One line for each total that the acknowledged requests do not explain. */
  List<String> differences() {
    List<String> lines = new ArrayList<>();
    for (Row row : rows) {
      row.explain(DemoRequests.REQUESTS, row.counted(), lines);
      row.explain(DemoRequests.DURATION, row.observed(), lines);
    }
    if (!scraped.inProgress().equals(List.of(0.0))) {
      lines.add(
          "gauge differs: name="
              + DemoRequests.IN_PROGRESS
              + " expected=0 scraped="
              + scraped.inProgress());
    }
    return lines;
  }

  private static String format(Object... columns) {
    return String.format(Locale.ROOT, "%-8s %14s %14s %12s %12s", columns);
  }

  /** One path: the requests answered and not answered, and what its two metrics have. */
  private record Row(String path, long acknowledged, long unanswered, long counted, long observed) {
    void explain(String name, long total, List<String> differences) {
      if (total < acknowledged || total > acknowledged + unanswered) {
        differences.add(
            "total differs: name=%s path=%s acknowledged=%d unanswered=%d scraped=%d"
                .formatted(name, path, acknowledged, unanswered, total));
      }
    }

    /** The sums of two rows, under this one's name. */
    Row plus(Row other) {
      return new Row(
          path,
          acknowledged + other.acknowledged,
          unanswered + other.unanswered,
          counted + other.counted,
          observed + other.observed);
    }

    @Override
    public String toString() {
      return format(path, acknowledged, counted, counted - acknowledged, unanswered);
    }
  }
}
