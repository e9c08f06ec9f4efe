package io.tallystick.scrape;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.Tallystick;
import io.tallystick.metrics.Counter;
import io.tallystick.python.PythonFileName;
import io.tallystick.python.PythonLayout;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.GaugeMode;
import io.tallystick.testing.CapturedLog;
import io.tallystick.testing.DbBytes;
import io.tallystick.testing.Samples;
import io.tallystick.testing.Seed;
import io.tallystick.testing.TempDirectory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Python files with anything in them in a directory that is scraped. */
class MutatedPythonScrapeTest {
  private static final List<GaugeMode> MODES = List.of(GaugeMode.values());
  private static final List<PythonLayout> LAYOUTS = List.of(PythonLayout.values());
  private static final int SCRAPES = 1_500;
  private static final byte[] MARKS = {'[', ']', '{', '}', '"', ',', '\\', '0', 'e', '_', 0, -1};

  @Test
  void shouldKeepTheGoodValuesWhenPythonFilesAreMutated() throws Exception {
    long seed = Seed.next();
    SplittableRandom random = new SplittableRandom(seed);
    try (CapturedLog log = CapturedLog.open();
        TempDirectory directory = TempDirectory.create();
        Tallystick jvm = Tallystick.open(directory.path());
        Scraper scraper = Scraper.open(directory.path())) {
      Counter.builder().name("good").register(jvm).inc(3);
      double corrupt = 0;
      for (int i = 0; i < SCRAPES; i++) {
        write(directory.path(), random);

        var samples = Samples.of(scraper);
        scraper.snapshots();

        assertThat(samples).as(Seed.describe(seed)).containsEntry("good_total", 3.0);
        corrupt += samples.get("tallystick_corrupt_files");
      }
      assertThat(corrupt).isGreaterThan(SCRAPES / 10.0);
      assertThat(log.messages()).isNotEmpty();
    }
  }

  /** Replaces a file, or writes over one that the scraper knows. */
  private static void write(Path directory, SplittableRandom random) throws Exception {
    FamilyType[] types = {
      FamilyType.COUNTER, FamilyType.HISTOGRAM, FamilyType.SUMMARY, FamilyType.GAUGE
    };
    FamilyType type = types[random.nextInt(types.length)];
    GaugeMode mode =
        type == FamilyType.GAUGE ? MODES.get(random.nextInt(MODES.size())) : GaugeMode.ALL;
    String name = new PythonFileName(type, mode, "1").toString();
    DbBytes bytes = DbBytes.of(LAYOUTS.get(random.nextInt(LAYOUTS.size())));
    for (int i = random.nextInt(4); i >= 0; i--) {
      bytes.good(name, "family" + random.nextInt(3));
    }
    byte[] content = bytes.toArray();
    for (int i = random.nextInt(4); i > 0; i--) {
      int at = random.nextInt(4) == 0 ? random.nextInt(12) : random.nextInt(content.length);
      content[at] =
          random.nextBoolean() ? MARKS[random.nextInt(MARKS.length)] : (byte) random.nextInt();
    }
    Path file = directory.resolve(name);
    if (random.nextBoolean()) {
      Files.deleteIfExists(file);
    }
    Files.write(file, content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }
}
