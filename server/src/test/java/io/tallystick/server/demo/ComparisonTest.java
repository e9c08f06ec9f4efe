package io.tallystick.server.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.server.demo.Acknowledgements.PathTally;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ComparisonTest {
  private static final String PATH = "/";

  @ParameterizedTest
  @ValueSource(longs = {10, 11, 12})
  void shouldAgreeWhenTheTotalIsWithinTheUnanswered(long scraped) {
    assertThat(differences(10, 2, scraped, scraped, List.of(0.0))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 9, 13})
  void shouldDifferWhenTheCounterIsNotWithinTheUnanswered(long scraped) {
    assertThat(differences(10, 2, scraped, 10, List.of(0.0)))
        .containsExactly(
            "total differs: name=demo_requests_total path=/ acknowledged=10 unanswered=2 scraped="
                + scraped);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 9, 13})
  void shouldDifferWhenTheHistogramIsNotWithinTheUnanswered(long observed) {
    assertThat(differences(10, 2, 10, observed, List.of(0.0)))
        .singleElement()
        .asString()
        .startsWith("total differs: name=demo_request_duration_seconds path=/");
  }

  @Test
  void shouldDifferWhenRequestsAreStillInProgress() {
    assertThat(differences(10, 2, 10, 10, List.of(1.0)))
        .singleElement()
        .asString()
        .startsWith("gauge differs: name=demo_requests_in_progress");
  }

  @Test
  void shouldDifferWhenAPathIsMissing() {
    Acknowledgements acknowledged = acknowledged(10, 0);

    Comparison comparison =
        new Comparison(acknowledged, new ScrapedTotals(Map.of(), Map.of(), List.of(0.0)));

    assertThat(comparison.differences()).hasSize(2);
  }

  @Test
  void shouldShowEachPathAndTheTotal() {
    Comparison comparison = new Comparison(acknowledged(10, 2), scraped(11, 11, List.of(0.0)));

    assertThat(comparison.table().get(1)).matches("/ +10 +11 +1 +2");
    assertThat(comparison.table().get(2)).matches("total +10 +11 +1 +2");
  }

  private static List<String> differences(
      int acknowledged, int unanswered, long counted, long observed, List<Double> inProgress) {
    return new Comparison(
            acknowledged(acknowledged, unanswered), scraped(counted, observed, inProgress))
        .differences();
  }

  private static Acknowledgements acknowledged(int answered, int unanswered) {
    Acknowledgements acknowledgements = new Acknowledgements(List.of(PATH));
    PathTally tally = acknowledgements.tallies().get(PATH);
    for (int i = 0; i < answered + unanswered; i++) {
      tally.send();
    }
    for (int i = 0; i < answered; i++) {
      tally.acknowledge();
    }
    return acknowledgements;
  }

  private static ScrapedTotals scraped(long counted, long observed, List<Double> inProgress) {
    return new ScrapedTotals(Map.of(PATH, counted), Map.of(PATH, observed), inProgress);
  }
}
