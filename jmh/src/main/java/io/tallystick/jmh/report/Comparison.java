package io.tallystick.jmh.report;

import io.tallystick.jmh.Contender;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The medians of a run beside those of a baseline.
 *
 * <p>What the machine does to a median it does to the floor of the question, too, so the floor's
 * own change is taken out of every other; where a question has no floor, client_java's, whose code
 * is the same in both runs. A regression is a cost of Tallystick's that has grown by more than the
 * threshold then: no peer's, and none of a floor.
 */
final class Comparison {
  private static final List<Contender> FLOORS = List.of(Contender.BASELINE, Contender.CLIENT_JAVA);

  /**
   * One median then and now.
   *
   * @param change by what its cost was multiplied
   * @param besideFloor the same with the floor's change taken out; NaN without a floor
   */
  record Row(Baseline.Named now, double before, double change, double besideFloor) {
    private boolean isTallystick() {
      return now.score().contender().isTallystick();
    }

    /** The change that is Tallystick's own: where no floor tells, all of it. */
    private double own() {
      return Double.isNaN(besideFloor) ? change : besideFloor;
    }
  }

  private final Baseline baseline;
  private final List<Baseline.Named> scores;
  private final double limit;
  private final List<Row> rows = new ArrayList<>();

  /**
   * @param thresholdPercent the growth that is no regression yet
   */
  Comparison(Baseline baseline, List<Baseline.Named> scores, double thresholdPercent) {
    this.baseline = baseline;
    this.scores = List.copyOf(scores);
    this.limit = 1 + thresholdPercent / 100;
    for (Baseline.Named now : scores) {
      Double before = baseline.medians().get(Baseline.Key.of(now));
      if (before != null) {
        double change = now.score().timesTheCostOf(before);
        rows.add(new Row(now, before, change, change / floorChange(now)));
      }
    }
  }

  /** By what the cost of the floor was multiplied that has the same question, NaN without one. */
  private double floorChange(Baseline.Named row) {
    for (Contender floor : FLOORS) {
      for (Baseline.Named other : scores) {
        Double before = baseline.medians().get(Baseline.Key.of(other));
        if (before != null && other.score().contender() == floor && other.hasQuestionOf(row)) {
          return other.score().timesTheCostOf(before);
        }
      }
    }
    return Double.NaN;
  }

  /** What is in both runs. */
  List<Row> rows() {
    return List.copyOf(rows);
  }

  /** What Tallystick has become slower at. */
  List<Row> regressions() {
    return rows.stream().filter(this::isRegression).toList();
  }

  /** What of Tallystick's the same passes had then and have no more: nobody knows what it costs. */
  List<Baseline.Key> missing() {
    Set<Baseline.Key> measured =
        scores.stream().map(Baseline.Key::of).collect(Collectors.toUnmodifiableSet());
    Set<String> passes =
        scores.stream().map(Baseline.Named::pass).collect(Collectors.toUnmodifiableSet());
    return baseline.medians().keySet().stream()
        .filter(key -> key.contender().isTallystick() && passes.contains(key.pass()))
        .filter(key -> !measured.contains(key))
        .toList();
  }

  private boolean isRegression(Row row) {
    return row.isTallystick() && !(row.own() <= limit); // what is no number is no good one
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("baseline: " + baseline.origin() + "\n");
    text.append(
        String.format(
            Locale.ROOT,
            "%-26s %-18s %-24s %10s %10s %-6s %8s %8s%n",
            "pass",
            "benchmark",
            "contender",
            "before",
            "now",
            "unit",
            "cost",
            "beside"));
    for (Row row : rows) {
      Score score = row.now().score();
      text.append(
          String.format(
              Locale.ROOT,
              "%-26s %-18s %-24s %10s %10s %-6s %8s %8s%s%n",
              row.now().pass(),
              score.benchmark(),
              score.contender().label(),
              Markdown.number(row.before()),
              Markdown.number(score.median()),
              score.unit(),
              percent(row.change()),
              score.contender() == Contender.BASELINE ? "–" : percent(row.besideFloor()),
              isRegression(row) ? "  SLOWER" : ""));
    }
    for (Baseline.Key key : missing()) {
      text.append(
          String.format(
              Locale.ROOT,
              "%-26s %-18s %-24s  NOT MEASURED%n",
              key.pass(),
              key.benchmark(),
              key.contender().label()));
    }
    return text.append(
            String.format(
                Locale.ROOT,
                "%d compared, %d slower by more than %.0f %% beside the floor%n",
                rows.size(),
                regressions().size(),
                (limit - 1) * 100))
        .toString();
  }

  private static String percent(double times) {
    return Double.isNaN(times) ? "–" : String.format(Locale.ROOT, "%+.1f %%", (times - 1) * 100);
  }
}
