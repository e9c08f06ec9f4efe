package io.tallystick;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tallystick.merge.Retirement;
import io.tallystick.merge.Verification;
import io.tallystick.metrics.Counter;
import io.tallystick.metrics.RegistrarAccess;
import io.tallystick.scrape.Scraper;
import io.tallystick.shm.Directory;
import io.tallystick.shm.RetireLock;
import io.tallystick.testing.EveryType;
import io.tallystick.testing.Samples;
import io.tallystick.testing.TallyBytes;
import io.tallystick.testing.TallyBytes.Block;
import io.tallystick.testing.TallyBytes.Entry;
import io.tallystick.testing.TempDirectory;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bad files beside a good process: what is good is scraped as ever, what is bad is named. */
class CorruptFilesTest {
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final String CORRUPT = "tallystick_corrupt_files";
  private static final long SEED = 20_240_229;

  private static TallyBytes base;

  private TempDirectory temp;
  private Tallystick good;
  private Map<String, Double> expected;

  @BeforeAll
  static void makeBase() throws IOException {
    try (TempDirectory directory = TempDirectory.create();
        Tallystick tallystick =
            Tallystick.builder().directory(directory.path()).segmentCells(64).open()) {
      EveryType.fill(tallystick, "bad_");
      base = TallyBytes.of(fileOf(tallystick));
    }
  }

  @BeforeEach
  void open() throws IOException {
    temp = TempDirectory.create();
    good = Tallystick.builder().directory(temp.path()).instanceName("good").open();
    EveryType.fill(good, "good_");
    expected = Samples.ofApplications(good.scraper());
    assertThat(expected)
        .containsEntry("good_requests_total{path=\"/\",status=\"200\",zone=\"eu-1\"}", 80.0)
        .containsEntry("good_plain_total", 3.0);
  }

  @AfterEach
  void close() throws IOException {
    good.close();
    temp.close();
  }

  // ---- what is bad in a file ----

  static Stream<Arguments> faults() {
    List<Arguments> faults = new ArrayList<>();
    int end = base.length();
    add(faults, "empty", base.cutTo(0));
    for (long length :
        new long[] {
          -1,
          Long.MIN_VALUE,
          0,
          255,
          257,
          319,
          321,
          end + 1L,
          end + 64L,
          Integer.MAX_VALUE,
          1L << 31,
          1L << 32,
          Long.MAX_VALUE,
          end - 64L
        }) {
      add(faults, "published length " + length, base.copy().putLong(TallyBytes.PUBLISHED, length));
    }
    add(faults, "other magic", base.copy().put(0, 'X'));
    add(faults, "newer major", base.copy().putShort(TallyBytes.MAJOR, 2));
    add(faults, "greatest major", base.copy().putShort(TallyBytes.MAJOR, 0xFFFF));
    add(faults, "no major", base.copy().putShort(TallyBytes.MAJOR, 0));
    for (int kind : new int[] {0, 3, -1}) {
      add(faults, "kind of file " + kind, base.copy().putInt(TallyBytes.KIND, kind));
    }
    for (int length : new int[] {-1, 157, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
      add(
          faults,
          "instance of " + length + " bytes",
          base.copy().putInt(TallyBytes.INSTANCE_LENGTH, length));
    }
    for (Block block : base.blocks()) {
      addBlockFaults(faults, block);
    }
    TallyBytes unaligned = base.cutTo(end + 200).putLong(TallyBytes.PUBLISHED, end + 200);
    for (int at = end; at < end + 200; at += 100) {
      unaligned.putInt(at, TallyBytes.DESCRIPTORS).putLong(at + 8, 100);
    }
    add(faults, "blocks that are not aligned", unaligned);
    addRecordFaults(faults);
    byte[] random = new byte[end];
    new Random(SEED).nextBytes(random);
    add(faults, "random bytes", TallyBytes.of(random));
    add(faults, "zeros", TallyBytes.of(new byte[end]));
    byte[] behindHeader = base.toArray();
    System.arraycopy(random, 256, behindHeader, 256, end - 256);
    add(faults, "random bytes behind the header", TallyBytes.of(behindHeader));
    return faults.stream();
  }

  private static void addBlockFaults(List<Arguments> faults, Block block) {
    int at = block.position();
    String name = "block at " + at + " of kind " + block.kind() + " with ";
    for (long length :
        new long[] {
          0,
          63,
          65,
          block.length() - 1L,
          block.length() + 1L,
          -64,
          1L << 31,
          1L << 40,
          Long.MAX_VALUE - 63,
          Long.MIN_VALUE
        }) {
      add(faults, name + "length " + length, base.copy().putLong(at + 8, length));
    }
    for (int kind : new int[] {0, 6, -1}) {
      add(faults, name + "kind " + kind, base.copy().putInt(at, kind));
    }
    if (block.kind() == TallyBytes.DESCRIPTORS) {
      int room = block.length() - 64;
      for (long published :
          new long[] {
            -1,
            room + 1L,
            1L << 31,
            1L << 32,
            Long.MAX_VALUE,
            Long.MIN_VALUE,
            block.published() - 1L,
            block.published() + 1L
          }) {
        add(faults, name + "published " + published, base.copy().putLong(at + 24, published));
      }
    } else {
      int room = (block.length() - 64) / 8;
      for (int cells :
          new int[] {
            0, -1, room + 1, 1 << 28, (1 << 28) + 1, 1 << 29, Integer.MAX_VALUE, Integer.MIN_VALUE
          }) {
        add(faults, name + "cells " + cells, base.copy().putInt(at + 20, cells));
      }
      for (int first :
          new int[] {-1, 1, block.firstCell() + 1, 1 << 28, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
        add(faults, name + "first cell " + first, base.copy().putInt(at + 16, first));
      }
    }
  }

  private static void addRecordFaults(List<Arguments> faults) {
    Entry family = base.record(TallyBytes.FAMILY);
    Entry series = base.record(TallyBytes.SERIES);
    Entry removed = base.record(TallyBytes.REMOVED);
    for (Entry record : List.of(family, series, removed)) {
      String name = "record of kind " + record.kind() + " with ";
      for (int length : new int[] {0, 3, 0xFFFF, record.length() - 1}) {
        add(faults, name + "length " + length, base.copy().putShort(record.position(), length));
      }
      for (int kind : new int[] {0, 4, 127, 255}) {
        add(faults, name + "kind " + kind, base.copy().put(record.position() + 2, kind));
      }
    }
    for (int code : new int[] {0, 7, 255}) {
      add(faults, "type " + code, base.copy().put(family.position() + 4, code));
    }
    for (int code : new int[] {0, 11, 255}) {
      add(faults, "mode " + code, base.copy().put(family.position() + 5, code));
    }
    int name = family.position() + 14;
    for (int[] count :
        new int[][] {
          {0},
          {0xFF, 0xFF, 0xFF, 0xFF},
          {0xFF, 0xFF, 0x03},
          {0x81, 0x80, 0x04},
          {0x80, 0x80, 0x80, 0x80}
        }) {
      TallyBytes bytes = base.copy();
      for (int i = 0; i < count.length; i++) {
        bytes.put(name + i, count[i]);
      }
      add(faults, "length of a text " + HexFormat.of().formatHex(bytes(count)), bytes);
    }
    int value = series.position() + 20;
    add(faults, "label value that is null", base.copy().put(value, 0));
    add(faults, "label value behind its record", base.copy().put(value, 0x7F));
    for (Entry record : List.of(series, removed)) {
      for (int number : new int[] {-1, 1_000, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
        add(
            faults,
            "family " + number + " in a record of kind " + record.kind(),
            base.copy().putInt(record.position() + 4, number));
      }
    }
    Block last =
        base.blocks().stream()
            .reduce((a, b) -> a.cells() > 0 || b.cells() == 0 ? a : b)
            .orElseThrow();
    int cells = base.blocks().stream().mapToInt(b -> b.firstCell() + b.cells()).max().orElseThrow();
    int single = base.block(TallyBytes.SINGLE_CELLS).firstCell();
    assertThat(last.cells()).isPositive();
    for (int cell :
        new int[] {
          -1,
          cells,
          cells - 1,
          single,
          single - 1,
          Integer.MAX_VALUE,
          Integer.MAX_VALUE - 1,
          Integer.MIN_VALUE
        }) {
      add(faults, "cell " + cell, base.copy().putInt(series.position() + 8, cell));
    }
    int life = base.lifePositionOf("bad_sessions");
    for (int cell : new int[] {-1, 0, single, cells, cells - 2, Integer.MAX_VALUE - 1}) {
      add(faults, "life " + cell, base.copy().putInt(life, cell));
    }
  }

  private static byte[] bytes(int[] values) {
    byte[] bytes = new byte[values.length];
    IntStream.range(0, values.length).forEach(i -> bytes[i] = (byte) values[i]);
    return bytes;
  }

  private static void add(List<Arguments> faults, String name, TallyBytes bytes) {
    faults.add(Arguments.argumentSet(name, bytes));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void shouldScrapeTheRestAndFoldNothingWhenADeadFileIsFaulty(TallyBytes bytes) throws IOException {
    Path file = newFile();
    bytes.writeTo(file);

    assertOnlyTheRestIsScraped(file);
    assertIsLeft(file, bytes);
  }

  @ParameterizedTest
  @MethodSource("faults")
  void shouldScrapeTheRestWhenALiveFileIsFaulty(TallyBytes bytes) throws IOException {
    try (Tallystick victim = Tallystick.open(temp.path())) {
      Path file = fileOf(victim);
      bytes.writeTo(file);

      assertOnlyTheRestIsScraped(file);
    }
  }

  @Test
  void shouldScrapeTheRestWhenAFileIsCutInItsHeader() throws IOException {
    for (int length = 0; length < TallyBytes.HEADER_LENGTH; length++) {
      assertOnlyTheRestIsScrapedWhenCutTo(length);
    }
  }

  @Test
  void shouldScrapeTheRestWhenAFileIsCutBehindItsHeader() throws IOException {
    for (int length = TallyBytes.HEADER_LENGTH; length < base.length(); length += 29) {
      assertOnlyTheRestIsScrapedWhenCutTo(length);
    }
    assertOnlyTheRestIsScrapedWhenCutTo(base.length() - 1);
  }

  private void assertOnlyTheRestIsScrapedWhenCutTo(int length) throws IOException {
    Path file = newFile();
    base.cutTo(length).writeTo(file);
    try {
      assertOnlyTheRestIsScraped(file);
    } catch (AssertionError e) {
      throw new AssertionError("cut to length=" + length, e);
    }
    Files.delete(file);
  }

  @Test
  void shouldNameBothVersionsWhenTheMajorIsNewer() throws IOException {
    Path file = newFile();
    base.copy().putShort(TallyBytes.MAJOR, 2).writeTo(file);

    assertThat(Verification.verify(temp.path()))
        .singleElement()
        .satisfies(
            fault -> assertThat(fault.what()).contains("version", "major=2", "understood=1"));
  }

  @Test
  void shouldReadAFileWhenTheMinorIsNewer() throws IOException {
    try (Tallystick victim = Tallystick.open(temp.path())) {
      base.copy().putShort(TallyBytes.MINOR, 0xFFFF).writeTo(fileOf(victim));

      assertThat(Samples.of(good.scraper()))
          .containsAllEntriesOf(expected)
          .containsEntry("bad_plain_total", 3.0)
          .containsEntry(CORRUPT, 0.0);
      assertThat(Verification.verify(temp.path())).isEmpty();
    }
  }

  @Test
  void shouldReadWhatStandsBeforeTheFaultWhenALaterRecordIsBad() throws IOException {
    List<Entry> records = base.records();
    Entry last = records.get(records.size() - 1);
    Path file = newFile();
    base.copy().put(last.position() + 2, 77).writeTo(file);

    assertOnlyTheRestIsScraped(file);
    assertThat(Samples.of(good.scraper()))
        .containsEntry("bad_requests_total{path=\"/\",status=\"200\",zone=\"eu-1\"}", 80.0)
        .doesNotContainKey("bad_plain_total"); // the last record
  }

  @Test
  void shouldReadWhatStandsBeforeTheFaultWhenALaterBlockIsBad() throws IOException {
    int end = base.length();
    Path file = newFile();
    base.cutTo(end + 64).putLong(TallyBytes.PUBLISHED, end + 64).writeTo(file); // it has no length

    assertOnlyTheRestIsScraped(file);
    assertThat(Samples.of(good.scraper()))
        .containsEntry("bad_gauge_max{room=\"a\"}", 4.5)
        .containsEntry("bad_plain_total", 3.0);
  }

  @Test
  void shouldFoldTheOthersWhenADeadFileIsFaulty() throws IOException {
    Path faulty = newFile();
    base.copy().put(base.record(TallyBytes.REMOVED).position() + 2, 77).writeTo(faulty);
    Path dead = newFile();
    base.writeTo(dead);

    assertThat(retirement().run()).isEqualTo(new Retirement.Report(1, 1, false));

    assertThat(faulty).exists();
    assertThat(dead).doesNotExist();
  }

  @Test
  void shouldTakeNothingOfAFaultyFileIntoTheRetiredFile() throws IOException {
    try (TempDirectory other = TempDirectory.create()) {
      TallyBytes source;
      try (Tallystick tallystick = Tallystick.open(other.path())) {
        EveryType.fill(tallystick, "faulty_");
        source = TallyBytes.of(fileOf(tallystick));
      }
      List<Entry> records = source.records();
      Path faulty = newFile();
      source.put(records.get(records.size() - 1).position() + 2, 77).writeTo(faulty);
      Path dead = newFile();
      base.writeTo(dead);
      assertThat(retirement().run()).isEqualTo(new Retirement.Report(1, 1, false));
      Files.delete(faulty);
    }

    assertThat(Samples.of(good.scraper()).keySet())
        .noneMatch(name -> name.startsWith("faulty_"))
        .contains("bad_plain_total");
  }

  // ---- values and descriptions that no process writes ----

  static Stream<Arguments> impossibleValues() {
    return Stream.of(
        Arguments.of("negative long part of a counter", "bad_requests", 0, -1L),
        Arguments.of("least long part of a counter", "bad_requests", 0, Long.MIN_VALUE),
        Arguments.of("negative double part", "bad_requests", 1, Double.doubleToLongBits(-1e9)),
        Arguments.of("-Inf in a counter", "bad_requests", 1, 0xFFF0_0000_0000_0000L),
        Arguments.of("negative bucket", "bad_latency_seconds", 3, -1L),
        Arguments.of("negative +Inf bucket", "bad_latency_seconds", 6, Long.MIN_VALUE),
        Arguments.of("negative count", "bad_payload_bytes", 1, -5L));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("impossibleValues")
  void shouldScrapeTheRestWhenAValueIsImpossible(String name, String family, int index, long word)
      throws IOException {
    Path file = newFile();
    TallyBytes bytes = base.copy();
    bytes.putLong(bytes.positionOf(bytes.cellOf(family) + index), word).writeTo(file);

    assertOnlyTheRestIsScraped(file);
    assertIsLeft(file, bytes);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void shouldShowTheSeriesWhenItsLifeIsImpossible(int index) throws IOException {
    Path file = newFile();
    TallyBytes bytes = base.copy();
    int life = bytes.lifeOf("bad_sessions");
    bytes.putLong(bytes.positionOf(life + index), -1 - index).writeTo(file);

    assertOnlyTheRestIsScraped(file);
    assertThat(Samples.of(good.scraper())).containsEntry("bad_sessions_total{user=\"a\"}", 2.0);
    assertIsLeft(file, bytes);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void shouldScrapeAndFoldWhenATimeOfALifeIsTheGreatest(int index) throws IOException {
    Path file = newFile();
    TallyBytes bytes = base.copy();
    bytes.putLong(bytes.positionOf(bytes.lifeOf("bad_sessions") + index), Long.MAX_VALUE);
    bytes.writeTo(file);

    Map<String, Double> samples = Samples.of(good.scraper()); // which folds it
    assertThat(samples).containsAllEntriesOf(expected).containsEntry(CORRUPT, 0.0);
    assertThat(samples).containsEntry("bad_sessions_total{user=\"a\"}", 2.0);
    assertThat(file).doesNotExist();
  }

  static Stream<Arguments> greatestValues() {
    return Stream.of(
        Arguments.of("counter", "bad_requests", 0, Long.MAX_VALUE),
        Arguments.of("counter's double", "bad_requests", 1, 0x7FF0_0000_0000_0000L),
        Arguments.of("counter's double, no number", "bad_requests", 1, 0x7FF8_0000_0000_0000L),
        Arguments.of("bucket", "bad_latency_seconds", 2, Long.MAX_VALUE),
        Arguments.of("sum", "bad_latency_seconds", 0, 0xFFF0_0000_0000_0000L),
        Arguments.of("count", "bad_payload_bytes", 1, Long.MAX_VALUE),
        Arguments.of("gauge", "bad_gauge_sum", 0, 0x7FF8_0000_0000_0000L),
        Arguments.of("time", "bad_gauge_mostrecent", 1, Long.MAX_VALUE),
        Arguments.of("state", "bad_state", 1, Long.MIN_VALUE));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("greatestValues")
  void shouldScrapeWhenAValueIsTheGreatestOfTwoProcesses(
      String name, String family, int index, long word) throws IOException {
    TallyBytes bytes = base.copy();
    bytes.putLong(bytes.positionOf(bytes.cellOf(family) + index), word);
    try (Tallystick first = Tallystick.open(temp.path());
        Tallystick second = Tallystick.open(temp.path())) {
      bytes.writeTo(fileOf(first));
      bytes.writeTo(fileOf(second));
      try (Scraper stranger = Scraper.open(temp.path())) {
        assertThat(Samples.of(stranger)).containsAllEntriesOf(expected);
        assertThat(stranger.snapshots().size()).isPositive();
      }
    }
    retirement().run(); // both are folded
    assertThat(Samples.of(good.scraper())).containsAllEntriesOf(expected);
    assertThat(good.scraper().snapshots().size()).isPositive();
  }

  static Stream<Arguments> impossibleFamilies() {
    TallyBytes bytes = base;
    int histogram = bytes.record(TallyBytes.FAMILY, "bad_latency").position();
    int summary = bytes.record(TallyBytes.FAMILY, "bad_payload").position();
    int counter = bytes.record(TallyBytes.FAMILY, "bad_requests").position();
    int states = bytes.record(TallyBytes.FAMILY, "bad_state").end();
    return Stream.of(
        Arguments.argumentSet("info with a unit", bytes.copy().put(summary + 4, 5)),
        Arguments.argumentSet("state set with a unit", bytes.copy().put(histogram + 4, 6)),
        Arguments.argumentSet("histogram without bounds", bytes.copy().put(counter + 4, 3)),
        Arguments.argumentSet("state set without states", bytes.copy().put(counter + 4, 6)),
        Arguments.argumentSet("state without name", stateWithoutName(bytes.copy(), states)),
        Arguments.argumentSet("name that is not UTF-8", bytes.copy().put(counter + 15, 0xFF)),
        Arguments.argumentSet("empty name", bytes.copy().put(counter + 14, 1)));
  }

  /** Makes "up" the third of three states: "down", "u" or so, and an empty one. */
  private static TallyBytes stateWithoutName(TallyBytes bytes, int end) {
    assertThat(bytes.buffer().get(end - 9)).isEqualTo((byte) 2); // count, 5 down, 3 up
    return bytes.put(end - 9, 3).put(end - 3, 1).put(end - 2, 1).put(end - 1, 1);
  }

  @ParameterizedTest
  @MethodSource("impossibleFamilies")
  void shouldScrapeTheRestWhenAFamilyIsImpossible(TallyBytes bytes) throws IOException {
    Path file = newFile();
    bytes.writeTo(file);

    assertOnlyTheRestIsScraped(file);
    assertIsLeft(file, bytes);
  }

  @Test
  void shouldScrapeTheRestWhenTwoLabelValuesAreNotUtf8() throws IOException {
    Path file = newFile();
    TallyBytes bytes = base.copy();
    Entry in = bytes.seriesOf("bad_payload");
    Entry on = bytes.record(TallyBytes.SERIES, "\u0003on");
    bytes.put(in.position() + 21, 0x80); // both would be shown as a replacement character and "n"
    bytes.put(on.position() + 21, 0x81);
    bytes.writeTo(file);

    assertOnlyTheRestIsScraped(file);
  }

  @Test
  void shouldScrapeTheRestWhenACreatedTimeIsNegative() throws IOException {
    TallyBytes bytes = base.copy();
    bytes.putLong(bytes.seriesOf("bad_requests").position() + 12, -1).writeTo(newFile());

    assertThat(Samples.of(good.scraper())).containsAllEntriesOf(expected);
    assertThat(good.scraper().snapshots().size()).isPositive();
  }

  @Test
  void shouldRefuseSeriesThatShareTheirCells() throws IOException {
    Path file = newFile();
    TallyBytes bytes = base.copy();
    Entry first = bytes.seriesOf("bad_requests");
    Entry next = bytes.seriesOf("bad_payload");
    bytes.putInt(next.position() + 8, bytes.buffer().getInt(first.position() + 8)).writeTo(file);

    assertOnlyTheRestIsScraped(file);
  }

  // ---- what is no file, or not ours ----

  @Test
  void shouldScrapeTheRestWhenADirectoryHasAProcessFilesName() throws IOException {
    Path file = Files.createDirectory(newFile());

    assertOnlyTheRestIsScraped(file);
    assertThat(retirement().run()).isEqualTo(new Retirement.Report(0, 1, false));
    assertThat(file).isDirectory();
  }

  @Test
  void shouldNotFollowASymbolicLinkWithAProcessFilesName() throws IOException {
    try (TempDirectory elsewhere = TempDirectory.create()) {
      Path target = elsewhere.path().resolve("target");
      base.writeTo(target);
      Path link = Files.createSymbolicLink(newFile(), target);

      assertOnlyTheRestIsScraped(link);
      assertThat(Samples.of(good.scraper())).doesNotContainKey("bad_plain_total");
      assertThat(retirement().run()).isEqualTo(new Retirement.Report(0, 1, false));
      assertThat(target).exists();
      assertThat(link).isSymbolicLink();
    }
  }

  @Test
  void shouldScrapeTheRestWhenASymbolicLinkDangles() throws IOException {
    Path link = Files.createSymbolicLink(newFile(), Path.of("nowhere"));

    assertOnlyTheRestIsScraped(link);
  }

  @Test
  void shouldNotBlockWhenAPipeHasAProcessFilesName() throws Exception {
    Path pipe = pipe(newFile());

    unblocking(
        pipe,
        () -> {
          assertOnlyTheRestIsScraped(pipe);
          assertThat(retirement().run()).isEqualTo(new Retirement.Report(0, 1, false));
        });
  }

  @Test
  void shouldOpenWhenAPipeHasAProcessFilesName() throws Exception {
    Path pipe = pipe(newFile());

    unblocking(pipe, () -> Tallystick.open(temp.path()).close());
  }

  @Test
  void shouldNotBlockWhenAPipeHasALockFilesName() throws Exception {
    Path file = newFile();
    base.writeTo(file);
    String name = file.getFileName().toString().replace(".tally", ".lock");
    Path pipe = pipe(file.resolveSibling(name));

    unblocking(pipe, () -> assertThat(Samples.of(good.scraper())).containsAllEntriesOf(expected));
  }

  @Test
  void shouldOpenWhenAPipeHasTheRetireLocksName() throws Exception {
    Path lock = temp.path().resolve("retire.lock");
    Files.deleteIfExists(lock);
    Path pipe = pipe(lock);

    unblocking(pipe, () -> Tallystick.open(temp.path()).close());
  }

  @Test
  void shouldScrapeTheRestWhenASocketHasAProcessFilesName() throws IOException {
    Path file = newFile();
    try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      socket.bind(UnixDomainSocketAddress.of(file));

      assertOnlyTheRestIsScraped(file);
      assertThat(retirement().run()).isEqualTo(new Retirement.Report(0, 1, false));
      Tallystick.open(temp.path()).close();
    }
  }

  @Test
  void shouldNotReadAFileOfAnotherOwner() throws IOException {
    Path file = newFile();
    base.writeTo(file);
    assumeTrue(canGiveAway(file), "only root can give a file away");

    assertOnlyTheRestIsScraped(file);
    assertThat(Samples.of(good.scraper())).doesNotContainKey("bad_plain_total");
    assertThat(retirement().run()).isEqualTo(new Retirement.Report(0, 1, false));
    assertThat(Verification.verify(temp.path()))
        .singleElement()
        .satisfies(fault -> assertThat(fault.what()).contains("owned by another user"));
  }

  private static boolean canGiveAway(Path file) {
    try {
      Files.setAttribute(file, "unix:uid", 65_534);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw--w----", "rw-----w-"})
  void shouldNotReadAFileThatOthersCanWrite(String mode) throws IOException {
    Path file = newFile();
    base.writeTo(file);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));

    assertOnlyTheRestIsScraped(file);
    assertThat(Samples.of(good.scraper())).doesNotContainKey("bad_plain_total");
    assertThat(retirement().run()).isEqualTo(new Retirement.Report(0, 1, false));
    assertThat(Verification.verify(temp.path()))
        .singleElement()
        .satisfies(fault -> assertThat(fault.what()).contains("chmod go-w"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0123456789abcdef0123456789abcde.tally", // a digit short
        "0123456789abcdef0123456789abcdef0.tally",
        "0123456789ABCDEF0123456789ABCDEF.tally",
        "0123456789abcdef0123456789abcdeg.tally",
        "Retired.tally",
        "4711.tally",
        ".tally"
      })
  void shouldLeaveAloneWhatOnlyLooksLikeAProcessFile(String name) throws IOException {
    Path file = temp.path().resolve(name);
    base.writeTo(file);

    assertThat(Samples.ofApplications(good.scraper())).isEqualTo(expected);
    assertThat(Samples.of(good.scraper())).containsEntry(CORRUPT, 0.0);
    assertThat(retirement().run()).isEqualTo(new Retirement.Report(0, 0, false));
    assertIsLeft(file, base);
    assertThat(Verification.verify(temp.path()))
        .extracting(Verification.Fault::file)
        .containsExactly(file);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0123456789abcdef0123456789abcdef.tally.bak",
        "0123456789abcdef0123456789abcdef",
        "retired.tally~",
        "notes.txt"
      })
  void shouldLeaveAloneWhatHasAnotherEnding(String name) throws IOException {
    Path file = temp.path().resolve(name);
    base.writeTo(file);

    assertThat(Samples.ofApplications(good.scraper())).isEqualTo(expected);
    assertThat(retirement().run()).isEqualTo(new Retirement.Report(0, 0, false));
    assertIsLeft(file, base);
    assertThat(Verification.verify(temp.path())).isEmpty();
  }

  @Test
  void shouldFoldWhenADirectoryHasALockFilesName() throws IOException {
    Path directory = temp.path().resolve("0123456789abcdef0123456789abcdef.lock");
    Files.createDirectories(directory.resolve("inside"));
    base.writeTo(newFile());

    assertThat(retirement().run()).isEqualTo(new Retirement.Report(1, 0, false));
  }

  // ---- a file with another file's name ----

  @Test
  void shouldCountALivingProcessOnceWhenItsFileIsCopied() throws IOException {
    Path copy = copy(fileOf(good), newFile());

    assertIsRefused(copy);
    assertThat(Samples.ofApplications(good.scraper())).isEqualTo(expected);
    assertThat(retirement().run()).isEqualTo(new Retirement.Report(0, 1, false));
  }

  @Test
  void shouldCountADeadProcessOnceWhenItsFileIsCopied() throws IOException {
    Path file = newFile();
    base.writeTo(file);
    Path copy = copy(file, newFile());
    Map<String, Double> samples;
    try (RetireLock lock = RetireLock.tryTake(Directory.open(temp.path()))) {
      assertThat(lock).isNotNull();
      samples = Samples.ofApplications(good.scraper());
      assertThat(samples).containsEntry("bad_plain_total", 3.0).containsAllEntriesOf(expected);
      assertIsRefused(copy);
    }

    assertThat(retirement().run()).isEqualTo(new Retirement.Report(1, 1, false));

    assertThat(Samples.ofApplications(good.scraper())).isEqualTo(samples);
    assertIsRefused(copy);
  }

  @Test
  void shouldRefuseAProcessFileWhenItHasTheRetiredFilesName() throws IOException {
    base.writeTo(retired());
    Path dead = newFile();
    base.writeTo(dead);

    assertIsRefused(retired());
    assertThat(Samples.of(good.scraper())).containsEntry("bad_plain_total", 3.0); // the dead one's
    assertThatThrownBy(() -> retirement().run())
        .isInstanceOf(IOException.class)
        .hasMessageContaining(retired().toString());
    assertThat(dead).exists();
  }

  @Test
  void shouldRefuseTheRetiredFileWhenItHasAProcessFilesName() throws IOException {
    base.writeTo(newFile());
    assertThat(retirement().run().folded()).isEqualTo(1);
    Map<String, Double> samples = Samples.ofApplications(good.scraper());
    assertThat(samples).containsEntry("bad_plain_total", 3.0);
    String token = TallyBytes.of(retired()).token(); // so that only its kind gives it away
    Path copy = copy(retired(), temp.path().resolve(token + ".tally"));

    assertIsRefused(copy);
    assertThat(Samples.ofApplications(good.scraper())).isEqualTo(samples);
    assertThat(retirement().run()).isEqualTo(new Retirement.Report(0, 1, false));
    assertThat(Samples.ofApplications(good.scraper())).isEqualTo(samples);
  }

  private static Path copy(Path file, Path target) throws IOException {
    return Files.copy(file, target, StandardCopyOption.COPY_ATTRIBUTES);
  }

  private void assertIsRefused(Path file) throws IOException {
    assertOnlyTheRestIsScraped(file);
    assertThat(Verification.verify(temp.path()))
        .singleElement()
        .satisfies(fault -> assertThat(fault.what()).isEqualTo("file has another file's name"));
  }

  // ---- under a scraper that has read it already ----

  @ParameterizedTest
  @ValueSource(ints = {0, 100, 300, 2_000})
  void shouldScrapeTheRestWhenALiveFileIsCutUnderTheScraper(int length) throws IOException {
    try (Tallystick victim = Tallystick.open(temp.path())) {
      Path file = fileOf(victim);
      base.writeTo(file);
      assertThat(Samples.of(good.scraper())).containsEntry("bad_plain_total", 3.0);

      cut(file, length);

      assertOnlyTheRestIsScraped(file);
    }
  }

  @Test
  void shouldScrapeTheRestWhenALiveFileIsOverwrittenUnderTheScraper() throws IOException {
    try (Tallystick victim = Tallystick.open(temp.path())) {
      Path file = fileOf(victim);
      base.writeTo(file);
      assertThat(Samples.of(good.scraper())).containsEntry("bad_plain_total", 3.0);
      byte[] random = new byte[base.length()];
      new Random(SEED).nextBytes(random);

      Files.write(file, random, StandardOpenOption.WRITE); // in place

      assertOnlyTheRestIsScraped(file);
    }
  }

  // ---- the retired file ----

  static Stream<Arguments> retiredFaults() {
    return Stream.of(
        Arguments.argumentSet(
            "empty", (Damage) retired -> replace(retired, bytes -> bytes.cutTo(0))),
        Arguments.argumentSet(
            "cut in its header", (Damage) retired -> replace(retired, bytes -> bytes.cutTo(200))),
        Arguments.argumentSet(
            "cut behind its header",
            (Damage) retired -> replace(retired, bytes -> bytes.cutTo(bytes.length() - 1))),
        Arguments.argumentSet("cut in place to nothing", (Damage) retired -> cut(retired, 0)),
        Arguments.argumentSet("cut in place in its header", (Damage) retired -> cut(retired, 100)),
        Arguments.argumentSet(
            "cut in place behind its header", (Damage) retired -> cut(retired, 300)),
        Arguments.argumentSet(
            "another one with a bad record",
            (Damage)
                retired ->
                    replace(
                        retired,
                        bytes ->
                            bytes
                                .putLong(16, 4711) // another token
                                .put(bytes.record(TallyBytes.SERIES).position() + 2, 77))),
        Arguments.argumentSet(
            "a symbolic link",
            (Damage)
                retired -> {
                  Path elsewhere = retired.resolveSibling("elsewhere");
                  Files.move(retired, elsewhere);
                  Files.createSymbolicLink(retired, elsewhere);
                }),
        Arguments.argumentSet(
            "a symbolic link that dangles",
            (Damage)
                retired -> {
                  Files.delete(retired);
                  Files.createSymbolicLink(retired, Path.of("nowhere"));
                }),
        Arguments.argumentSet(
            "a directory",
            (Damage)
                retired -> {
                  Files.delete(retired);
                  Files.createDirectory(retired);
                }),
        Arguments.argumentSet(
            "writable by others",
            (Damage)
                retired ->
                    Files.setPosixFilePermissions(
                        retired, PosixFilePermissions.fromString("rw-rw----"))));
  }

  @ParameterizedTest
  @MethodSource("retiredFaults")
  void shouldNotLowerATotalWhenTheRetiredFileBecomesFaulty(Damage damage) throws IOException {
    base.writeTo(newFile());
    assertThat(retirement().run().folded()).isEqualTo(1);
    Map<String, Double> before = Samples.ofApplications(good.scraper());
    assertThat(before).containsEntry("bad_plain_total", 3.0);

    damage.inflict(retired());

    for (int i = 0; i < 3; i++) {
      assertThat(Samples.ofApplications(good.scraper())).isEqualTo(before);
      assertThat(Samples.of(good.scraper())).containsEntry(CORRUPT, 1.0);
    }
  }

  @ParameterizedTest
  @MethodSource("retiredFaults")
  void shouldFoldNothingWhenTheRetiredFileIsFaulty(Damage damage) throws IOException {
    base.writeTo(newFile());
    assertThat(retirement().run().folded()).isEqualTo(1);
    damage.inflict(retired());
    Path dead = newFile();
    base.writeTo(dead);

    assertThatThrownBy(() -> retirement().run())
        .isInstanceOf(IOException.class)
        .hasMessageContaining(retired().toString());

    assertThat(dead).hasBinaryContent(base.toArrayFor(dead));
    assertThat(Verification.verify(temp.path()))
        .extracting(Verification.Fault::file)
        .containsExactly(retired());
    try (Scraper stranger = Scraper.open(temp.path())) {
      assertThat(Samples.of(stranger))
          .containsAllEntriesOf(expected)
          .containsEntry(CORRUPT, 1.0)
          .hasEntrySatisfying(
              "bad_plain_total", total -> assertThat(total).isGreaterThanOrEqualTo(3));
    }
  }

  @Test
  void shouldOpenAndCountWhenTheRetiredFileIsFaulty() throws IOException {
    TallyBytes.of(new byte[0]).writeTo(retired());

    try (Tallystick late = Tallystick.open(temp.path())) {
      Counter.builder().name("late_total").register(late).inc(5);

      assertThat(Samples.of(good.scraper()))
          .containsAllEntriesOf(expected)
          .containsEntry("late_total", 5.0);
    }
    assertThat(Samples.of(good.scraper())).containsEntry("late_total", 5.0);
  }

  @Test
  void shouldFoldAgainWhenTheFaultyRetiredFileWasMovedAway() throws IOException {
    TallyBytes.of(new byte[0]).writeTo(retired());
    base.writeTo(newFile());
    assertThat(Samples.of(good.scraper())).containsEntry("bad_plain_total", 3.0);

    Files.move(retired(), temp.path().resolve("broken"));

    assertThat(retirement().run()).isEqualTo(new Retirement.Report(1, 0, false));
    assertThat(Samples.of(good.scraper()))
        .containsEntry("bad_plain_total", 3.0)
        .containsEntry(CORRUPT, 0.0);
  }

  // ----

  private void assertOnlyTheRestIsScraped(Path bad) throws IOException {
    assertThat(Samples.of(good.scraper()))
        .containsAllEntriesOf(expected)
        .containsEntry(CORRUPT, 1.0);
    try (Scraper stranger = Scraper.open(temp.path())) {
      assertThat(Samples.of(stranger)).containsAllEntriesOf(expected).containsEntry(CORRUPT, 1.0);
      assertThat(stranger.snapshots().size()).isPositive();
    }
    assertThat(Verification.verify(temp.path()))
        .extracting(Verification.Fault::file)
        .containsExactly(bad);
  }

  private void assertIsLeft(Path file, TallyBytes bytes) throws IOException {
    assertThat(retirement().run().folded()).isZero();
    assertThat(file).hasBinaryContent(bytes.toArrayFor(file));
  }

  private Retirement retirement() throws IOException {
    return new Retirement(
        Directory.open(temp.path()), Scraper.DEFAULT_DEAD_GAUGE_RETENTION, Clock.systemUTC());
  }

  private Path retired() {
    return temp.path().resolve("retired.tally");
  }

  /** The name of a process file that is not there. */
  private Path newFile() {
    java.util.UUID token = java.util.UUID.randomUUID();
    return temp.path().resolve(token.toString().replace("-", "") + ".tally");
  }

  private static Path fileOf(Tallystick tallystick) {
    return RegistrarAccess.path(tallystick, tallystick.directory());
  }

  private static void cut(Path file, long length) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(length);
    }
  }

  private static void replace(Path file, java.util.function.UnaryOperator<TallyBytes> change)
      throws IOException {
    change.apply(TallyBytes.of(file)).writeTo(file);
  }

  private static Path pipe(Path path) throws Exception {
    Process process = new ProcessBuilder("mkfifo", "-m", "600", path.toString()).start();
    try {
      assumeTrue(
          process.waitFor(SOON.toSeconds(), TimeUnit.SECONDS) && process.exitValue() == 0,
          "no mkfifo here");
    } finally {
      process.destroyForcibly();
    }
    return path;
  }

  /** Fails where an action blocks on a pipe, whose other end is then opened so that it ends. */
  private static void unblocking(Path pipe, Executable action) throws Exception {
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                action.execute();
              } catch (Throwable e) {
                failure.set(e);
              }
            });
    thread.start();
    thread.join(SOON.toMillis());
    boolean blocked = thread.isAlive();
    try (RandomAccessFile other = new RandomAccessFile(pipe.toFile(), "rw")) {
      thread.join();
      assertThat(other.getFD().valid()).isTrue();
    } finally {
      Files.deleteIfExists(pipe); // a fold takes a dead process' lock away
    }
    assertThat(blocked).as("blocked on %s", pipe).isFalse();
    assertThat(failure.get()).isNull();
  }

  private interface Damage {
    void inflict(Path retired) throws IOException;
  }
}
