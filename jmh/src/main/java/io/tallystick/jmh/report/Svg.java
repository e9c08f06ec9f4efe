package io.tallystick.jmh.report;

import java.util.Locale;

/**
 * A picture as text, drawn from back to front, that is readable on light and on dark pages.
 *
 * <p>It has a background of its own, as a page's need not be the one that the reader's system
 * prefers. Colours are names of its style sheet: {@code tallystick}, {@code peer}, {@code floor},
 * {@code line}, {@code error}.
 */
final class Svg {
  private static final String STYLE =
      """
      <style>
        .page { fill: #ffffff } text { fill: #1f2328 } .faint { fill: #656d76 }
        .tallystick { fill: #0969da } .peer { fill: #afb8c1 } .floor { fill: #d4a72c }
        .line { stroke: #d0d7de } .error { stroke: #1f2328 }
        line.tallystick { stroke: #0969da } line.peer { stroke: #afb8c1 }
        line.floor { stroke: #d4a72c }
        text { font: 12px system-ui, sans-serif } .title { font-weight: 600 }
        @media (prefers-color-scheme: dark) {
          .page { fill: #0d1117 } text { fill: #e6edf3 } .faint { fill: #8d96a0 }
          .tallystick { fill: #4493f8 } .peer { fill: #6e7681 } .floor { fill: #9e6a03 }
          .line { stroke: #30363d } .error { stroke: #e6edf3 }
          line.tallystick { stroke: #4493f8 } line.peer { stroke: #6e7681 }
          line.floor { stroke: #9e6a03 }
        }
      </style>
      """;

  private final StringBuilder shapes = new StringBuilder();
  private final String title;
  private final int width;

  /**
   * @param title what it is for those who cannot see it
   */
  Svg(String title, int width) {
    this.title = title;
    this.width = width;
  }

  void rectangle(String colour, double x, double y, double w, double h) {
    shapes.append(
        format(
            "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>%n",
            colour, x, y, w, h));
  }

  void line(String colour, double x1, double y1, double x2, double y2) {
    shapes.append(
        format(
            "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>%n",
            colour, x1, y1, x2, y2));
  }

  void dot(String colour, double x, double y) {
    shapes.append(
        format("<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\"/>%n", colour, x, y));
  }

  /** Words that begin at a point, on their base line. */
  void text(String style, double x, double y, String words) {
    text(style, "start", x, y, words);
  }

  /** Words that end at a point. */
  void textUpTo(String style, double x, double y, String words) {
    text(style, "end", x, y, words);
  }

  private void text(String style, String anchor, double x, double y, String words) {
    shapes.append(
        format(
            "<text class=\"%s\" text-anchor=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>%n",
            style, anchor, x, y, escape(words)));
  }

  /** The whole file. */
  String toText(double height) {
    return format(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %.0f\" width=\"%d\""
                + " height=\"%.0f\" role=\"img\">%n<title>%s</title>%n",
            width, height, width, height, escape(title))
        + STYLE
        + format("<rect class=\"page\" width=\"%d\" height=\"%.0f\" rx=\"6\"/>%n", width, height)
        + shapes
        + "</svg>\n";
  }

  private static String escape(String words) {
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  private static String format(String format, Object... args) {
    return String.format(Locale.ROOT, format, args);
  }
}
