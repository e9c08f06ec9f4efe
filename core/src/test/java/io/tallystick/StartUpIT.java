package io.tallystick;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tallystick.metrics.Counter;
import io.tallystick.testing.ChildJvm;
import io.tallystick.testing.TempDirectory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a fresh JVM loads until it has counted, where there is nobody else and nothing wrong. */
@Timeout(60)
final class StartUpIT {
  @Test
  void shouldLoadNothingThatItHasNoUseForWhenItOpensAndCounts() throws Exception {
    List<String> loaded = new ArrayList<>();
    try (TempDirectory directory = TempDirectory.create()) {
      assumeTrue(
          Files.getFileStore(directory.path()).type().equals("tmpfs"),
          "no shared memory here, of which a warning tells");
      ChildJvm.Builder builder =
          ChildJvm.of(CountingProcess.class)
              .option("-Xlog:class+load:stderr:none")
              .arguments(directory.path());
      try (ChildJvm child = builder.start()) {
        assertThat(child.waitFor()).as("%s", child.errors()).isZero();
        child.errors().lines().map(line -> line.split(" ", 2)[0]).forEach(loaded::add);
      }
    }

    assertThat(loaded)
        .contains("io.tallystick.Tallystick", "io.tallystick.metrics.Counter")
        .as("code that a JVM makes of a record's components")
        .doesNotContain("java.lang.runtime.ObjectMethods")
        .as("loggers")
        .doesNotContain("jdk.internal.logger.LazyLoggers")
        .as("providers of security")
        .doesNotContain("sun.security.jca.Providers")
        .as("what folds and scrapes")
        .doesNotContain("io.tallystick.merge.Merge", "io.tallystick.scrape.SelfMetrics");
  }

  /** A JVM that adds one to a counter, and ends without closing. */
  static final class CountingProcess {
    private CountingProcess() {}

    public static void main(String[] args) {
      Tallystick tallystick = Tallystick.open(Path.of(args[0]));
      Counter jobs = Counter.builder().name("started_total").labelNames("job").register(tallystick);
      jobs.labelValues("first").inc();
      Runtime.getRuntime().halt(0); // an exit would be logged
    }
  }
}
