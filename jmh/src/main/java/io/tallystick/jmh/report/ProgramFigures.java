package io.tallystick.jmh.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What a program of its own measured, as tables: one figure a row, or many. */
final class ProgramFigures {
  private ProgramFigures() {}

  /** Writes the tables of a pass. */
  static void write(Markdown page, Pass pass) {
    if (pass.topic() == Topic.GROWTH) {
      curves(page, GrowthCurve.all(pass.results()));
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
        3,
        List.of("dimension", "operation", "figure", "power", "from size", "to size", "from", "to"));
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
    page.header(words, names.stream().map(ProgramFigures::words).toList());
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

  /** {@code retireSeconds} as "retire seconds". */
  static String words(String camelCase) {
    return camelCase.replaceAll("([A-Z]|\\d+)", " $1").toLowerCase(Locale.ROOT);
  }
}
