package io.tallystick.server.demo;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.summingLong;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * The demo's metrics in one scrape.
 *
 * @param requests the counter of each path, over all statuses
 * @param observations how many durations of each path the histogram has
 * @param inProgress the gauge's samples: one, unless the scrape is wrong
 */
record ScrapedTotals(
    Map<String, Long> requests, Map<String, Long> observations, List<Double> inProgress) {
  /** What there is before the first scrape. */
  static final ScrapedTotals NONE = new ScrapedTotals(Map.of(), Map.of(), List.of());

  private static final Pattern PATH = Pattern.compile("path=\"([^\"]*)\"");

  /** Reads the text exposition format. */
  static ScrapedTotals parse(String text) {
    return new ScrapedTotals(
        byPath(DemoRequests.REQUESTS, text),
        byPath(DemoRequests.DURATION + "_count", text),
        samples(DemoRequests.IN_PROGRESS, text).stream().map(ScrapedTotals::value).toList());
  }

  /** All requests counted. */
  long total() {
    return requests.values().stream().mapToLong(Long::longValue).sum();
  }

  private static Map<String, Long> byPath(String name, String text) {
    return samples(name, text).stream()
        .collect(
            groupingBy(
                ScrapedTotals::path, TreeMap::new, summingLong(sample -> (long) value(sample))));
  }

  private static List<MatchResult> samples(String name, String text) {
    Pattern line =
        Pattern.compile("^" + Pattern.quote(name) + "(?:\\{(.*)})? (\\S+)$", Pattern.MULTILINE);
    return line.matcher(text).results().toList();
  }

  private static String path(MatchResult sample) {
    return PATH.matcher(String.valueOf(sample.group(1)))
        .results()
        .map(label -> label.group(1))
        .findFirst()
        .orElse("");
  }

  private static double value(MatchResult sample) {
    return Double.parseDouble(sample.group(2));
  }
}
