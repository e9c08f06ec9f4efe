package io.tallystick.jmh.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tallystick.jmh.Contender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run beside a saved one. */
class BaselinesTest {
  private static final String PASS = "counter-plain-t1";
  private static final Set<String> PASSES = Set.of(PASS);
  private static final double THRESHOLD_PERCENT = 10;

  @TempDir private Path folder;
  private RawFiles raw;
  private Path saved;

  @BeforeEach
  void saveARun() throws IOException {
    raw = new RawFiles(folder);
    saved = folder.resolve("saved.json");
    measure(2, 4, 20);
    Baseline.save(saved, folder.resolve("raw"), PASSES);
  }

  @Test
  void shouldFindNoRegressionInTheRunThatWasSaved() throws IOException {
    assertThat(compare()).isZero();
    assertThat(comparison().rows()).hasSize(3).allMatch(row -> row.change() == 1);
  }

  @Test
  void shouldFailWhenTallystickIsSlowerByMoreThanTheThreshold() throws IOException {
    measure(2, 4.5, 20);

    assertThat(compare()).isEqualTo(1);
    assertThat(comparison().regressions())
        .singleElement()
        .satisfies(
            row -> {
              assertThat(row.now().score().contender()).isEqualTo(Contender.TALLYSTICK);
              assertThat(row.before()).isEqualTo(4);
              assertThat(row.besideFloor()).isCloseTo(1.125, within(1e-9));
            });
    assertThat(comparison().toString()).contains("+12.5 %  SLOWER");
  }

  @Test
  void shouldPassWhenTallystickIsSlowerByLessThanTheThreshold() throws IOException {
    measure(2, 4.3, 20);

    assertThat(compare()).isZero();
  }

  @Test
  void shouldTakeOutWhatTheMachineDidToTheFloor() throws IOException {
    measure(4, 8.1, 40);

    assertThat(compare()).isZero();
    assertThat(comparison().rows().get(1).besideFloor()).isCloseTo(1.0125, within(1e-9));
  }

  @Test
  void shouldFailWhenTallystickDidNotGetFasterWithTheMachine() throws IOException {
    measure(1, 4, 10);

    assertThat(compare()).isEqualTo(1);
  }

  @Test
  void shouldNotFailForAPeerThatIsSlower() throws IOException {
    measure(2, 4, 40);

    assertThat(compare()).isZero();
  }

  @Test
  void shouldTakeClientJavaForTheFloorWhereThereIsNone() throws IOException {
    raw.write(PASS, withoutFloor(4, 20), raw.info());
    Baseline.save(saved, folder.resolve("raw"), PASSES);
    raw.write(PASS, withoutFloor(8, 40), raw.info());

    assertThat(compare()).isZero();

    raw.write(PASS, withoutFloor(8, 20), raw.info());
    assertThat(compare()).isEqualTo(1);
  }

  @Test
  void shouldTakeALowerRateForSlower() throws IOException {
    raw.write(PASS, rates(1_000, 500), raw.info());
    Baseline.save(saved, folder.resolve("raw"), PASSES);
    raw.write(PASS, rates(1_000, 600), raw.info());

    assertThat(compare()).isZero();

    raw.write(PASS, rates(1_000, 400), raw.info());
    assertThat(compare()).isEqualTo(1);
  }

  @Test
  void shouldNotPassWhatThePassMeasuresNoMore() throws IOException {
    raw.write(
        PASS,
        raw.results(1, 1, "100 ms")
            .add("inc", Contender.BASELINE, 2)
            .add("inc", Contender.CLIENT_JAVA, 20),
        raw.info());

    assertThat(compare()).isEqualTo(2);
    assertThat(comparison().toString()).containsPattern(PASS + " +inc +Tallystick +NOT MEASURED");
  }

  @Test
  void shouldNotPassWhatHasNoIterations() throws IOException {
    raw.write(
        PASS,
        raw.results(1, 1, "100 ms")
            .add("inc", Contender.BASELINE, 2)
            .add("inc", Contender.TALLYSTICK),
        raw.info());

    assertThat(compare()).isEqualTo(1);
  }

  @Test
  void shouldNotCompareOtherThreadsOrPasses() throws IOException {
    raw.write(
        "counter-plain-t2",
        raw.results(2, 1, "1 s").add("inc", Contender.TALLYSTICK, 99),
        raw.info());

    assertThat(Baselines.compare(saved, 10, folder.resolve("raw"), Set.of("counter-plain-t2")))
        .isEqualTo(2);
  }

  @Test
  void shouldRefuseAFileThatIsNoBaseline() throws IOException {
    Files.writeString(saved, "{}");

    assertThatThrownBy(this::compare)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not a saved baseline");
  }

  @Test
  void shouldNotOverwriteABaselineWithNone() throws IOException {
    assertThatThrownBy(() -> Baseline.save(saved, folder.resolve("raw"), Set.of("growth-once")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no medians");

    assertThat(compare()).isZero();
  }

  private int compare() throws IOException {
    return Baselines.compare(saved, THRESHOLD_PERCENT, folder.resolve("raw"), PASSES);
  }

  private Comparison comparison() throws IOException {
    List<Baseline.Named> scores = Baseline.read(folder.resolve("raw"), PASSES);
    return new Comparison(Baseline.load(saved), scores, THRESHOLD_PERCENT);
  }

  private void measure(double floor, double tallystick, double clientJava) throws IOException {
    raw.write(
        PASS,
        raw.results(1, 1, "100 ms")
            .add("inc", Contender.BASELINE, floor)
            .add("inc", Contender.TALLYSTICK, tallystick)
            .add("inc", Contender.CLIENT_JAVA, clientJava),
        raw.info());
  }

  private RawFiles.Results withoutFloor(double tallystick, double clientJava) {
    return raw.results(1, 1, "100 ms")
        .add("inc", Contender.TALLYSTICK, tallystick)
        .add("inc", Contender.CLIENT_JAVA, clientJava);
  }

  private RawFiles.Results rates(double floor, double store) {
    return raw.results(1, 1, "100 ms")
        .inUnit("ops/s")
        .add("get", Contender.BASELINE, floor)
        .add("get", Contender.MEMORY_STORE, store);
  }
}
