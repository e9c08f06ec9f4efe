package io.tallystick.jmh.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.jmh.Contender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ratios of the fastest iterations, and their bounds. */
class RatiosTest {
  @TempDir private Path folder;
  private RawFiles raw;
  private Path bounds;
  private final List<Path> rounds = new ArrayList<>();

  @BeforeEach
  void writeABound() throws IOException {
    raw = new RawFiles(folder);
    bounds = folder.resolve("bounds.txt");
    Files.writeString(bounds, "# why\n\nSomeBenchmark.inc  TALLYSTICK  CLIENT_JAVA  0.5\n");
  }

  @Test
  void shouldPassWhereTheRatioIsUpTo30PercentAboveItsBound() throws IOException {
    round(6.4, 10);

    assertThat(Ratios.check(bounds, rounds)).isZero();
  }

  @Test
  void shouldFailWhereTheRatioIsMoreThan30PercentAboveItsBound() throws IOException {
    round(6.6, 10);

    assertThat(Ratios.check(bounds, rounds)).isEqualTo(1);
  }

  @Test
  void shouldPassOnAMachineOfAnotherSpeed() throws IOException {
    round(5_000, 10_000);

    assertThat(Ratios.check(bounds, rounds)).isZero();
  }

  @Test
  void shouldTakeTheFastestIteration() throws IOException {
    write(
        raw.results(1, 1, "1 s")
            .add("inc", Contender.TALLYSTICK, 900, 5, 800)
            .add("inc", Contender.CLIENT_JAVA, 10, 11, 12));

    assertThat(Ratios.check(bounds, rounds)).isZero();
  }

  @Test
  void shouldPassWhereOneRoundWasLeftInPeace() throws IOException {
    round(99, 10);
    round(5, 40);
    round(99, 99);

    assertThat(Ratios.check(bounds, rounds)).isZero();
  }

  @Test
  void shouldFailWhereAllRoundsAreSlower() throws IOException {
    round(9, 10);
    round(8, 12);

    assertThat(Ratios.check(bounds, rounds)).isEqualTo(1);
  }

  @Test
  void shouldPassWhereAtomicInstructionsCostLessBesideThePeerButNotBesideTheFloor()
      throws IOException {
    Files.writeString(bounds, "SomeBenchmark.inc  TALLYSTICK  CLIENT_JAVA  0.5  BASELINE  1.5\n");
    write(
        raw.results(1, 1, "1 s")
            .add("inc", Contender.TALLYSTICK, 8)
            .add("inc", Contender.CLIENT_JAVA, 10)
            .add("inc", Contender.BASELINE, 5));

    assertThat(Ratios.check(bounds, rounds)).isZero();
  }

  @Test
  void shouldFailWhereItIsSlowerBesideAll() throws IOException {
    Files.writeString(bounds, "SomeBenchmark.inc  TALLYSTICK  CLIENT_JAVA  0.5  BASELINE  1.5\n");
    write(
        raw.results(1, 1, "1 s")
            .add("inc", Contender.TALLYSTICK, 10)
            .add("inc", Contender.CLIENT_JAVA, 10)
            .add("inc", Contender.BASELINE, 5));

    assertThat(Ratios.check(bounds, rounds)).isEqualTo(1);
  }

  @Test
  void shouldNotPassWhereOneOfTheOthersWasNotMeasured() throws IOException {
    Files.writeString(bounds, "SomeBenchmark.inc  TALLYSTICK  CLIENT_JAVA  0.5  BASELINE  1.5\n");
    round(1, 10);

    assertThat(Ratios.check(bounds, rounds)).isEqualTo(2);
  }

  @Test
  void shouldNotPassWhereAContenderWasNotMeasured() throws IOException {
    write(raw.results(1, 1, "1 s").add("inc", Contender.TALLYSTICK, 5));

    assertThat(Ratios.check(bounds, rounds)).isEqualTo(2);
  }

  @Test
  void shouldNotPassWhereAResultHasNoIterations() throws IOException {
    write(
        raw.results(1, 1, "1 s")
            .add("inc", Contender.TALLYSTICK)
            .add("inc", Contender.CLIENT_JAVA, 10));

    assertThat(Ratios.check(bounds, rounds)).isEqualTo(2);
  }

  @Test
  void shouldNotPassWhereThereIsNoBound() throws IOException {
    round(5, 10);
    Files.writeString(bounds, "# SomeBenchmark.inc  TALLYSTICK  CLIENT_JAVA  0.5\n");

    assertThat(Ratios.check(bounds, rounds)).isEqualTo(2);
  }

  @Test
  void shouldRefuseALineThatIsNoBound() throws IOException {
    round(5, 10);
    Files.writeString(bounds, "SomeBenchmark.inc TALLYSTICK 0.5\n");

    assertThatThrownBy(() -> Ratios.check(bounds, rounds))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("SomeBenchmark.inc TALLYSTICK 0.5");
  }

  private void round(double tallystick, double clientJava) throws IOException {
    write(
        raw.results(1, 1, "1 s")
            .add("inc", Contender.TALLYSTICK, tallystick)
            .add("inc", Contender.CLIENT_JAVA, clientJava));
  }

  private void write(RawFiles.Results results) throws IOException {
    String name = "round-" + rounds.size();
    raw.write(name, results, raw.info());
    rounds.add(folder.resolve("raw").resolve(name + ".json"));
  }
}
