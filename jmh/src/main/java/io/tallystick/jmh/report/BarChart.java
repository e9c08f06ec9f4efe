package io.tallystick.jmh.report;

import io.tallystick.jmh.Contender;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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

  /** The chart of some scores, in their order. */
  static String of(String title, List<Score> scores) {
    BarChart chart = new BarChart(title);
    Map<String, List<Score>> groups = new LinkedHashMap<>();
    for (Score score : scores) {
      groups.computeIfAbsent(heading(score), key -> new ArrayList<>()).add(score);
    }
    groups.forEach(chart::group);
    return chart.svg.toText(chart.y);
  }

  private static String heading(Score score) {
    return score.benchmark()
        + ", "
        + score.threads()
        + (score.threads() == 1 ? " thread, " : " threads, ")
        + score.unit()
        + (score.isRate() ? " (more is better)" : "");
  }

  private void group(String heading, List<Score> scores) {
    double longest = scores.stream().mapToDouble(Score::median).max().orElse(1);
    double most = scores.stream().mapToDouble(Score::most).max().orElse(1);
    double scale = BARS_WIDTH / Math.min(most, longest * HEADROOM);
    svg.text("title", MARGIN, y + BAR, heading);
    y += ROW;
    for (Score score : scores) {
      bar(score, scale);
      y += ROW;
    }
    svg.line("line", BARS_X, y - (double) ROW * scores.size(), BARS_X, y - ROW + BAR);
    y += MARGIN;
  }

  private void bar(Score score, double scale) {
    double middle = y + BAR / 2.0;
    svg.textUpTo("", BARS_X - 8.0, y + BAR - 2, score.contender().label());
    svg.rectangle(colour(score.contender()), BARS_X, y, score.median() * scale, BAR);
    double from = BARS_X + score.least() * scale;
    double to = BARS_X + score.most() * scale;
    double end = BARS_X + BARS_WIDTH;
    svg.line("error", from, middle, Math.min(to, end), middle);
    svg.line("error", from, middle - 3, from, middle + 3);
    if (to <= end) {
      svg.line("error", to, middle - 3, to, middle + 3);
    } else {
      svg.line("error", end - 4, middle - 4, end, middle);
      svg.line("error", end - 4, middle + 4, end, middle);
    }
    svg.text("faint", end + 8, y + BAR - 2, Markdown.number(score.median()));
  }

  private static String colour(Contender contender) {
    if (contender == Contender.BASELINE) {
      return "floor";
    }
    return contender.isTallystick() ? "tallystick" : "peer";
  }
}
