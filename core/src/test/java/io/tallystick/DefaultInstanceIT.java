package io.tallystick;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.metrics.Counter;
import io.tallystick.scrape.Scraper;
import io.tallystick.testing.ChildJvm;
import io.tallystick.testing.Samples;
import io.tallystick.testing.TempDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Where {@code register()} without argument counts, by a property and by the environment. */
@Timeout(60)
final class DefaultInstanceIT {
  private TempDirectory temporary;
  private Path directory;
  private Path other;

  @BeforeEach
  void createDirectory() throws IOException {
    temporary = TempDirectory.create();
    directory = temporary.path().resolve("tallies");
    other = temporary.path().resolve("other");
  }

  @AfterEach
  void deleteDirectory() throws IOException {
    temporary.close();
  }

  @Test
  void shouldCountInTheDirectoryOfThePropertyWhenThereIsOne() throws Exception {
    assertCountedIn(
        directory,
        child()
            .option("-Dtallystick.dir=" + directory)
            .environment("TALLYSTICK_DIR", other.toString())
            .environment("PROMETHEUS_MULTIPROC_DIR", other.toString()));
  }

  @Test
  void shouldCountInTheDirectoryOfOurVariableWhenThereIsNoProperty() throws Exception {
    assertCountedIn(
        directory,
        child()
            .environment("TALLYSTICK_DIR", directory.toString())
            .environment("PROMETHEUS_MULTIPROC_DIR", other.toString()));
  }

  @Test
  void shouldCountInTheDirectoryOfPythonsClientWhenNothingElseIsSet() throws Exception {
    assertCountedIn(
        directory, child().environment("PROMETHEUS_MULTIPROC_DIR", directory.toString()));
  }

  private static ChildJvm.Builder child() {
    return ChildJvm.of(RegisteringProcess.class);
  }

  private void assertCountedIn(Path expected, ChildJvm.Builder builder) throws Exception {
    try (ChildJvm child = builder.start()) {
      assertThat(child.readLine()).isEqualTo(expected.toString());
      assertThat(child.waitFor()).isZero();
      assertThat(child.errors()).isEmpty();
    }
    try (Scraper scraper = Scraper.open(expected)) {
      assertThat(Samples.ofApplications(scraper)).isEqualTo(Map.of("jobs_total", 4.0));
    }
    assertThat(other).doesNotExist();
  }

  /** A JVM that registers without saying where, and ends without a farewell. */
  static final class RegisteringProcess {
    private RegisteringProcess() {}

    public static void main(String[] args) {
      Counter.builder().name("jobs_total").register().inc(4);
      System.out.println(Tallystick.defaultInstance().directory());
    }
  }
}
