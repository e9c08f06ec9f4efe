package io.tallystick.jmh.report;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallystick.jmh.Contender;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The medians of a page as bars, those of one benchmark and number of threads together; on each
 * bar, from its fastest to its slowest iteration.
 *
 * <p>Each group has a scale of its own, which one slow iteration does not stretch: what goes beyond
 * it ends in an arrow.
 */
final class BarChart {
  private static final int WIDTH = 760;
  private static final int MARGIN = 16;
  private static final int BARS_X = 220;
  private static final int BARS_WIDTH = 430;
  private static final int ROW = 20;
  private static final int BAR = 13;
  private static final double HEADROOM = 1.3; // beyond the longest bar

  private final Svg svg;
  private double y = MARGIN;

  private BarChart(String title) {
    this.svg = new Svg(title, WIDTH);
  }

  /** One bar, with the line on it. */
  private record Bar(String label, String colour, double median, double least, double most) {
    static Bar of(Score score) {
      return new Bar(
          score.contender().label(),
          colourOf(score.contender()),
          score.median(),
          score.least(),
          score.most());
    }

    private static String colourOf(Contender contender) {
      if (contender == Contender.BASELINE) {
        return "floor";
      }
      return contender.isTallystick() ? "tallystick" : "peer";
    }
  }

  /** The chart of some scores, in their order. */
  static String of(String title, List<Score> scores) {
    BarChart chart = new BarChart(title);
    Map<String, List<Bar>> groups = new LinkedHashMap<>();
    for (Score score : scores) {
      groups.computeIfAbsent(heading(score), key -> new ArrayList<>()).add(Bar.of(score));
    }
    groups.forEach(chart::group);
    return chart.svg.toText(chart.y);
  }

  /**
   * The chart of those figures in a program's rows that have a least and a most, those of one name
   * together; nothing where there are none.
   */
  static String ofRows(String title, JsonNode rows) {
    BarChart chart = new BarChart(title);
    Map<String, List<Bar>> groups = new LinkedHashMap<>();
    for (JsonNode row : rows) {
      for (Map.Entry<String, JsonNode> figure : row.properties()) {
        JsonNode least = row.path(figure.getKey() + Rows.LEAST);
        JsonNode most = row.path(figure.getKey() + Rows.MOST);
        if (least.isNumber() && most.isNumber()) {
          groups
              .computeIfAbsent(heading(figure.getKey()), key -> new ArrayList<>())
              .add(
                  new Bar(
                      label(row),
                      "tallystick",
                      figure.getValue().asDouble(),
                      least.asDouble(),
                      most.asDouble()));
        }
      }
    }
    groups.forEach(chart::group);
    return groups.isEmpty() ? "" : chart.svg.toText(chart.y);
  }

  /** What a row is of: all words in it. */
  private static String label(JsonNode row) {
    return row.properties().stream()
        .map(Map.Entry::getValue)
        .filter(JsonNode::isTextual)
        .map(JsonNode::asText)
        .collect(Collectors.joining(", "));
  }

  private static String heading(String figure) {
    return ProgramFigures.words(figure) + (figure.endsWith("PerSecond") ? " (more is better)" : "");
  }

  private static String heading(Score score) {
    return score.benchmark()
        + ", "
        + score.threads()
        + (score.threads() == 1 ? " thread, " : " threads, ")
        + score.unit()
        + (score.isRate() ? " (more is better)" : "");
  }

  private void group(String heading, List<Bar> bars) {
    double longest = bars.stream().mapToDouble(Bar::median).max().orElse(1);
    double most = bars.stream().mapToDouble(Bar::most).max().orElse(1);
    double scale = BARS_WIDTH / Math.min(most, longest * HEADROOM);
    svg.text("title", MARGIN, y + BAR, heading);
    y += ROW;
    for (Bar bar : bars) {
      draw(bar, scale);
      y += ROW;
    }
    svg.line("line", BARS_X, y - (double) ROW * bars.size(), BARS_X, y - ROW + BAR);
    y += MARGIN;
  }

  private void draw(Bar bar, double scale) {
    double middle = y + BAR / 2.0;
    svg.textUpTo("", BARS_X - 8.0, y + BAR - 2, bar.label());
    svg.rectangle(bar.colour(), BARS_X, y, bar.median() * scale, BAR);
    double from = BARS_X + bar.least() * scale;
    double to = BARS_X + bar.most() * scale;
    double end = BARS_X + BARS_WIDTH;
    svg.line("error", from, middle, Math.min(to, end), middle);
    svg.line("error", from, middle - 3, from, middle + 3);
    if (to <= end) {
      svg.line("error", to, middle - 3, to, middle + 3);
    } else {
      svg.line("error", end - 4, middle - 4, end, middle);
      svg.line("error", end - 4, middle + 4, end, middle);
    }
    svg.text("faint", end + 8, y + BAR - 2, Markdown.number(bar.median()));
  }
}
