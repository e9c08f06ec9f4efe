package io.tallystick;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.merge.Verification;
import io.tallystick.metrics.Counter;
import io.tallystick.testing.CapturedLog;
import io.tallystick.testing.CrashingFileSystem;
import io.tallystick.testing.Samples;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The file that counts the series of a directory: made, replaced, damaged, or not to be had. */
@Timeout(120)
class SeriesIndexTest {
  private LimitedDirectory directory;

  @BeforeEach
  void create() throws IOException {
    directory = new LimitedDirectory();
  }

  @AfterEach
  void delete() throws IOException {
    directory.close();
  }

  @Test
  void shouldCountWhatTheFilesHaveWhenThereIsNoIndex() throws IOException {
    Tallystick closed = directory.open();
    LimitedDirectory.count(LimitedDirectory.counter(closed), 0, 4);
    closed.close();
    Tallystick live = directory.open();
    Counter counter = LimitedDirectory.counter(live);
    LimitedDirectory.count(counter, 2, 8);
    counter.remove("7");
    Files.delete(directory.path().resolve("series.index"));
    LimitedDirectory.count(LimitedDirectory.counter(directory.open()), 10, 20);
    assertThat(directory.series())
        .hasSize(LimitedDirectory.MOST + 1)
        .containsAll(LimitedDirectory.named(10, 13, LimitedDirectory.OVERFLOW));
  }

  @Test
  void shouldCountAgainWhatWasCountedByAProcessThatIsGoneWhenItMadeNoSeries() throws Exception {
    Counter counter = LimitedDirectory.counter(directory.open());
    LimitedDirectory.count(counter, 0, 5);
    directory.patch(192, 10); // as if others had been killed before their series took a slot
    directory.patchFamilyCount(10);
    LimitedDirectory.count(counter, 5, 6);
    assertThat(directory.series())
        .isEqualTo(LimitedDirectory.named(0, 5, LimitedDirectory.OVERFLOW));
    directory.awaitRoom(counter, "5");
    LimitedDirectory.count(counter, 0, 20);
    assertThat(directory.series())
        .isEqualTo(LimitedDirectory.named(0, 10, LimitedDirectory.OVERFLOW));
  }

  @Test
  void shouldGrowWhenThereAreMoreSeriesThanTheFirstTableHasRoomFor() throws IOException {
    long length = 0;
    Counter counter = LimitedDirectory.counter(directory.open(20_000, 100_000));
    Counter other = LimitedDirectory.counter(directory.open(20_000, 100_000));
    for (int i = 0; i < 21_000; i++) {
      (i % 3 == 0 ? other : counter).labelValues("" + i).inc();
      if (i == 0) {
        length = Files.size(directory.path().resolve("series.index"));
      }
    }
    assertThat(Files.size(directory.path().resolve("series.index"))).isGreaterThan(4 * length);
    assertThat(directory.series()).hasSize(20_001);
    assertThat(Verification.verify(directory.path())).isEmpty();
  }

  @Test
  void shouldGrowWhenThereAreMoreFamiliesThanTheFirstTableHasRoomFor() throws IOException {
    Tallystick tallystick = directory.open(1, 10_000);
    for (int i = 0; i < 1_000; i++) {
      Counter counter = Counter.builder().name("f" + i).labelNames("a").register(tallystick);
      counter.labelValues("1").inc();
      counter.labelValues("2").inc();
    }
    assertThat(directory.series()).hasSize(2_000);
    assertThat(Verification.verify(directory.path())).isEmpty();
  }

  @Test
  void shouldGoOnWithACopyWhenWhoeverReplacedTheTableWasKilledOverIt() throws IOException {
    Counter counter = LimitedDirectory.counter(directory.open());
    LimitedDirectory.count(counter, 0, 5);
    directory.patch(64, 1); // it says that it is replaced, and nothing has its place
    LimitedDirectory.count(counter, 3, 20);
    assertThat(directory.series())
        .isEqualTo(LimitedDirectory.named(0, 10, LimitedDirectory.OVERFLOW));
    assertThat(Verification.verify(directory.path())).isEmpty();
  }

  @Test
  void shouldHoldTheLimitWhenAnyStepOfAGrowthFails() throws IOException {
    AtomicBoolean isFailed = new AtomicBoolean();
    int at = 0;
    do {
      isFailed.set(false);
      AtomicInteger left = new AtomicInteger();
      Path path = directory.path().resolve("" + at);
      Path failing =
          CrashingFileSystem.path(
              path,
              (number, step) -> {
                if (left.getAndDecrement() == 1) {
                  isFailed.set(true);
                  throw new IOException("on purpose");
                }
              });
      try (CapturedLog log = CapturedLog.open();
          Tallystick first =
              Tallystick.builder().directory(failing).maxSeriesPerMetric(3_000).open();
          Tallystick second =
              Tallystick.builder().directory(path).maxSeriesPerMetric(3_000).open()) {
        Counter counter = LimitedDirectory.counter(first);
        LimitedDirectory.count(counter, 0, 2_048);
        left.set(at + 1);
        LimitedDirectory.count(counter, 2_048, 2_050); // more than half of the slots
        left.set(0);
        LimitedDirectory.count(counter, 2_050, 2_500);
        LimitedDirectory.count(LimitedDirectory.counter(second), 2_000, 4_000);
        assertThat(Samples.ofApplications(second.scraper()).keySet())
            .as("step=%s log=%s", at, log.messages())
            .hasSize(3_001)
            .containsAll(LimitedDirectory.OVERFLOW);
      }
      at++;
    } while (isFailed.get());
    assertThat(at).isGreaterThan(4);
  }

  @ParameterizedTest
  @EnumSource(Damage.class)
  void shouldCountAnewWhenTheIndexIsOfNoUse(Damage damage) throws Exception {
    Tallystick first = directory.open();
    LimitedDirectory.count(LimitedDirectory.counter(first), 0, 6);
    Path index = directory.path().resolve("series.index");
    damage.apply(index);
    assertThat(Verification.verify(directory.path()))
        .singleElement()
        .satisfies(fault -> assertThat(fault.file()).isEqualTo(index));
    LimitedDirectory.count(LimitedDirectory.counter(directory.open()), 6, 20);
    assertThat(directory.series())
        .isEqualTo(LimitedDirectory.named(0, 10, LimitedDirectory.OVERFLOW));
    assertThat(Verification.verify(directory.path())).isEmpty();
  }

  @Test
  void shouldCountAnewAfterAMinuteWhenAProcessThatRunsFindsAnotherHeader() throws Exception {
    Counter counter = LimitedDirectory.counter(directory.open());
    LimitedDirectory.count(counter, 0, 6);
    directory.patch(0, 0);
    LimitedDirectory.count(counter, 6, 7); // far from the limit
    assertThat(Verification.verify(directory.path())).hasSize(1);
    directory.awaitTurned(() -> Verification.verify(directory.path()).isEmpty());
    LimitedDirectory.count(LimitedDirectory.counter(directory.open()), 7, 20);
    assertThat(directory.series())
        .isEqualTo(LimitedDirectory.named(0, 10, LimitedDirectory.OVERFLOW));
  }

  @Test
  void shouldLimitThisProcessAloneWhenNoIndexCanBeMade() throws IOException {
    Files.createDirectories(directory.path().resolve("series.index/full"));
    try (CapturedLog log = CapturedLog.open()) {
      for (int i = 0; i < 2; i++) {
        Counter counter = LimitedDirectory.counter(directory.open(LimitedDirectory.MOST, 100));
        LimitedDirectory.count(counter, 100 * i, 100 * i + 20);
      }
      assertThat(log.messages())
          .filteredOn(message -> message.startsWith("index of series cannot be made"))
          .hasSize(2);
    }
    assertThat(directory.series())
        .hasSize(2 * LimitedDirectory.MOST + 1)
        .containsAll(LimitedDirectory.OVERFLOW);
  }

  @Test
  void shouldLimitThisProcessAloneByAllItsSeriesWhenNoIndexCanBeMade() throws IOException {
    Files.createDirectories(directory.path().resolve("series.index/full"));
    try (CapturedLog log = CapturedLog.open()) {
      LimitedDirectory.count(
          LimitedDirectory.counter(directory.open(100, LimitedDirectory.MOST)), 0, 20);
      assertThat(log.messages()).isNotEmpty();
    }
    assertThat(directory.series())
        .isEqualTo(LimitedDirectory.named(0, 10, LimitedDirectory.OVERFLOW));
  }

  @Test
  void shouldGoOnWhenTheDirectoryIsDeleted() throws IOException {
    Tallystick tallystick = directory.open(5_000, 10_000);
    Counter counter = LimitedDirectory.counter(tallystick);
    LimitedDirectory.count(counter, 0, 5);
    directory.delete();
    try (CapturedLog log = CapturedLog.open()) {
      LimitedDirectory.count(counter, 0, 6_000);
      assertThat(log.failures()).isNotEmpty();
    }
    assertThat(Samples.ofApplications(tallystick.scraper())).hasSizeBetween(5_000, 5_001);
  }

  @Test
  void shouldTakeTheIndexThatIsMadeLaterWhenNoneCouldBeMadeAtFirst() throws Exception {
    Files.createDirectories(directory.path().resolve("series.index/full"));
    Counter counter;
    try (CapturedLog log = CapturedLog.open()) {
      counter = LimitedDirectory.counter(directory.open());
      LimitedDirectory.count(counter, 0, 4);
      assertThat(log.messages()).isNotEmpty();
    }
    Files.delete(directory.path().resolve("series.index/full"));
    Files.delete(directory.path().resolve("series.index"));
    directory.awaitTurned(() -> Files.isRegularFile(directory.path().resolve("series.index")));
    Counter other = LimitedDirectory.counter(directory.open());
    LimitedDirectory.count(other, 4, 20);
    assertThat(directory.series())
        .isEqualTo(LimitedDirectory.named(0, 10, LimitedDirectory.OVERFLOW));
  }

  /** What may have become of an index while its processes live. */
  private enum Damage {
    EMPTY {
      @Override
      void apply(Path index) throws IOException {
        replace(index, new byte[0]);
      }
    },
    SHORT {
      @Override
      void apply(Path index) throws IOException {
        replace(index, Files.readAllBytes(index), 300);
      }
    },
    LONGER {
      @Override
      void apply(Path index) throws IOException {
        byte[] bytes = Files.readAllBytes(index);
        replace(index, bytes, bytes.length + 8);
      }
    },
    OTHER_MAGIC {
      @Override
      void apply(Path index) throws IOException {
        byte[] bytes = Files.readAllBytes(index);
        bytes[0]++;
        replace(index, bytes);
      }
    },
    OTHER_VERSION {
      @Override
      void apply(Path index) throws IOException {
        byte[] bytes = Files.readAllBytes(index);
        bytes[8]++;
        replace(index, bytes);
      }
    },
    IN_PLACE {
      @Override
      void apply(Path index) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(index.toFile(), "rw")) {
          file.write(new byte[64]);
        }
      }
    },
    LINK {
      @Override
      void apply(Path index) throws IOException {
        Path other = index.resolveSibling("other");
        Files.move(index, other);
        Files.createSymbolicLink(index, other);
      }
    },
    PIPE {
      @Override
      void apply(Path index) throws Exception {
        Files.delete(index);
        assertThat(new ProcessBuilder("mkfifo", index.toString()).start().waitFor()).isZero();
      }
    };

    abstract void apply(Path index) throws Exception;

    void replace(Path index, byte[] bytes) throws IOException {
      replace(index, bytes, bytes.length);
    }

    /** In a new file: whoever has mapped the old one goes on with it. */
    void replace(Path index, byte[] bytes, int length) throws IOException {
      Files.delete(index);
      Files.write(index, Arrays.copyOf(bytes, length));
    }
  }
}
