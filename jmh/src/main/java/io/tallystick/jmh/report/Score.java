package io.tallystick.jmh.report;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallystick.jmh.Contender;
import io.tallystick.jmh.ScrapeBenchmark;
import java.util.List;

/**
 * One result of JMH.
 *
 * @param benchmark the method, with the parameters that are not the contender
 * @param error half of the confidence interval, NaN where there are too few samples
 * @param bytesPerOp what was allocated, NaN where nobody looked
 * @param lines the samples in the text that was written, 0 where nothing was
 */
record Score(
    String benchmark,
    Contender contender,
    int threads,
    double score,
    double error,
    String unit,
    double bytesPerOp,
    int lines) {

  private static final String CONTENDER = "contender";
  private static final String SERIES = "series";

  static Score of(JsonNode result) {
    JsonNode params = result.path("params");
    JsonNode metric = result.path("primaryMetric");
    String method = result.path("benchmark").asText();
    String series = params.path(SERIES).asText("");
    return new Score(
        method.substring(method.lastIndexOf('.') + 1) + (series.isEmpty() ? "" : ", " + series),
        Contender.valueOf(params.path(CONTENDER).asText()),
        result.path("threads").asInt(),
        number(metric.path("score")),
        number(metric.path("scoreError")),
        metric.path("scoreUnit").asText().replace("/op", ""),
        number(result.path("secondaryMetrics").path("gc.alloc.rate.norm").path("score")),
        series.isEmpty() ? 0 : ScrapeBenchmark.Series.valueOf(series).lines());
  }

  /** How often this score goes into that of a contender of the same question, NaN without one. */
  double into(Contender other, List<Score> scores) {
    return find(other, scores) / score;
  }

  private double find(Contender other, List<Score> scores) {
    return scores.stream()
        .filter(s -> s.contender == other && s.threads == threads && s.benchmark.equals(benchmark))
        .mapToDouble(Score::score)
        .findFirst()
        .orElse(Double.NaN);
  }

  /** JMH writes what is not a number as a string. */
  private static double number(JsonNode node) {
    return node.isNumber() ? node.asDouble() : Double.NaN;
  }
}
