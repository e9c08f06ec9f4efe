package io.tallystick.scrape;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.Tallystick;
import io.tallystick.merge.FamilySize;
import io.tallystick.merge.Merge;
import io.tallystick.merge.MergedFile;
import io.tallystick.merge.Source;
import io.tallystick.merge.Verification;
import io.tallystick.metrics.Counter;
import io.tallystick.shm.ProcessFile;
import io.tallystick.testing.ExpositionText;
import io.tallystick.testing.TempDirectory;
import java.io.IOException;
import java.time.Clock;
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
  void shouldKeepItsGaugesWhenFamiliesOnlyChangeRanks() throws IOException {
    Clock clock = Clock.systemUTC();
    ProcessFile file =
        ProcessFile.inHeap(new ProcessFile.Settings(0, 64, Long.MAX_VALUE, null, clock));
    ProcessFile.Family jobs = SelfMetrics.family(file, "jobs", "", "k");
    ProcessFile.Family others = SelfMetrics.family(file, "others", "", "k");
    file.addSeries(jobs, List.of("1"), 0);
    file.addSeries(others, List.of("1"), 0);
    file.addSeries(others, List.of("2"), 0);
    Merge merge = new Merge();
    Source source = new Source(file.readers().get(0), true);
    merge.add(source);
    GreatestFamilies greatest = new GreatestFamilies(clock);
    greatest.show(merge);
    List<MergedFile> before = List.copyOf(merge.sources());

    file.addSeries(jobs, List.of("2"), 0);
    file.addSeries(jobs, List.of("3"), 0);
    merge.poll(source);
    greatest.show(merge);
    assertThat(FamilySize.greatest(merge, 2)).startsWith(new FamilySize("jobs", 3));
    assertThat(merge.sources()).hasSize(2).isEqualTo(before);
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
