package io.tallystick.jmh.report;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallystick.jmh.Contender;
import io.tallystick.jmh.ScrapeBenchmark;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.StreamSupport;

/**
 * One result of JMH: the median of all iterations of all forks, and its extremes. On a host with
 * other work a mean would tell of the one iteration that was held up. It is a time for an
 * operation, or a rate: operations in a time.
 *
 * @param benchmark the method, with the parameters that are not the contender
 * @param least the fastest iteration
 * @param most the slowest iteration
 * @param bytesPerOp what was allocated, NaN where nobody looked
 * @param lines the samples in the text that was written, 0 where nothing was
 */
record Score(
    String benchmark,
    Contender contender,
    int threads,
    double median,
    double least,
    double most,
    String unit,
    double bytesPerOp,
    int lines) {

  private static final String CONTENDER = "contender";
  private static final String SERIES = "series";
  private static final String KEYS = "keys";
  private static final String RATE = "ops/";

  static Score of(JsonNode result) {
    JsonNode params = result.path("params");
    JsonNode metric = result.path("primaryMetric");
    double[] iterations = iterations(metric.path("rawData"));
    String method = result.path("benchmark").asText();
    String series = params.path(SERIES).asText("");
    String keys = params.path(KEYS).asText("");
    return new Score(
        method.substring(method.lastIndexOf('.') + 1)
            + (series.isEmpty() ? "" : ", " + series)
            + (keys.isEmpty() ? "" : ", " + keys + " keys"),
        Contender.valueOf(params.path(CONTENDER).asText()),
        result.path("threads").asInt(),
        median(iterations),
        iterations[0],
        iterations[iterations.length - 1],
        metric.path("scoreUnit").asText().replace("/op", ""),
        number(result.path("secondaryMetrics").path("gc.alloc.rate.norm").path("score")),
        series.isEmpty() ? 0 : ScrapeBenchmark.Series.valueOf(series).lines());
  }

  /** How many times faster this is than a contender of the same question, NaN without one. */
  double timesFasterThan(Contender other, List<Score> scores) {
    double found = find(List.of(other), scores);
    return isRate() ? median / found : found / median;
  }

  /** How many times more it costs than it did before, whether it is a time or a rate. */
  double timesTheCostOf(double medianBefore) {
    return isRate() ? medianBefore / median : median / medianBefore;
  }

  /** Whether more is better. */
  boolean isRate() {
    return unit.startsWith(RATE);
  }

  /** The median of whichever of some contenders has the same question, NaN without one. */
  double find(List<Contender> others, List<Score> scores) {
    return scores.stream()
        .filter(s -> others.contains(s.contender))
        .filter(s -> s.threads == threads && s.benchmark.equals(benchmark))
        .mapToDouble(Score::median)
        .findFirst()
        .orElse(Double.NaN);
  }

  /** The iterations of all forks, ascending. */
  private static double[] iterations(JsonNode forks) {
    double[] ascending =
        StreamSupport.stream(forks.spliterator(), false)
            .flatMapToDouble(
                fork ->
                    StreamSupport.stream(fork.spliterator(), false).mapToDouble(JsonNode::asDouble))
            .sorted()
            .toArray();
    return ascending.length > 0 ? ascending : DoubleStream.of(Double.NaN).toArray();
  }

  private static double median(double[] ascending) {
    int half = ascending.length / 2;
    return ascending.length % 2 == 1
        ? ascending[half]
        : (ascending[half - 1] + ascending[half]) / 2;
  }

  /** JMH writes what is not a number as a string. */
  private static double number(JsonNode node) {
    return node.isNumber() ? node.asDouble() : Double.NaN;
  }
}
