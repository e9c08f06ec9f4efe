package io.tallystick.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.Tallystick;
import io.tallystick.metrics.Counter;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DumpTextTest {
  private static final String STARTS_WITH =
      "io.prometheus.exporter.filter.metric_name_must_start_with";

  @TempDir(factory = PrivateDirectory.class)
  Path directory;

  @BeforeEach
  void count() {
    try (Tallystick tallystick = Tallystick.open(directory)) {
      Counter.builder().name("runs_total").register(tallystick).inc(3);
      Counter.builder().name("cache.hits").register(tallystick).inc(2);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"runs", "runs_total"})
  void shouldDumpOneMetricWhenOneIsNamed(String name) {
    assertThat(dump("--name", name).out()).isEqualTo("# TYPE runs_total counter\nruns_total 3.0\n");
  }

  @Test
  void shouldDumpTwoMetricsWhenTwoAreNamed() {
    assertThat(dump("--name", "runs", "--name", "cache_hits").out())
        .isEqualTo(
            """
            # TYPE cache_hits_total counter
            cache_hits_total 2.0
            # TYPE runs_total counter
            runs_total 3.0
            """);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "underscores | cache_hits_total 2.0",
        "dots | cache_dot_hits_total 2.0",
        "values | U__cache_2e_hits_total 2.0",
        "allow-utf-8 | {\"cache.hits_total\"} 2.0"
      })
  void shouldEscapeNamesAsItIsTold(String escaping, String line) {
    assertThat(dump("--name", "cache_hits", "--escaping", escaping).out().lines()).contains(line);
  }

  @Test
  void shouldDumpWhatClientJavasFilterPropertiesLetThrough() {
    System.setProperty(STARTS_WITH, "run");
    try {
      assertThat(dump().out()).isEqualTo("# TYPE runs_total counter\nruns_total 3.0\n");
    } finally {
      System.clearProperty(STARTS_WITH);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "text | xml | unknown escaping: escaping=xml; use one of",
        "json | dots | format has names as they are: format=json"
      })
  void shouldExitTwoWhenTheEscapingCannotBe(String format, String escaping, String expected) {
    CommandRun run = dump("--format", format, "--escaping", escaping);

    assertThat(run.exit()).isEqualTo(Exit.USAGE);
    assertThat(run.err()).contains(expected).hasLineCount(1);
  }

  private CommandRun dump(String... options) {
    String[] line = new String[options.length + 3];
    line[0] = "dump";
    line[1] = "--dir";
    line[2] = directory.toString();
    System.arraycopy(options, 0, line, 3, options.length);
    return CommandRun.of(line);
  }
}
