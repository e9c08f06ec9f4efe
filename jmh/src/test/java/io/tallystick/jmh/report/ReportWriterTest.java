package io.tallystick.jmh.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tallystick.jmh.Contender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pages from raw files. */
class ReportWriterTest {
  @TempDir Path folder;
  private RawFiles raw;

  @BeforeEach
  void openRawFolder() throws IOException {
    raw = new RawFiles(folder);
  }

  @Test
  void shouldShowTheMedianOfAllIterationsWithTheExtremes() throws IOException {
    raw.write(
        "counter-plain-t1",
        raw.results(1, 1, "100 ms").add("inc", Contender.TALLYSTICK, 4, 900, 2, 3, 1),
        raw.info());

    assertThat(cells("counter.md", "inc", "Tallystick"))
        .containsExactly("inc", "Tallystick", "1", "3.00", "–", "–", "1.00", "900", "–");
  }

  @Test
  void shouldSetEachFigureBesideItsRatiosToClientJavaAndTheFloor() throws IOException {
    raw.write("counter-plain-t1", peers(1, 1), raw.info());

    assertThat(ratios("counter.md", "inc", "floor")).containsExactly("2.00", "10.0", "1.00");
    assertThat(ratios("counter.md", "inc", "Tallystick")).containsExactly("4.00", "5.00", "2.00");
    assertThat(ratios("counter.md", "inc", "client_java")).containsExactly("20.0", "1.00", "10.0");
    assertThat(ratios("counter.md", "inc", "Micrometer")).containsExactly("40.0", "0.50", "20.0");
  }

  @Test
  void shouldCompareOnlyWithinOnePass() throws IOException {
    raw.write("counter-plain-t1", peers(1, 1), raw.info());
    raw.write("counter-plain-t2", peers(2, 10), raw.info());

    assertThat(lines("counter.md"))
        .contains("| inc | Tallystick | 2 | 40.0 | 5.00 | 2.00 | 40.0 | 40.0 | – |");
  }

  @Test
  void shouldSummarizeTallystickAndAllPeersInTheIndex() throws IOException {
    raw.write("counter-plain-t1", peers(1, 1), raw.info());
    raw.write(
        "counter-unsafe-t1",
        raw.results(1, 1, "100 ms").add("inc", Contender.TALLYSTICK, 77),
        raw.info());

    assertThat(lines("README.md"))
        .contains(
            "| [Counters](counter.md) | inc | 1 | ns | 4.00 | 5.00 | 2.00 | 2.00 | 20.0 | 40.0"
                + " | 60.0 |")
        .noneMatch(line -> line.contains("77.0"));
  }

  @Test
  void shouldSayOnEachPageWhatItsFiguresComeFrom() throws IOException {
    raw.write("counter-plain-t1", peers(1, 1), raw.info());
    Figures figures = new Figures();
    figures.put("retireSeconds", 1.5);
    raw.writeFigures("dead-processes-once", figures, raw.info());

    for (String page : List.of("README.md", "counter.md", "dead-processes.md")) {
      assertThat(lines(page))
          .as(page)
          .contains(
              "| command | `jmh/run --quick` |",
              "| commit | `0123456789ab` |",
              "| CPU | Abacus 3000 |",
              "| cores | 2 |",
              "| memory | 24 GiB |",
              "| OS | Linux 6.1 |",
              "| JVM | Test VM 17.0.1 |",
              "| versions | agrona 2.6.0 |",
              "| date | 2001-02-03 |");
    }
  }

  @Test
  void shouldSayOfEachPassHowItWasMeasured() throws IOException {
    raw.write("counter-plain-t1", peers(1, 1), raw.info());
    ObjectNode later = raw.info();
    later.put("commit", "fedcba987654");
    later.put("date", "2001-03-04T04:05:06Z");
    later.put("jvm", "Test VM 25");
    raw.write(
        "counter-virtual-t4",
        raw.results(4, 3, "1 s", "-Da=1", "-Db=2").add("inc", Contender.TALLYSTICK, 1, 2, 3),
        later);

    assertThat(lines("counter.md"))
        .contains(
            "| plain-t1 | 1 | 1 × (2 × 200 ms warm-up + 1 × 100 ms) | Test VM 17.0.1 | none"
                + " | `0123456789ab` | 2001-02-03 |",
            "| virtual-t4 | 4 | 3 × (2 × 200 ms warm-up + 3 × 1 s) | Test VM 25 | `-Da=1 -Db=2`"
                + " | `fedcba987654` | 2001-03-04 |");
  }

  @Test
  void shouldNameThePassesOfEachValueWhereTheyDiffer() throws IOException {
    raw.write("counter-plain-t1", peers(1, 1), raw.info());
    raw.write("counter-plain-t2", peers(2, 1), raw.info());
    ObjectNode other = raw.info();
    other.put("commit", "fedcba987654");
    raw.write("gauge-plain-t1", peers(1, 1), other);
    raw.write("counter-virtual-t1", peers(1, 1), other);

    assertThat(lines("counter.md"))
        .contains("| commit | `0123456789ab` (plain-t1, plain-t2); `fedcba987654` (virtual-t1) |");
    assertThat(lines("README.md"))
        .contains("| commit | `0123456789ab` (counter); `fedcba987654` (gauge) |");
  }

  @Test
  void shouldSayOfResultsInOnePassWhereTheirSettingsDiffer() throws IOException {
    raw.write(
        "counter-plain-t1",
        raw.results(1, 1, "100 ms")
            .add("inc", Contender.BASELINE, 1, 2)
            .add("inc", Contender.TALLYSTICK, 1, 2, 3),
        raw.info());

    assertThat(lines("counter.md"))
        .contains("| settings | 1 × (2 × 200 ms warm-up + 2 × 100 ms or 3 × 100 ms) |");
  }

  @Test
  void shouldTakeTheGreaterOfTwoRatesForTheFaster() throws IOException {
    raw.write(
        "store-plain-t1",
        raw.results(1, 1, "100 ms")
            .inUnit("ops/s")
            .add("get", Contender.BASELINE, 4_000)
            .add("get", Contender.CLIENT_JAVA, 500)
            .add("get", Contender.SQLITE_STORE, 1_000),
        raw.info());

    assertThat(ratios("store.md", "get", "SQLite")).containsExactly("1,000", "2.00", "4.00");
  }

  @Test
  void shouldSayInTheIndexWhereAPeerDoesBetterAndWhy() throws IOException {
    raw.write(
        "gauge-plain-t2",
        raw.results(2, 1, "100 ms")
            .add("inc", Contender.BASELINE, 1)
            .add("inc", Contender.TALLYSTICK, 29, 30, 31)
            .add("inc", Contender.CLIENT_JAVA, 40)
            .add("inc", Contender.OPENTELEMETRY_BOUND, 28, 29.5)
            .add("inc", Contender.MICROMETER, 15),
        raw.info());

    assertThat(lines("README.md"))
        .contains(
            "| [Gauges](gauge.md) | plain-t2 | inc | Micrometer | 15.0 ns | 30.0 ns | 2.00 | apart"
                + " |",
            "| [Gauges](gauge.md) | plain-t2 | inc | OpenTelemetry, bound | 28.8 ns | 30.0 ns"
                + " | 1.04 | overlap |")
        .noneMatch(line -> line.contains("plain-t2 | inc | client_java"))
        .noneMatch(line -> line.contains("plain-t2 | inc | floor"))
        .anyMatch(line -> line.startsWith("*Gauges*: "));
  }

  @Test
  void shouldShowRowsOfAProgramAsATable() throws IOException {
    Rows rows = new Rows();
    rows.add().put("operation", "inc").put("p50Ns", 30L);
    rows.add().put("operation", "observe").put("p50Ns", 40L).put("heapBytes", 1.5);
    raw.writeRows("latency-once", rows, raw.info());

    assertThat(lines("latency.md"))
        .contains(
            "| operation | p 50 ns | heap bytes |",
            "|---|---:|---:|",
            "| inc | 30 | – |",
            "| observe | 40 | 1.50 |");
  }

  @Test
  void shouldGoOnSayingOfAResultWhatWasSaidWhenItWasMeasured() throws IOException {
    raw.write("counter-plain-t1", peers(1, 1), raw.info().put("note", "As it was then."));

    assertThat(lines("counter.md")).contains(Topic.COUNTER.question() + " As it was then.");
  }

  @Test
  void shouldSayOfAResultWithoutANoteWhatIsSaidOfItsTopicNow() throws IOException {
    raw.write("counter-plain-t1", peers(1, 1), raw.info().put("note", "As it was then."));
    raw.write("counter-plain-t2", peers(2, 1), raw.info());

    assertThat(lines("counter.md"))
        .contains(
            Topic.COUNTER.question()
                + " As it was then. (plain-t1); "
                + Topic.COUNTER.note()
                + " (plain-t2)");
  }

  @Test
  void shouldSayHowContendersWereSetUpWhereTheResultHasIt() throws IOException {
    ObjectNode info = raw.info();
    info.putObject("contenders").put("client_java", "exemplars on").put("Micrometer", "as it is");
    raw.write("counter-plain-t1", peers(1, 1), info);
    ObjectNode later = raw.info();
    later.putObject("contenders").put("client_java", "exemplars off").put("Micrometer", "as it is");
    raw.write("gauge-plain-t1", peers(1, 1), later);
    raw.write("summary-plain-t1", peers(1, 1), raw.info());

    assertThat(lines("counter.md"))
        .contains("| client_java | exemplars on |", "| Micrometer | as it is |")
        .noneMatch(line -> line.startsWith("| floor | "));
    assertThat(lines("README.md"))
        .contains(
            "| client_java | exemplars on (counter); exemplars off (gauge); unknown (summary) |",
            "| Micrometer | as it is (counter, gauge); unknown (summary) |");
    assertThat(lines("summary.md")).doesNotContain("| contender | set up |");
  }

  @Test
  void shouldRefuseAResultWithoutWhatItRanOn() throws IOException {
    raw.write("counter-plain-t1", peers(1, 1), raw.info());
    raw.deleteInfo("counter-plain-t1");

    assertThatThrownBy(() -> ReportWriter.write(folder))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("counter-plain-t1.json");
  }

  @Test
  void shouldWriteNoPageWhereOneOfTheResultsCannotBeRead() throws IOException {
    raw.write("counter-plain-t1", peers(1, 1), raw.info());
    raw.write("store-plain-t1", peers(1, 1), raw.info());
    Files.writeString(folder.resolve("raw/store-plain-t1.json"), "[{\"benchmark\": ");

    assertThatThrownBy(() -> ReportWriter.write(folder)).isInstanceOf(IOException.class);
    assertThat(folder.resolve("counter.md")).doesNotExist();
  }

  @Test
  void shouldDeleteThePageOfATopicWhoseResultsHaveGone() throws IOException {
    raw.write("counter-plain-t1", peers(1, 1), raw.info());
    raw.write("gauge-plain-t1", peers(1, 1), raw.info());
    ReportWriter.write(folder);
    raw.delete("gauge-plain-t1");

    assertThat(lines("README.md")).noneMatch(line -> line.contains("gauge.md"));
    assertThat(folder.resolve("gauge.md")).doesNotExist();
    assertThat(folder.resolve("counter.md")).exists();
  }

  /** Floor 2, Tallystick 4, client_java 20, Micrometer 40, OpenTelemetry 60, times a factor. */
  private RawFiles.Results peers(int threads, double factor) {
    return raw.results(threads, 1, "100 ms")
        .add("inc", Contender.MICROMETER, 40 * factor)
        .add("inc", Contender.CLIENT_JAVA, 20 * factor)
        .add("inc", Contender.TALLYSTICK, 4 * factor)
        .add("inc", Contender.OPENTELEMETRY_BOUND, 60 * factor)
        .add("inc", Contender.BASELINE, 2 * factor);
  }

  /** Writes the pages and reads one. */
  private List<String> lines(String page) throws IOException {
    ReportWriter.write(folder);
    return Files.readAllLines(folder.resolve(page));
  }

  private List<String> cells(String page, String benchmark, String contender) throws IOException {
    String start = "| " + benchmark + " | " + contender + " |";
    String row =
        lines(page).stream().filter(line -> line.startsWith(start)).findFirst().orElseThrow();
    return List.of(row.substring(2, row.length() - 2).split(" \\| "));
  }

  /** The median and what stands right beside it. */
  private List<String> ratios(String page, String benchmark, String contender) throws IOException {
    return cells(page, benchmark, contender).subList(3, 6);
  }
}
