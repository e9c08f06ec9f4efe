package io.tallystick.jmh.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * How one figure grows with a size, over the rows of a run.
 *
 * @param dimension what has the size: {@code series}
 * @param operation what was done: {@code scrape}
 * @param figure the name of the figure, with its unit: {@code ms}
 */
record GrowthCurve(String dimension, String operation, String figure, List<Point> points) {
  private static final List<String> FIGURES = List.of("ms", "heapBytes", "fileBytes");

  /** One size, and the figure there; both are above zero. */
  record Point(double size, double value) {}

  /** All curves in some rows: those of times first, then those of memory. */
  static List<GrowthCurve> all(JsonNode rows) {
    List<GrowthCurve> curves = new ArrayList<>();
    for (String figure : FIGURES) {
      for (JsonNode row : rows) {
        String dimension = row.path("dimension").asText();
        String operation = row.path("operation").asText();
        double value = row.path(figure).asDouble();
        if (value > 0) {
          find(curves, dimension, operation, figure)
              .points
              .add(new Point(row.path("size").asDouble(), value));
        }
      }
    }
    return curves;
  }

  private static GrowthCurve find(
      List<GrowthCurve> curves, String dimension, String operation, String figure) {
    for (GrowthCurve curve : curves) {
      if (curve.dimension.equals(dimension)
          && curve.operation.equals(operation)
          && curve.figure.equals(figure)) {
        return curve;
      }
    }
    GrowthCurve added = new GrowthCurve(dimension, operation, figure, new ArrayList<>());
    curves.add(added);
    return added;
  }

  /**
   * The power of the size that the figure grows with: the slope of the line through the logarithms
   * of both that has the least squares of distances; NaN of a single point.
   */
  double exponent() {
    double meanX = points.stream().mapToDouble(point -> Math.log(point.size)).average().orElse(0);
    double meanY = points.stream().mapToDouble(point -> Math.log(point.value)).average().orElse(0);
    double products = 0;
    double squares = 0;
    for (Point point : points) {
      double x = Math.log(point.size) - meanX;
      products += x * (Math.log(point.value) - meanY);
      squares += x * x;
    }
    return products / squares;
  }

  Point first() {
    return points.get(0);
  }

  Point last() {
    return points.get(points.size() - 1);
  }
}
