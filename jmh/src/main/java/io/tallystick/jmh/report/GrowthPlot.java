package io.tallystick.jmh.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Curves of growth, those of one dimension and figure together, on axes that are both logarithmic:
 * the steeper a line, the higher the power.
 */
final class GrowthPlot {
  private static final int WIDTH = 760;
  private static final int MARGIN = 16;
  private static final int LEFT = 80;
  private static final int PLOT_WIDTH = 440;
  private static final int PLOT_HEIGHT = 160;
  private static final int LINE = 18; // of text
  private static final List<String> COLOURS = List.of("tallystick", "floor", "peer");

  private final Svg svg;
  private double top = MARGIN;

  private GrowthPlot(String title) {
    this.svg = new Svg(title, WIDTH);
  }

  /** The plot of some curves, in their order. */
  static String of(String title, List<GrowthCurve> curves) {
    GrowthPlot plot = new GrowthPlot(title);
    Map<String, List<GrowthCurve>> groups = new LinkedHashMap<>();
    for (GrowthCurve curve : curves) {
      String unit = curve.figure().endsWith("Bytes") ? "bytes" : curve.figure();
      groups.computeIfAbsent(curve.dimension() + ", " + unit, key -> new ArrayList<>()).add(curve);
    }
    groups.forEach(plot::group);
    return plot.svg.toText(plot.top);
  }

  private void group(String heading, List<GrowthCurve> curves) {
    svg.text("title", MARGIN, top + LINE / 2.0, heading);
    top += LINE;
    Axis x =
        Axis.over(curves.stream().flatMap(c -> c.points().stream()).map(GrowthCurve.Point::size));
    Axis y =
        Axis.over(curves.stream().flatMap(c -> c.points().stream()).map(GrowthCurve.Point::value));
    grid(x, y);
    List<GrowthCurve> fromTop =
        curves.stream()
            .sorted(Comparator.comparingDouble((GrowthCurve c) -> -c.last().value()))
            .toList();
    double lowest = top; // of the names so far
    for (GrowthCurve curve : fromTop) {
      String colour = COLOURS.get(curves.indexOf(curve) % COLOURS.size());
      curve(curve, colour, x, y);
      double nameY = Math.max(lowest, y(y, curve.last().value()) + 4);
      svg.text("", LEFT + PLOT_WIDTH + 12.0, nameY, name(curve));
      svg.line(colour, LEFT + PLOT_WIDTH + 4.0, nameY - 4, LEFT + PLOT_WIDTH + 10.0, nameY - 4);
      lowest = nameY + LINE;
    }
    top += PLOT_HEIGHT + 2.0 * LINE + MARGIN;
  }

  private static String name(GrowthCurve curve) {
    String what =
        curve.figure().endsWith("Bytes")
            ? curve.figure().replace("Bytes", "") + " of a " + curve.operation()
            : curve.operation();
    return String.format(Locale.ROOT, "%s: n^%.2f", what, curve.exponent());
  }

  private void grid(Axis x, Axis y) {
    for (int power = x.lowPower; power <= x.highPower; power++) {
      double at = x(x, Math.pow(10, power));
      svg.line("line", at, top, at, top + PLOT_HEIGHT);
      svg.text("faint", at - 4, top + PLOT_HEIGHT + LINE, Axis.label(power));
    }
    for (int power = y.lowPower; power <= y.highPower; power++) {
      double at = y(y, Math.pow(10, power));
      svg.line("line", LEFT, at, LEFT + PLOT_WIDTH, at);
      svg.textUpTo("faint", LEFT - 6.0, at + 4, Axis.label(power));
    }
  }

  private void curve(GrowthCurve curve, String colour, Axis x, Axis y) {
    GrowthCurve.Point before = curve.first();
    for (GrowthCurve.Point point : curve.points()) {
      svg.line(
          colour,
          x(x, before.size()),
          y(y, before.value()),
          x(x, point.size()),
          y(y, point.value()));
      svg.dot(colour, x(x, point.size()), y(y, point.value()));
      before = point;
    }
  }

  private static double x(Axis axis, double size) {
    return LEFT + axis.part(size) * PLOT_WIDTH;
  }

  private double y(Axis axis, double value) {
    return top + (1 - axis.part(value)) * PLOT_HEIGHT;
  }

  /** From one power of ten to a higher one. */
  private record Axis(int lowPower, int highPower) {
    static Axis over(Stream<Double> values) {
      double[] logs = values.mapToDouble(Math::log10).sorted().toArray();
      int low = (int) Math.floor(logs[0]);
      return new Axis(low, Math.max(low + 1, (int) Math.ceil(logs[logs.length - 1])));
    }

    double part(double value) {
      return (Math.log10(value) - lowPower) / (highPower - lowPower);
    }

    static String label(int power) {
      return power < 0
          ? Double.toString(Math.pow(10, power))
          : power < 3 ? Integer.toString((int) Math.pow(10, power)) : large(power);
    }

    private static String large(int power) {
      return (int) Math.pow(10, power % 3) + List.of("", "k", "M", "G", "T").get(power / 3);
    }
  }
}
