package io.tallystick.scrape;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.testing.PythonClient;
import io.tallystick.testing.Samples;
import io.tallystick.testing.TempDirectory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Processes of the real client_python in a directory, and what both scrapers show of them. */
class PythonScrapeIT {
  private static final int PROCESSES = 3;

  @Test
  void shouldShowWhatClientPythonShowsWhenItsProcessesCountEndAndDie() throws Exception {
    PythonClient client = PythonClient.orSkip();
    List<PythonClient.Counting> children = new ArrayList<>();
    try (TempDirectory directory = TempDirectory.create();
        Scraper scraper = Scraper.open(directory.path())) {
      for (int i = 0; i < PROCESSES; i++) {
        children.add(client.start("count.py", directory.path(), i, 40));
      }
      for (int round = 0; round < 3; round++) {
        for (PythonClient.Counting child : children) {
          child.count();
        }
        assertSame(client, directory.path(), scraper);
      }
      children.get(0).end();
      assertSame(client, directory.path(), scraper);

      client.run("mark_dead.py", "", children.get(0).pid(), directory.path());

      assertSame(client, directory.path(), scraper);
    } finally {
      children.forEach(PythonClient.Counting::close);
    }
  }

  private static void assertSame(PythonClient client, Path directory, Scraper scraper)
      throws Exception {
    String ours = Samples.text(scraper, TextFormat.PROMETHEUS);

    assertThat(ours).contains("tallystick_corrupt_files 0.0\n");
    assertThat(lines(client.run("samples.py", ours)))
        .isEqualTo(lines(client.run("samples.py", "", directory)))
        .hasSizeGreaterThan(300);
  }

  private static List<String> lines(List<String> lines) {
    return lines.stream().filter(line -> !line.contains("\"tallystick_")).sorted().toList();
  }
}
