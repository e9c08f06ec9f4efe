package io.tallystick.jmh.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How figures of a run grow. */
class GrowthCurveTest {
  @TempDir private Path folder;

  @Test
  void shouldBeInProportionWhereTenTimesTheSizeTakesTenTimesAsLong() throws IOException {
    assertThat(only(rows(1, 3, 10, 30, 100, 300)).exponent()).isCloseTo(1, within(1e-9));
  }

  @Test
  void shouldBeTheSquareWhereTenTimesTheSizeTakesAHundredTimesAsLong() throws IOException {
    assertThat(only(rows(1, 1, 10, 100, 100, 10_000)).exponent()).isCloseTo(2, within(1e-9));
  }

  @Test
  void shouldNotGrowWhereAllSizesTakeAsLong() throws IOException {
    assertThat(only(rows(1, 5, 10, 5, 100, 5)).exponent()).isZero();
  }

  @Test
  void shouldTakeTheLineOfLeastSquaresWherePointsAreOnNone() throws IOException {
    // log10 of the values: 0, 1, 1; the slope over 0, 1, 2 is a half
    assertThat(only(rows(1, 1, 10, 10, 100, 10)).exponent()).isCloseTo(0.5, within(1e-9));
  }

  @Test
  void shouldKeepOperationsAndDimensionsApart() throws IOException {
    Rows rows = rows(1, 1, 10, 10);
    row(rows, "series", "retirement", 1, 7);
    row(rows, "hosts", "scrape", 1, 7);

    assertThat(GrowthCurve.all(json(rows)))
        .extracting(curve -> curve.dimension() + " " + curve.operation())
        .containsExactly("series scrape", "series retirement", "hosts scrape");
  }

  @Test
  void shouldBeStatedAndDrawnOnItsPage() throws IOException {
    RawFiles raw = new RawFiles(folder);
    raw.writeRows("growth-once", rows(1, 3, 10, 30), raw.info());

    ReportWriter.write(folder);

    assertThat(Files.readString(folder.resolve("growth.md")))
        .contains("| series | scrape | ms | 1.00 | 1.00 | 10.0 | 3.00 | 30.0 |")
        .contains("| series | scrape | 10 | 30.0 |")
        .contains("](charts/growth-once.svg)");
    assertThat(Files.readString(folder.resolve("charts/growth-once.svg")))
        .contains("scrape: n^1.00");
  }

  private static GrowthCurve only(Rows rows) throws IOException {
    List<GrowthCurve> curves = GrowthCurve.all(json(rows));
    assertThat(curves).hasSize(1);
    return curves.get(0);
  }

  /** Scrapes: size, milliseconds, size, milliseconds, and so on. */
  private static Rows rows(double... sizesAndMs) {
    Rows rows = new Rows();
    for (int i = 0; i < sizesAndMs.length; i += 2) {
      row(rows, "series", "scrape", (long) sizesAndMs[i], sizesAndMs[i + 1]);
    }
    return rows;
  }

  private static void row(Rows rows, String dimension, String operation, long size, double ms) {
    rows.add()
        .put("dimension", dimension)
        .put("operation", operation)
        .put("size", size)
        .put("ms", ms);
  }

  private static JsonNode json(Rows rows) throws IOException {
    return new ObjectMapper().readTree(rows.toJson());
  }
}
