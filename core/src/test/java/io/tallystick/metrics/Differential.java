package io.tallystick.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.tallystick.Tallystick;
import io.tallystick.scrape.Scraper;
import io.tallystick.scrape.TextFormat;
import io.tallystick.testing.ExpositionText;
import io.tallystick.testing.TempDirectory;
import io.tallystick.testing.View;
import java.io.IOException;
import java.util.function.Consumer;

/**
 * Runs one program on client_java and here, and compares what a user sees of both.
 *
 * <p>It runs here twice: in a thread that owns a column, and in a process without such columns.
 */
final class Differential {
  /** Enough for a column, whichever turn of the agent sees them. */
  private static final int UPDATES_WORTH_A_COLUMN = 64;

  private Differential() {}

  /**
   * Asserts that client_java's text of its registry equals that of the directory, as the writing
   * process shows it, as another reader shows it, and when the process is dead.
   */
  static void assertSameExposition(Consumer<Library> program) throws IOException {
    PrometheusRegistry registry = new PrometheusRegistry();
    program.accept(new ClientJavaLibrary(registry));
    MetricSnapshots expected = registry.scrape();
    assertThat(ExpositionText.of(expected, TextFormat.PROMETHEUS))
        .as("a program that shows nothing compares nothing")
        .hasSizeGreaterThan(1);
    compareWithColumn(program, expected);
    compareWithoutColumn(program, expected);
  }

  private static void compareWithColumn(Consumer<Library> program, MetricSnapshots expected)
      throws IOException {
    try (TempDirectory directory = TempDirectory.create();
        Tallystick tallystick = Tallystick.open(directory.path())) {
      ownColumn(tallystick);
      program.accept(new TallystickLibrary(tallystick));
      compare(tallystick, expected, "own column");
    }
  }

  private static void compareWithoutColumn(Consumer<Library> program, MetricSnapshots expected)
      throws IOException {
    try (TempDirectory directory = TempDirectory.create();
        Tallystick tallystick =
            Tallystick.builder().directory(directory.path()).columns(0).open()) {
      program.accept(new TallystickLibrary(tallystick));
      compare(tallystick, expected, "shared column");
    }
  }

  /** Updates until this thread is granted a column of its own. */
  private static void ownColumn(Tallystick tallystick) {
    Counter counter = Counter.builder().name("tallystick_test_updates_total").register(tallystick);
    for (int i = 0; i < UPDATES_WORTH_A_COLUMN; i++) {
      counter.inc();
    }
    RegistrarAccess.turn(tallystick);
  }

  private static void compare(Tallystick tallystick, MetricSnapshots expected, String how)
      throws IOException {
    try (Scraper other = Scraper.open(tallystick.directory())) {
      assertShows(tallystick.scraper(), expected, how + ", in the writing process");
      assertShows(other, expected, how + ", in another reader");
      tallystick.close();
      assertShows(other, expected, how + ", in another reader when the process is dead");
    }
    try (Scraper late = Scraper.open(tallystick.directory())) {
      assertShows(late, expected, how + ", in a reader that never saw the process alive");
    }
  }

  private static void assertShows(Scraper scraper, MetricSnapshots expected, String where)
      throws IOException {
    for (View view : View.timeless()) {
      if (!view.canShow(expected)) {
        continue;
      }
      assertThat(view.of(scraper, ExpositionText::isApplications))
          .as("%s, %s", view, where)
          .isEqualTo(view.of(expected));
    }
  }

  /**
   * Asserts that a program fails on both with the same class and message, and leaves the same
   * behind.
   */
  static void assertSameFailure(Consumer<Library> program) throws IOException {
    PrometheusRegistry registry = new PrometheusRegistry();
    Throwable expected = catchThrowable(() -> program.accept(new ClientJavaLibrary(registry)));
    assertThat(expected).as("client_java accepts this").isNotNull();
    try (TempDirectory directory = TempDirectory.create();
        Tallystick tallystick = Tallystick.open(directory.path())) {
      Throwable ours = catchThrowable(() -> program.accept(new TallystickLibrary(tallystick)));
      assertThat(ours).as("client_java says: %s", expected).isNotNull();
      assertThat(ours.getClass()).isEqualTo(expected.getClass());
      assertThat(ours).hasMessage(expected.getMessage());
      assertShows(tallystick.scraper(), registry.scrape(), "after the failure");
    }
  }

  /** Asserts that what client_java takes, to fail at every scrape, is refused when it is done. */
  static void assertRefusedBeforeScrape(Consumer<Library> program, String message)
      throws IOException {
    PrometheusRegistry registry = new PrometheusRegistry();
    program.accept(new ClientJavaLibrary(registry));
    assertThat(catchThrowable(() -> ExpositionText.of(registry.scrape(), TextFormat.OPENMETRICS)))
        .as("client_java scrapes this")
        .isInstanceOf(RuntimeException.class);
    try (TempDirectory directory = TempDirectory.create();
        Tallystick tallystick = Tallystick.open(directory.path())) {
      assertThatThrownBy(() -> program.accept(new TallystickLibrary(tallystick)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(message);
      assertShows(tallystick.scraper(), new MetricSnapshots(), "after the refusal");
    }
  }
}
