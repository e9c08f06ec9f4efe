package io.tallystick.jmh.report;

import java.util.List;
import java.util.Locale;

/** Text of a page, appended to from top to bottom. */
final class Markdown {
  private final StringBuilder text = new StringBuilder();

  void title(int level, String title) {
    if (text.length() > 0) {
      text.append('\n');
    }
    text.append("#".repeat(level)).append(' ').append(title).append('\n');
  }

  void paragraph(String paragraph) {
    text.append('\n').append(paragraph).append('\n');
  }

  /** Begins a table; columns after the first {@code leftAligned} ones hold figures. */
  void header(int leftAligned, List<String> names) {
    text.append('\n');
    row(names);
    text.append('|');
    for (int column = 0; column < names.size(); column++) {
      text.append(column < leftAligned ? "---|" : "---:|");
    }
    text.append('\n');
  }

  void row(List<String> cells) {
    text.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }

  /** Adds what was made elsewhere. */
  void append(Markdown other) {
    text.append(other.text);
  }

  /** A text as it was typed. */
  static String code(String typed) {
    return "`" + typed.replace("|", "\\|") + "`"; // a bar would end the cell
  }

  /** Three digits or more, as many decimals as that takes; a dash for what is not known. */
  static String number(double value) {
    double size = Math.abs(value);
    if (Double.isNaN(value)) {
      return "–";
    }
    if (size < 0.005) {
      return "0";
    }
    return String.format(Locale.ROOT, size < 10 ? "%.2f" : size < 100 ? "%.1f" : "%,.0f", value);
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
