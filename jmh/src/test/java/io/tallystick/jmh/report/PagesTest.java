package io.tallystick.jmh.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pages and the README as they are kept, beside what the raw files give. */
class PagesTest {
  private static final Path README = Path.of("..", "README.md");
  private static final Path MEASURE = Path.of("run");
  private static final Path PAGES = Path.of("..", "docs", "benchmarks");

  @TempDir private Path folder;

  @Test
  void shouldBeWhatIsWrittenFromTheRawFiles() throws IOException {
    copyRawFiles();
    ReportWriter.write(folder);

    for (Path page : files(folder)) {
      Path kept = PAGES.resolve(folder.relativize(page));
      assertThat(kept)
          .as("written again by any jmh/run: page=%s", kept)
          .hasSameTextualContentAs(page);
    }
    assertThat(files(PAGES).stream().map(PAGES::relativize))
        .as("pages without raw files")
        .containsExactlyInAnyOrderElementsOf(
            files(folder).stream().map(folder::relativize).toList());
  }

  @Test
  void shouldHaveAPageForEachTopicThatCanBeMeasured() throws IOException {
    Matcher topics = Pattern.compile("\\ntopics=\\(([^)]*)\\)").matcher(Files.readString(MEASURE));
    assertThat(topics.find()).isTrue();
    assertThat(topics.group(1).split("\\s+"))
        .containsExactlyInAnyOrder(
            Arrays.stream(Topic.values()).map(Topic::slug).toArray(String[]::new));
  }

  @Test
  void shouldQuoteInTheReadmeWhatIsInTheRawFiles() throws IOException {
    String readme = Files.readString(README);

    assertThat(Quotation.into(readme, Pass.readAll(PAGES.resolve("raw"))))
        .as("written again by any jmh/run")
        .isEqualTo(readme)
        .isNotEqualTo(Quotation.without(readme));
  }

  private void copyRawFiles() throws IOException {
    Path raw = Files.createDirectory(folder.resolve("raw"));
    for (Path file : files(PAGES.resolve("raw"))) {
      Files.copy(file, raw.resolve(file.getFileName()));
    }
  }

  private static List<Path> files(Path root) throws IOException {
    try (Stream<Path> paths = Files.walk(root)) {
      return paths.filter(Files::isRegularFile).toList();
    }
  }
}
