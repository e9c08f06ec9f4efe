package io.tallystick.server;

import java.util.ArrayList;
import java.util.List;

/** Rows of texts under headings, in columns that are as wide as what they have. */
final class TextTable {
  private static final int WIDEST = 60;

  private final List<List<String>> rows = new ArrayList<>();

  TextTable(String... headings) {
    rows.add(List.of(headings));
  }

  void row(Object... cells) {
    List<String> texts = new ArrayList<>();
    for (Object cell : cells) {
      String text = Lines.single(String.valueOf(cell));
      texts.add(text.length() <= WIDEST ? text : text.substring(0, WIDEST - 1) + "…");
    }
    rows.add(texts);
  }

  void print(Output out) {
    int columns = rows.get(0).size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 2));
      }
      out.line(line.toString().stripTrailing());
    }
  }
}
