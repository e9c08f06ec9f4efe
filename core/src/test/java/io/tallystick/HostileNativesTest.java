package io.tallystick;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.merge.Retirement;
import io.tallystick.merge.Verification;
import io.tallystick.metrics.Histogram;
import io.tallystick.metrics.RegistrarAccess;
import io.tallystick.scrape.Scraper;
import io.tallystick.shm.Directory;
import io.tallystick.shm.NativeLayout;
import io.tallystick.shm.NativeSchema;
import io.tallystick.shm.NativeShape;
import io.tallystick.shm.RetireLock;
import io.tallystick.testing.Samples;
import io.tallystick.testing.TallyBytes;
import io.tallystick.testing.TempDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Native buckets that no process writes, in a file beside a good one. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileNativesTest {
  private static final String CORRUPT = "tallystick_corrupt_files";
  private static final int PART = 2; // behind the sum and the bucket of +Inf
  private static final int MOST = NativeShape.MOST_BUCKETS;
  private static final int ENTRIES = MOST + 32;

  private static TallyBytes base;

  private TempDirectory temp;
  private Tallystick good;
  private Map<String, Double> expected;

  @BeforeAll
  static void makeBase() throws IOException {
    try (TempDirectory directory = TempDirectory.create();
        Tallystick tallystick =
            Tallystick.builder().directory(directory.path()).columns(0).segmentCells(64).open()) {
      Histogram histogram = histogram(tallystick);
      for (double value : new double[] {0, 0.25, 1, -3}) {
        histogram.observe(value);
      }
      base = TallyBytes.of(RegistrarAccess.path(tallystick, directory.path()));
    }
  }

  private static Histogram histogram(Tallystick tallystick) {
    return Histogram.builder()
        .name("sizes")
        .nativeOnly()
        .nativeInitialSchema(8)
        .nativeMaxNumberOfBuckets(MOST)
        .nativeMaxZeroThreshold(1)
        .register(tallystick);
  }

  @BeforeEach
  void open() throws IOException {
    temp = TempDirectory.create();
    good = Tallystick.builder().directory(temp.path()).columns(0).open();
    histogram(good).observe(8);
    expected = Samples.ofApplications(good.scraper());
    assertThat(expected).containsEntry("sizes_count", 1.0);
  }

  @AfterEach
  void close() throws IOException {
    good.close();
    temp.close();
  }

  private static long key(int schema, int index) {
    return NativeLayout.key(schema, false, index);
  }

  static Stream<Arguments> impossibleWords() {
    int entry = NativeLayout.ENTRIES;
    long one = key(8, 0);
    long move = 1L << 32;
    int lowest = NativeSchema.of(8).index(Double.MIN_VALUE);
    int highest = NativeSchema.of(8).index(Double.POSITIVE_INFINITY);
    return Stream.of(
        Arguments.of("less than no entries", NativeLayout.USED, -1L),
        Arguments.of("more entries than there is room for", NativeLayout.USED, ENTRIES + 1L),
        Arguments.of("entries beyond all bounds", NativeLayout.USED, Long.MIN_VALUE),
        Arguments.of("a count below zero", entry + 1, -1L),
        Arguments.of("a zero bucket below zero", NativeLayout.ZERO_COUNT, -5L),
        Arguments.of("a finer schema than there is", entry, key(9, 0)),
        Arguments.of("a coarser schema than there is", entry, key(8, 1) - (13L << 32)),
        Arguments.of("a key with bits that mean nothing", entry, one | 1L << 41),
        Arguments.of("a bucket below all values", entry, key(8, lowest - 1)),
        Arguments.of("a bucket above infinity", entry, key(8, highest + 1)),
        Arguments.of("the lowest number as a bucket", entry, key(8, Integer.MIN_VALUE)),
        Arguments.of("a threshold below zero", NativeLayout.ZERO_THRESHOLD, bits(-1)),
        Arguments.of("an infinite threshold", NativeLayout.ZERO_THRESHOLD, bits(1 / 0.0)),
        Arguments.of("a threshold that is no number", NativeLayout.ZERO_THRESHOLD, bits(0 / 0.0)),
        Arguments.of("a coarser schema for new entries", NativeLayout.SCHEMA, -1L),
        Arguments.of("a finer schema for new entries", NativeLayout.SCHEMA, 14L),
        Arguments.of("a move from behind the entries", NativeLayout.MOVE, 0x7FFF_0000L),
        Arguments.of("a move from before the entries", NativeLayout.MOVE, move | 1),
        Arguments.of("a move to behind the entries", NativeLayout.MOVE, 0x1_7FFFL));
  }

  private static long bits(double value) {
    return Double.doubleToRawLongBits(value);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("impossibleWords")
  void shouldNameTheFileAndShowTheRestWhenAWordIsImpossible(String what, int cell, long word)
      throws IOException {
    Path file = write(put(base.copy(), cell, word));

    assertIsFaulty(file);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void shouldNameTheFileAndShowTheRestWhenAllWordsAreRandom(long seed) throws IOException {
    Random random = new Random(seed);
    TallyBytes bytes = base.copy();
    for (int cell = 0; cell < NativeLayout.ENTRIES + 2 * ENTRIES; cell++) {
      put(bytes, cell, random.nextLong());
    }

    assertIsFaulty(write(bytes));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void shouldShowAndFoldTheRestWhenSomeWordsAreRandom(long seed) throws IOException {
    Random random = new Random(seed);
    for (int i = 0; i < 20; i++) {
      TallyBytes bytes = base.copy();
      for (int words = 1 + random.nextInt(3); words > 0; words--) {
        int bitsCut = random.nextInt(64);
        put(bytes, random.nextInt(16), random.nextLong() >>> bitsCut);
      }
      write(bytes);
    }

    assertShowsAtLeastTheRest();
    retirement().run();
    assertShowsAtLeastTheRest();
    retirement().run();
    assertThat(Verification.verify(temp.path()))
        .extracting(Verification.Fault::file)
        .doesNotContain(temp.path().resolve("retired.tally"));
  }

  @Test
  void shouldShowAndFoldWhenBucketsAreSoSmallThatTheirBoundsAreOne() throws IOException {
    for (int process = 0; process < 2; process++) {
      TallyBytes bytes = base.copy();
      for (int entry = 0; entry < ENTRIES; entry++) {
        int index = NativeSchema.of(8).index(Double.MIN_VALUE) + 2 * entry + process;
        put(bytes, NativeLayout.ENTRIES + 2 * entry, key(8, index));
        put(bytes, NativeLayout.ENTRIES + 2 * entry + 1, 1);
      }
      put(bytes, NativeLayout.ZERO_COUNT, 0);
      write(put(bytes, NativeLayout.USED, ENTRIES));
    }

    assertCountsAndFolds(2 * ENTRIES);
  }

  @Test
  void shouldShowAndFoldWhenManyFilesHaveAllBucketsThatThereAre() throws IOException {
    int first = NativeSchema.of(8).index(Double.MIN_VALUE);
    int last = NativeSchema.of(8).index(Double.POSITIVE_INFINITY);
    for (int index = first; index <= last; ) {
      TallyBytes bytes = base.copy();
      int entry = 0;
      for (; entry < ENTRIES && index <= last; entry++, index++) {
        put(bytes, NativeLayout.ENTRIES + 2 * entry, key(8, index));
        put(bytes, NativeLayout.ENTRIES + 2 * entry + 1, 1);
      }
      put(bytes, NativeLayout.ZERO_COUNT, 0);
      write(put(bytes, NativeLayout.USED, entry));
    }

    assertCountsAndFolds(last - first + 1);
  }

  @Test
  void shouldShowTheMostThereCanBeWhenCountsOverflow() throws IOException {
    write(put(base.copy(), NativeLayout.ENTRIES + 1, Long.MAX_VALUE));
    write(put(base.copy(), NativeLayout.ENTRIES + 1, Long.MAX_VALUE));

    for (int i = 0; i < 2; i++) {
      try (Scraper scraper = Scraper.open(temp.path())) {
        assertThat(scraper.snapshots().size()).isPositive();
        assertThat(Samples.of(scraper)).containsEntry("sizes_count", (double) Long.MAX_VALUE);
      }
      retirement().run();
    }
  }

  /** Asserts that so many observations are counted beside the good one, folded and not. */
  private void assertCountsAndFolds(long observations) throws IOException {
    double count = 1 + observations;
    try (RetireLock lock = RetireLock.tryTake(Directory.open(temp.path()))) {
      assertThat(lock).isNotNull();
      assertThat(good.scraper().snapshots().size()).isPositive();
      assertThat(Samples.of(good.scraper())).containsEntry("sizes_count", count);
    }
    assertThat(retirement().run().folded()).isPositive();
    assertThat(good.scraper().snapshots().size()).isPositive();
    assertThat(Samples.of(good.scraper()))
        .containsEntry("sizes_count", count)
        .containsEntry(CORRUPT, 0.0);
  }

  private void assertIsFaulty(Path file) throws IOException {
    assertShowsAtLeastTheRest();
    assertThat(Samples.of(good.scraper())).containsEntry(CORRUPT, 1.0);
    assertThat(Verification.verify(temp.path()))
        .extracting(Verification.Fault::file)
        .containsExactly(file);
    assertThat(retirement().run()).isEqualTo(new Retirement.Report(0, 1, false));
    assertThat(file).exists();
  }

  private void assertShowsAtLeastTheRest() throws IOException {
    assertShowsAtLeastTheRest(good.scraper());
    try (Scraper stranger = Scraper.open(temp.path())) {
      assertShowsAtLeastTheRest(stranger);
    }
  }

  private void assertShowsAtLeastTheRest(Scraper scraper) throws IOException {
    assertThat(scraper.snapshots().size()).isPositive();
    assertThat(Samples.of(scraper).get("sizes_count"))
        .isGreaterThanOrEqualTo(expected.get("sizes_count"));
  }

  private Retirement retirement() throws IOException {
    return new Retirement(
        Directory.open(temp.path()), Scraper.DEFAULT_DEAD_GAUGE_RETENTION, Clock.systemUTC());
  }

  /** Puts a word in a cell of the native part of the only series. */
  private static TallyBytes put(TallyBytes bytes, int cell, long word) {
    return bytes.putLong(bytes.positionOf(bytes.cellOf("sizes") + PART + cell), word);
  }

  private Path write(TallyBytes bytes) throws IOException {
    String token = UUID.randomUUID().toString().replace("-", "");
    Path file = temp.path().resolve(token + ".tally");
    bytes.writeTo(file);
    return file;
  }
}
