package io.tallystick;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.merge.Retirement;
import io.tallystick.merge.Verification;
import io.tallystick.metrics.Counter;
import io.tallystick.metrics.Gauge;
import io.tallystick.metrics.Histogram;
import io.tallystick.metrics.Info;
import io.tallystick.metrics.MultiprocessMode;
import io.tallystick.metrics.RegistrarAccess;
import io.tallystick.metrics.StateSet;
import io.tallystick.metrics.Summary;
import io.tallystick.scrape.Scraper;
import io.tallystick.scrape.TextFormat;
import io.tallystick.shm.Directory;
import io.tallystick.shm.ProcessFile;
import io.tallystick.testing.CrashingFileSystem;
import io.tallystick.testing.Samples;
import io.tallystick.testing.TempDirectory;
import io.tallystick.testing.TurnedClock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Processes that go on with the file that one of their role left when it was killed. */
final class ResumeTest {
  private static final String ROLE = "worker-1";
  private static final int RESUMABLE_MS = 80; // of the header
  private static final int ENOUGH_FOR_A_COLUMN = 64;

  private final TurnedClock clock = TurnedClock.at(Instant.now());
  private TempDirectory temporary;
  private Path directory;

  @BeforeEach
  void createDirectory() throws IOException {
    temporary = TempDirectory.create();
    directory = temporary.path();
  }

  @AfterEach
  void deleteDirectory() throws IOException {
    temporary.close();
  }

  private Tallystick.Builder builder() {
    return Tallystick.builder().directory(directory).clock(clock).segmentCells(64);
  }

  private Tallystick resume() {
    return builder().resume(ROLE).open();
  }

  /** Leaves the file as a killed process does. */
  private Path kill(Tallystick tallystick) throws IOException {
    Path file = RegistrarAccess.path(tallystick, directory);
    RegistrarAccess.kill(tallystick);
    patch(file, RESUMABLE_MS, 60_000);
    return file;
  }

  private static void patch(Path file, long offset, long word) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, word);
      assertThat(channel.write(bytes, offset)).isEqualTo(8);
    }
  }

  private List<String> processFiles() {
    return Arrays.stream(directory.toFile().list())
        .filter(name -> name.endsWith(".tally") && !name.startsWith("retired"))
        .toList();
  }

  private Map<String, Double> scrape() throws IOException {
    try (Scraper scraper = Scraper.open(directory)) {
      return Samples.of(scraper);
    }
  }

  private String openMetrics() throws IOException {
    try (Scraper scraper = Scraper.open(directory)) {
      return Samples.text(scraper, TextFormat.OPENMETRICS);
    }
  }

  /** Counts in every type, in shared columns first and then in columns of the thread. */
  private static void count(Tallystick tallystick) {
    Counter counter = Counter.builder().name("jobs").labelNames("k").register(tallystick);
    Histogram both = Histogram.builder().name("both").classicUpperBounds(1, 2).register(tallystick);
    Summary summary = Summary.builder().name("times").register(tallystick);
    Gauge gauge =
        Gauge.builder().name("depth").multiprocessMode(MultiprocessMode.SUM).register(tallystick);
    StateSet state = StateSet.builder().name("state").states("up", "down").register(tallystick);
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < ENOUGH_FOR_A_COLUMN; i++) {
        counter.labelValues("a").inc();
        counter.labelValues("é").inc(0.25);
        both.observe(1.5);
        summary.observe(1);
        gauge.inc();
      }
      RegistrarAccess.turn(tallystick);
    }
    state.setTrue("up");
  }

  @Test
  void shouldGoOnWithEverySeriesWhenItsProcessWasKilled() throws Exception {
    Tallystick first = resume();
    count(first);
    String file = processFiles().get(0);
    long createdMs = createdMs();
    kill(first);
    long length = Files.size(directory.resolve(file));
    clock.turn(Duration.ofSeconds(5));
    for (int i = 2; i <= 4; i++) {
      Tallystick next = resume();
      assertThat(next.instanceName()).isEqualTo(ROLE);
      count(next);
      assertThat(Samples.ofApplications(next.scraper())).isEqualTo(applications());
      assertThat(scrape())
          .containsEntry("jobs_total{k=\"a\"}", 128.0 * i)
          .containsEntry("jobs_total{k=\"é\"}", 32.0 * i)
          .containsEntry("both_count", 128.0 * i)
          .containsEntry("both_bucket{le=\"2.0\"}", 128.0 * i)
          .containsEntry("both_sum", 192.0 * i)
          .containsEntry("times_count", 128.0 * i)
          .containsEntry("depth", 128.0 * i)
          .containsEntry("state{state=\"up\"}", 1.0)
          .containsEntry("tallystick_corrupt_files", 0.0)
          .containsEntry("tallystick_process_files{state=\"retired\"}", 0.0);
      assertThat(createdMs()).isEqualTo(createdMs);
      kill(next);
      assertThat(processFiles()).containsExactly(file);
      assertThat(directory.resolve(file)).hasSize(length);
    }
    assertThat(directory.resolve("retired.tally")).doesNotExist();
  }

  private Map<String, Double> applications() throws IOException {
    try (Scraper scraper = Scraper.open(directory)) {
      return Samples.ofApplications(scraper);
    }
  }

  private long createdMs() throws IOException {
    try (Scraper scraper = Scraper.open(directory)) {
      return scraper.collector().collect().stream()
          .filter(family -> family.getMetadata().getName().equals("times"))
          .mapToLong(family -> family.getDataPoints().get(0).getCreatedTimestampMillis())
          .sum();
    }
  }

  @Test
  void shouldAddSeriesBehindThoseThatWereLeft() throws Exception {
    Tallystick first = resume();
    Counter left = counter(first, "jobs");
    for (int i = 0; i < 40; i++) { // into a second segment
      left.labelValues("first" + i).inc();
    }
    kill(first);
    Tallystick next = resume();
    Counter counter = counter(next, "jobs");
    for (int i = 0; i < 40; i++) {
      counter.labelValues("next" + i).inc(2);
    }
    Gauge.builder().name("new").register(next).set(7);
    Map<String, Double> samples = scrape();
    for (int i = 0; i < 40; i++) {
      assertThat(samples)
          .containsEntry("jobs_total{k=\"first" + i + "\"}", 1.0)
          .containsEntry("jobs_total{k=\"next" + i + "\"}", 2.0);
    }
    assertThat(samples)
        .containsEntry("new{pid=\"worker-1\"}", 7.0)
        .containsEntry("tallystick_corrupt_files", 0.0);
    next.close();
    assertThat(applications()).hasSize(81).containsEntry("jobs_total{k=\"next9\"}", 2.0);
  }

  @Test
  void shouldNotGiveAwayTheCellsOfSeriesThatNeverCounted() throws Exception {
    Tallystick first = resume();
    counter(first, "idle").initLabelValues("a");
    kill(first);
    Tallystick next = resume();
    counter(next, "jobs").labelValues("b").inc();
    assertThat(scrape())
        .containsEntry("idle_total{k=\"a\"}", 0.0)
        .containsEntry("jobs_total{k=\"b\"}", 1.0)
        .containsEntry("tallystick_corrupt_files", 0.0);
    next.close();
  }

  @Test
  void shouldForgetWhatOnlyTheLivingShow() throws Exception {
    Tallystick first = resume();
    for (MultiprocessMode mode : MultiprocessMode.values()) {
      Gauge.builder().name(nameOf(mode)).multiprocessMode(mode).register(first).set(3);
    }
    Info.builder().name("build").labelNames("v").register(first).setLabelValues("1");
    kill(first);
    Tallystick next = resume();
    Map<String, Double> samples = applications();
    assertThat(samples.keySet()).noneMatch(name -> name.startsWith("live"));
    assertThat(samples)
        .hasSize(5)
        .containsEntry("all{pid=\"worker-1\"}", 3.0)
        .containsEntry("sum", 3.0);
    Info.builder().name("build").labelNames("v").register(next).setLabelValues("2");
    Gauge.builder()
        .name("livesum")
        .multiprocessMode(MultiprocessMode.LIVESUM)
        .register(next)
        .inc(1);
    assertThat(applications())
        .hasSize(7)
        .containsEntry("livesum", 1.0)
        .containsEntry("build_info{v=\"2\"}", 1.0);
    next.close();
  }

  private static String nameOf(MultiprocessMode mode) {
    return mode.name().toLowerCase(java.util.Locale.ROOT);
  }

  @Test
  void shouldKeepBothTotalsWhenBoundsHaveChanged() throws Exception {
    Tallystick first = resume();
    Histogram.builder()
        .name("sizes")
        .classicOnly()
        .classicUpperBounds(1, 2)
        .register(first)
        .observe(1.5);
    kill(first);
    Tallystick next = resume();
    Histogram.builder()
        .name("sizes")
        .classicOnly()
        .classicUpperBounds(2, 4)
        .register(next)
        .observe(3);
    assertThat(processFiles()).hasSize(1);
    assertThat(scrape())
        .containsEntry("sizes_count", 2.0)
        .containsEntry("sizes_sum", 4.5)
        .containsEntry("sizes_bucket{le=\"2.0\"}", 1.0)
        .doesNotContainKey("sizes_bucket{le=\"1.0\"}")
        .containsEntry("tallystick_corrupt_files", 0.0);
    next.close();
  }

  @Test
  void shouldNotTakeTheFileOfALivingProcess() throws Exception {
    try (Tallystick first = resume();
        Tallystick second = resume()) {
      assertThat(first.instanceName()).isEqualTo(ROLE);
      assertThat(second.instanceName()).startsWith(ROLE + "-");
    }
  }

  @Test
  void shouldFoldWhenAProcessWasClosed() throws Exception {
    Tallystick first = resume();
    count(first);
    first.close();
    assertThat(processFiles()).isEmpty();
    Tallystick next = resume();
    assertThat(next.instanceName()).isEqualTo(ROLE);
    count(next);
    assertThat(scrape()).containsEntry("jobs_total{k=\"a\"}", 256.0);
    next.close();
  }

  @Test
  void shouldFoldWhenNobodyCameForAMinute() throws Exception {
    Tallystick first = resume();
    count(first);
    kill(first);
    clock.turn(Duration.ofSeconds(59));
    assertThat(fold()).isEqualTo(new Retirement.Report(0, 0, false));
    clock.turn(Duration.ofSeconds(2));
    assertThat(fold()).isEqualTo(new Retirement.Report(1, 0, false));
    assertThat(scrape()).containsEntry("jobs_total{k=\"a\"}", 128.0);
  }

  private Retirement.Report fold() throws IOException {
    return new Retirement(Directory.open(directory), Duration.ofHours(1), clock).run();
  }

  @Test
  void shouldLeaveAFaultyFileAndStartANewOne() throws Exception {
    Tallystick first = resume();
    count(first);
    Path file = kill(first);
    byte[] whole = Files.readAllBytes(file);
    patch(file, 8, 1L << 32 | 9 << 16 | 1); // a newer minor version
    assertNotTaken(file);
    Files.write(file, whole);
    patch(file, 48, whole.length + 64L); // published length
    assertNotTaken(file);
    Files.write(file, whole);
    patch(file, firstCells(whole, 2) + 8, -1); // the count of the summary
    assertNotTaken(file);
  }

  /** Where the cells of the first block of a kind begin. */
  private static long firstCells(byte[] bytes, int kind) {
    ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int at = 256;
    while (file.getInt(at) != kind) {
      at += (int) file.getLong(at + 8);
    }
    return at + 64L;
  }

  private void assertNotTaken(Path file) throws IOException {
    byte[] before = Files.readAllBytes(file);
    Tallystick next = resume();
    assertThat(next.instanceName()).startsWith(ROLE + "-");
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
    next.close();
  }

  @Test
  void shouldNotTakeWhatTheRetiredFileContains() throws Exception {
    Tallystick first = resume();
    count(first);
    Path file = kill(first);
    byte[] whole = Files.readAllBytes(file);
    clock.turn(Duration.ofMinutes(2));
    assertThat(fold().folded()).isEqualTo(1);
    Files.write(file, whole); // as where the fold was killed before it deleted it
    clock.turn(Duration.ofMinutes(-2));
    Tallystick next = resume();
    count(next);
    assertThat(scrape()).containsEntry("jobs_total{k=\"a\"}", 256.0);
    assertThat(file).doesNotExist();
    next.close();
  }

  @Test
  void shouldEmptyExemplarsThatWereBeingWritten() throws Exception {
    Tallystick first = resume();
    Counter counter = Counter.builder().name("jobs").register(first);
    counter.incWithExemplar(1, Labels.of("trace_id", "old"));
    assertThat(openMetrics()).contains("trace_id=\"old\"");
    Path file = kill(first);
    long slot = firstCells(Files.readAllBytes(file), 3);
    patch(file, slot, 3);
    Tallystick next = resume();
    counter = Counter.builder().name("jobs").register(next);
    assertThat(openMetrics()).doesNotContain("trace_id");
    counter.incWithExemplar(1, Labels.of("trace_id", "new"));
    assertThat(openMetrics()).contains("jobs_total 2.0 # {trace_id=\"new\"}");
    next.close();
  }

  @Test
  void shouldFinishTheMoveOfANativeHistogramAndGiveItsLockBack() throws Exception {
    Tallystick first = resume();
    Histogram histogram = Histogram.builder().name("sizes").nativeOnly().register(first);
    histogram.observe(1);
    histogram.observe(1);
    histogram.observe(100);
    Path file = kill(first);
    byte[] bytes = Files.readAllBytes(file);
    long part = firstCells(bytes, 5) + 2 * 8; // behind the sum and the bucket +Inf
    ByteBuffer words = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    long key = words.getLong((int) part + 8 * 8);
    patch(file, part, 1L << 32 | 2 << 16); // entry 1 into entry 0, not done yet
    patch(file, part + 8, 3);
    patch(file, part + 16, key);
    patch(file, part + 7 * 8, 1);

    Tallystick next = resume();
    histogram = Histogram.builder().name("sizes").nativeOnly().register(next);
    histogram.observe(1); // would wait for ever, and be lost in the move
    assertThat(scrape()).containsEntry("sizes_count", 4.0);
    ByteBuffer after = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(after.getInt((int) part)).isZero();
    assertThat(after.getLong((int) part + 3 * 8)).as("entries").isEqualTo(1);
    assertThat(after.getLong((int) part + 9 * 8)).as("count of the first").isEqualTo(4);
    next.close();
  }

  @Test
  void shouldGoOnWithQuantilesAndGiveTheirLockBack() throws Exception {
    Tallystick first = builder().columns(0).resume(ROLE).open();
    Summary left = quantiles(first);
    for (int i = 1; i <= 50; i++) {
      left.observe(i);
    }
    Path file = kill(first);
    long part = firstCells(Files.readAllBytes(file), 5) + 2 * 8; // behind the sum and the count
    patch(file, part + 8, 1);

    Tallystick next = builder().columns(0).resume(ROLE).open();
    Summary resumed = quantiles(next);
    for (int i = 51; i <= 101; i++) {
      resumed.observe(i); // would wait for ever
    }
    assertThat(scrape())
        .containsEntry("sizes_count", 101.0)
        .containsEntry("sizes{quantile=\"0.0\"}", 1.0)
        .containsEntry("sizes{quantile=\"0.5\"}", 51.0)
        .containsEntry("sizes{quantile=\"1.0\"}", 101.0);
    next.close();
  }

  private static Summary quantiles(Tallystick tallystick) {
    return Summary.builder()
        .name("sizes")
        .quantile(0, 0)
        .quantile(0.5, 0.001)
        .quantile(1, 0)
        .register(tallystick);
  }

  @Test
  void shouldShowNoLowerTotalWhenAScraperSeesItDeadAndResumed() throws Exception {
    Tallystick first = resume();
    count(first);
    try (Scraper scraper = Scraper.open(directory)) {
      assertThat(Samples.of(scraper)).containsEntry("jobs_total{k=\"a\"}", 128.0);
      kill(first);
      assertThat(Samples.of(scraper)).containsEntry("jobs_total{k=\"a\"}", 128.0);
      Tallystick next = resume();
      count(next);
      counter(next, "late").labelValues("x").inc(5); // in blocks that the dead had not
      kill(next); // without being seen alive
      assertThat(Samples.of(scraper))
          .containsEntry("jobs_total{k=\"a\"}", 256.0)
          .containsEntry("late_total{k=\"x\"}", 5.0);
    }
  }

  private static Counter counter(Tallystick tallystick, String name) {
    return Counter.builder().name(name).labelNames("k").register(tallystick);
  }

  @Test
  void shouldHaveEveryTotalOnceWhenItIsStoppedBeforeAnyStep() throws Exception {
    Tallystick first = resume();
    count(first);
    Gauge.builder().name("live").multiprocessMode(MultiprocessMode.LIVEMAX).register(first).set(1);
    Path file = kill(first);
    Map<String, Double> before = applications();
    int steps = 0;
    ProcessFile taken = null;
    while (taken == null) {
      int last = steps++;
      try {
        taken =
            ProcessFile.resume(
                Directory.open(
                    CrashingFileSystem.path(
                        directory,
                        (number, step) -> {
                          if (number == last) {
                            throw new Stopped();
                          }
                        })),
                new ProcessFile.Settings(8, 64, 1 << 20, ROLE, clock),
                Retirement::isWhole);
        assertThat(taken).isNotNull();
      } catch (Stopped e) {
        assertThat(applications()).as("step " + last).isEqualTo(before);
        assertThat(Verification.verify(directory)).isEmpty();
      }
    }
    assertThat(steps).isGreaterThan(4);
    assertThat(applications()).isEqualTo(before);
    taken.close();
    assertThat(file).exists();
    assertThat(fold().folded()).isEqualTo(1);
    assertThat(applications()).isEqualTo(before);
  }

  private static final class Stopped extends Error {
    private static final long serialVersionUID = 1;
  }

  @Test
  void shouldRefuseARoleBesideAnotherName() {
    Tallystick.Builder builder = builder().resume(ROLE).instanceName("other");
    assertThatThrownBy(builder::open)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the role is the instance name, set one of them: role=worker-1 instanceName=other");
    assertThatThrownBy(() -> builder().resume(" "))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("role is blank: role=");
  }

  @Test
  void shouldRefuseANameThatNoHeaderHasRoomFor() {
    String longest = "ä".repeat(64);
    builder().instanceName(longest).open().close();
    assertThatThrownBy(() -> builder().instanceName(longest + "x").open())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("instance name is too long: bytes=129 most=128");
    assertThatThrownBy(() -> builder().resume(longest + "x").open())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("instance name is too long: bytes=129 most=128");
  }

  @Test
  void shouldAddToTotalsWhenTheNextProcessMirrorsARegistryOfItsOwn() throws IOException {
    kill(mirroring(5));
    Tallystick next = mirroring(2);

    assertThat(processFiles()).hasSize(1);
    assertThat(scrape())
        .containsEntry("jobs_total", 7.0)
        .containsEntry("sizes_count", 7.0)
        .containsEntry("sizes_sum", 7.0 * 3)
        .containsEntry("sizes_bucket{le=\"+Inf\"}", 7.0);
    next.close();
  }

  @Test
  void shouldFindSeriesAgainWhoseMetricHadGoneAndComeBack() throws IOException {
    io.prometheus.metrics.core.metrics.Gauge waiting =
        io.prometheus.metrics.core.metrics.Gauge.builder().name("waiting").build();
    waiting.set(7);
    PrometheusRegistry registry = new PrometheusRegistry();
    Tallystick first = mirroringSum(registry);
    registry.register(waiting);
    RegistrarAccess.mirror(first);
    registry.unregister(waiting);
    RegistrarAccess.mirror(first);
    registry.register(waiting);
    RegistrarAccess.mirror(first);
    assertThat(scrape()).containsEntry("waiting", 7.0);
    kill(first);

    waiting.set(3);
    Tallystick next = mirroringSum(registry);
    RegistrarAccess.mirror(next);
    assertThat(scrape()).containsEntry("waiting", 3.0);
    next.close();
  }

  private Tallystick mirroringSum(PrometheusRegistry registry) {
    Tallystick tallystick = resume();
    tallystick.mirror(registry, rules -> rules.gaugeMode("waiting", MultiprocessMode.SUM));
    return tallystick;
  }

  private Tallystick mirroring(int jobs) {
    PrometheusRegistry registry = new PrometheusRegistry();
    var counter =
        io.prometheus.metrics.core.metrics.Counter.builder().name("jobs").register(registry);
    var sizes =
        io.prometheus.metrics.core.metrics.Histogram.builder().name("sizes").register(registry);
    Tallystick tallystick = resume();
    tallystick.mirror(registry);
    for (int i = 0; i < jobs; i++) {
      counter.inc();
      sizes.observe(3);
      RegistrarAccess.mirror(tallystick);
    }
    return tallystick;
  }
}
