package io.tallystick.scrape;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.Tallystick;
import io.tallystick.merge.FamilySize;
import io.tallystick.merge.Verification;
import io.tallystick.metrics.Counter;
import io.tallystick.testing.ExpositionText;
import io.tallystick.testing.TempDirectory;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The families with the most series, in a scrape and as they are verified. */
class GreatestFamiliesTest {
  private TempDirectory directory;
  private Tallystick first;
  private Tallystick second;

  @BeforeEach
  void open() throws IOException {
    directory = TempDirectory.create();
    first = Tallystick.open(directory.path());
    second = Tallystick.open(directory.path());
  }

  @AfterEach
  void close() throws IOException {
    first.close();
    second.close();
    directory.close();
  }

  @Test
  void shouldCountASeriesOnceWhenSeveralProcessesHaveIt() throws IOException {
    make(first, "jobs", 0, 3);
    make(second, "jobs", 2, 5);
    assertThat(lines()).containsExactly("tallystick_family_series{family=\"jobs\"} 5.0");
  }

  @Test
  void shouldCountOnWhenAProcessIsDead() throws IOException {
    make(first, "jobs", 0, 1);
    make(second, "jobs", 0, 3);
    second.close();
    assertThat(lines()).containsExactly("tallystick_family_series{family=\"jobs\"} 3.0");
  }

  @Test
  void shouldFollowWhenSeriesComeAndGo() throws IOException {
    Counter jobs = make(first, "jobs", 0, 3);
    assertThat(lines()).containsExactly("tallystick_family_series{family=\"jobs\"} 3.0");
    make(second, "others", 0, 4);
    assertThat(lines())
        .containsExactly(
            "tallystick_family_series{family=\"jobs\"} 3.0",
            "tallystick_family_series{family=\"others\"} 4.0");
    jobs.removeIf(values -> values.contains("0"));
    assertThat(lines())
        .containsExactly(
            "tallystick_family_series{family=\"jobs\"} 2.0",
            "tallystick_family_series{family=\"others\"} 4.0");
    jobs.clear();
    assertThat(lines()).containsExactly("tallystick_family_series{family=\"others\"} 4.0");
  }

  @Test
  void shouldShowTheTwentyGreatestWhenThereAreMore() throws IOException {
    for (int i = 1; i <= 22; i++) {
      make(first, "f" + i, 0, i);
    }
    assertThat(lines())
        .hasSize(20)
        .contains(
            "tallystick_family_series{family=\"f22\"} 22.0",
            "tallystick_family_series{family=\"f3\"} 3.0");
    assertThat(Verification.report(directory.path()).greatest())
        .hasSize(20)
        .startsWith(new FamilySize("f22", 22), new FamilySize("f21", 21))
        .endsWith(new FamilySize("f3", 3));
  }

  @Test
  void shouldShowNoneWhenNothingIsRegistered() throws IOException {
    assertThat(lines()).isEmpty();
    assertThat(Verification.report(directory.path()).greatest()).isEmpty();
  }

  private static Counter make(Tallystick tallystick, String name, int from, int to) {
    Counter counter = Counter.builder().name(name).labelNames("k").register(tallystick);
    for (int i = from; i < to; i++) {
      counter.labelValues(Integer.toString(i)).inc();
    }
    return counter;
  }

  private List<String> lines() throws IOException {
    return ExpositionText.of(first.scraper(), TextFormat.PROMETHEUS).stream()
        .filter(line -> line.startsWith("tallystick_family_series{"))
        .toList();
  }
}
