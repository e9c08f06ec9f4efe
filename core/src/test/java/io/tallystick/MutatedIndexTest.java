package io.tallystick;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.merge.Verification;
import io.tallystick.metrics.Counter;
import io.tallystick.scrape.Scraper;
import io.tallystick.testing.CapturedLog;
import io.tallystick.testing.Samples;
import io.tallystick.testing.Seed;
import io.tallystick.testing.TempDirectory;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An index that anything may have written. */
@Timeout(120)
class MutatedIndexTest {
  private static final int MUTATIONS = 300;
  private static final int SERIES = 40;

  private TempDirectory temporary;
  private Path directory;
  private Path index;
  private CapturedLog log;

  @BeforeEach
  void create() throws IOException {
    temporary = TempDirectory.create();
    directory = temporary.path();
    index = directory.resolve("series.index");
    log = CapturedLog.open();
  }

  @AfterEach
  void delete() throws IOException {
    log.close();
    temporary.close();
  }

  @Test
  void shouldCountEverythingWhenTheIndexIsChangedBeforeItIsOpened() throws Exception {
    long seed = Seed.next();
    Random random = new Random(seed);
    for (int i = 0; i < MUTATIONS; i++) {
      try (Tallystick tallystick = open()) {
        count(counter(tallystick), 0);
      }
      mutate(random);
      Object unused = Verification.verify(directory);
      try (Tallystick tallystick = open()) {
        count(counter(tallystick), SERIES / 2);
      }
      assertThat(total()).as(Seed.describe(seed)).isEqualTo((i + 1) * 2.0 * SERIES);
    }
  }

  @Test
  void shouldCountEverythingWhenTheIndexIsChangedWhileItIsUsed() throws Exception {
    long seed = Seed.next();
    Random random = new Random(seed);
    for (int i = 0; i < MUTATIONS; i++) {
      try (Tallystick tallystick = open();
          Tallystick other = open()) {
        Counter counter = counter(tallystick);
        count(counter, 0);
        mutate(random);
        count(counter, SERIES / 2);
        count(counter(other), SERIES);
      }
      assertThat(total()).as(Seed.describe(seed)).isEqualTo((i + 1) * 3.0 * SERIES);
    }
  }

  @Test
  void shouldCountEverythingWhenTheIndexIsCutWhileItIsUsed() throws Exception {
    for (int length : new int[] {0, 1, 64, 100, 4096, 20_000}) {
      try (Tallystick tallystick = open();
          Tallystick other = open()) {
        Counter counter = counter(tallystick);
        count(counter, 0);
        try (RandomAccessFile file = new RandomAccessFile(index.toFile(), "rw")) {
          file.setLength(length);
        }
        count(counter, SERIES);
        count(counter(other), 2 * SERIES);
      }
    }
    assertThat(total()).isEqualTo(6 * 3.0 * SERIES);
  }

  private Tallystick open() {
    return Tallystick.builder()
        .directory(directory)
        .maxSeriesPerMetric(2 * SERIES)
        .maxSeriesPerDirectory(100 * SERIES)
        .open();
  }

  private static Counter counter(Tallystick tallystick) {
    return Counter.builder().name("x").labelNames("a").register(tallystick);
  }

  private static void count(Counter counter, int from) {
    for (int i = from; i < from + SERIES; i++) {
      counter.labelValues("" + i).inc();
    }
  }

  /** Changes the header mostly, sometimes many words, sometimes all to the same. */
  private void mutate(Random random) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(index.toFile(), "rw")) {
      int words = (int) (file.length() / 8);
      int changes = random.nextInt(4) == 0 ? words / 2 : 1 + random.nextInt(8);
      boolean inHeader = random.nextBoolean();
      long same = random.nextInt(3) - 1L;
      boolean isSame = random.nextBoolean();
      for (int i = 0; i < changes; i++) {
        file.seek(8L * random.nextInt(inHeader && changes < 10 ? 32 : words));
        file.writeLong(isSame ? same : random.nextLong() >> random.nextInt(64));
      }
    }
  }

  private double total() throws IOException {
    try (Scraper scraper = Scraper.open(directory)) {
      return Samples.ofApplications(scraper).values().stream()
          .mapToDouble(Double::doubleValue)
          .sum();
    }
  }
}
