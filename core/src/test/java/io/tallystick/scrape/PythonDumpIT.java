package io.tallystick.scrape;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.Tallystick;
import io.tallystick.python.PythonFileWriter;
import io.tallystick.python.PythonLayout;
import io.tallystick.testing.EveryType;
import io.tallystick.testing.PythonClient;
import io.tallystick.testing.Samples;
import io.tallystick.testing.TempDirectory;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A directory that was written as client_python's files, in client_python's own collector. */
class PythonDumpIT {
  @Test
  void shouldShowInClientPythonWhatOurTextShowsWhenADirectoryIsDumped() throws Exception {
    PythonClient client = PythonClient.orSkip();
    try (TempDirectory directory = TempDirectory.create();
        TempDirectory target = TempDirectory.create();
        Tallystick tallystick = Tallystick.open(directory.path());
        Scraper scraper = Scraper.open(directory.path())) {
      EveryType.fill(tallystick, "");
      PythonLayout layout = PythonLayout.valueOf(client.run("facts.py", "").get(0));
      PythonFileWriter writer = PythonFileWriter.create(target.path(), "1", layout);

      scraper.write(writer, NameFilter.ALL);
      writer.commit();

      String text = Samples.text(scraper, TextFormat.PROMETHEUS);
      assertThat(lines(client.run("samples.py", "", target.path())))
          .isEqualTo(withoutQuantiles(lines(client.run("samples.py", text))))
          .hasSizeGreaterThan(45);
    }
  }

  /** client_python's files have no place for quantiles. */
  private static List<String> withoutQuantiles(List<String> lines) {
    List<String> others = lines.stream().filter(line -> !line.contains("\"quantile\":")).toList();
    assertThat(others).hasSizeLessThan(lines.size());
    return others;
  }

  /** Without what a scraper says of itself, which differs from scrape to scrape. */
  private static List<String> lines(List<String> lines) {
    return lines.stream().filter(line -> !line.contains("\"tallystick_")).sorted().toList();
  }
}
