package io.tallystick;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.tallystick.scrape.Scraper;
import io.tallystick.testing.Samples;
import io.tallystick.testing.TempDirectory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java in the README and in the guide, compiled; the README's is run as well. */
class ReadmeExampleTest {
  private static final Path README = Path.of("..", "README.md");
  private static final Path GUIDE = Path.of("..", "docs");
  private static final Pattern EXAMPLE = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final String WHOLE_FILE = "package ";
  private static final String IMPORTS =
      """
      import io.micrometer.prometheusmetrics.*;
      import io.prometheus.metrics.core.datapoints.*;
      import io.prometheus.metrics.instrumentation.jvm.*;
      import io.prometheus.metrics.model.registry.*;
      import io.tallystick.*;
      import io.tallystick.fleet.*;
      import io.tallystick.fallback.*;
      import io.tallystick.health.*;
      import io.tallystick.metrics.*;
      import io.tallystick.records.*;
      import io.tallystick.scrape.*;
      import io.tallystick.store.*;
      import java.nio.file.*;
      import java.time.*;
      import java.util.*;
      import java.util.concurrent.*;
      """;

  @TempDir private Path classes;

  @Test
  void shouldCountWhatTheReadmeCounts() throws Exception {
    List<String> examples = examplesOf(README);
    assertThat(examples).hasSize(1);
    try (TempDirectory directory = TempDirectory.create()) {
      compile("Readme", examples.get(0).replace("/dev/shm/shop", directory.path().toString()));
      run("Readme");
      try (Scraper scraper = Scraper.open(directory.path())) {
        assertThat(Samples.ofApplications(scraper))
            .containsExactly(entry("http_requests_total{path=\"/\",status=\"200\"}", 1.0));
      }
    }
  }

  @Test
  void shouldCompileEveryExampleOfTheGuide() throws IOException {
    int compiled = 0;
    try (Stream<Path> pages = Files.list(GUIDE)) {
      for (Path page : pages.filter(file -> file.toString().endsWith(".md")).toList()) {
        for (String example : examplesOf(page)) {
          if (!example.startsWith(WHOLE_FILE)) {
            compile("Guide" + compiled++, example);
          }
        }
      }
    }
    assertThat(compiled).isPositive();
  }

  @Test
  void shouldShowTheFilesOfTheStoreThatIsTestedWhenItSaysHowToWriteOne() throws IOException {
    Path sources = Path.of("src", "test", "java", "com", "example");
    List<String> files =
        List.of(
            Files.readString(sources.resolve("FileStoreTest.java")),
            Files.readString(sources.resolve("FileStore.java")));
    assertThat(examplesOf(GUIDE.resolve("writing-a-store.md"))).isEqualTo(files);
  }

  private static List<String> examplesOf(Path page) throws IOException {
    return EXAMPLE.matcher(Files.readString(page)).results().map(m -> m.group(1)).toList();
  }

  private void compile(String name, String statements) throws IOException {
    String main = "public static void main(String[] args) throws Exception {\n" + statements + "}";
    Path source = classes.resolve(name + ".java");
    Files.writeString(source, IMPORTS + "public class " + name + " {\n" + main + "\n}\n");
    ByteArrayOutputStream messages = new ByteArrayOutputStream();
    int result =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                messages,
                messages,
                "-proc:none",
                "-cp",
                System.getProperty("java.class.path"),
                "-d",
                classes.toString(),
                source.toString());
    assertThat(result).as(messages.toString(UTF_8)).isZero();
  }

  private void run(String name) throws Exception {
    URL[] path = {classes.toUri().toURL()};
    try (URLClassLoader loader = new URLClassLoader(path, getClass().getClassLoader())) {
      Object arguments = new String[0];
      loader.loadClass(name).getMethod("main", String[].class).invoke(null, arguments);
    }
  }
}
