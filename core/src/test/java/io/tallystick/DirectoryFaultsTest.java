package io.tallystick;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tallystick.metrics.Counter;
import io.tallystick.metrics.Gauge;
import io.tallystick.metrics.RegistrarAccess;
import io.tallystick.testing.CapturedLog;
import io.tallystick.testing.CrashingFileSystem;
import io.tallystick.testing.Samples;
import io.tallystick.testing.TempDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Directories and files that must not be trusted, that go away, or that are shared by one pid. */
@Timeout(60)
final class DirectoryFaultsTest {
  private static final String CORRUPT_FILES = "tallystick_corrupt_files";

  private TempDirectory temporary;
  private Path directory;
  private CapturedLog log;

  @BeforeEach
  void createDirectory() throws IOException {
    temporary = TempDirectory.create();
    directory = temporary.path().resolve("tallies");
    log = CapturedLog.open();
  }

  @AfterEach
  void deleteDirectory() throws IOException {
    log.close();
    temporary.close();
  }

  @Test
  void shouldCreateTheDirectoryAndItsFilesForTheirOwnerOnly() throws Exception {
    try (Tallystick tallystick = Tallystick.open(directory)) {
      Counter.builder().name("jobs_total").register(tallystick).inc();
      assertThat(modeOf(directory)).isEqualTo("rwx------");
      try (var files = Files.newDirectoryStream(directory)) {
        for (Path file : files) {
          assertThat(modeOf(file)).as(file.toString()).isEqualTo("rw-------");
        }
      }
    }
    assertThat(modeOf(directory.resolve("retired.tally"))).isEqualTo("rw-------");
  }

  @Test
  void shouldRefuseADirectoryAndSayWhatToDoWhenOthersMayWriteIt() throws Exception {
    for (String mode : new String[] {"rwxrwx---", "rwx----w-"}) {
      Path open = Files.createDirectory(temporary.path().resolve(mode));
      Files.setPosixFilePermissions(open, PosixFilePermissions.fromString(mode));

      assertRefused(open, "writable by others; chmod go-w it: mode=" + mode);
    }
  }

  @Test
  void shouldRefuseADirectoryAndSayWhatToDoWhenItIsASymbolicLink() throws Exception {
    Files.createDirectory(directory, mode("rwx------"));
    Path link = Files.createSymbolicLink(temporary.path().resolve("link"), directory);

    assertRefused(link, "is a symbolic link; name what it points to");
  }

  @Test
  void shouldRefuseADirectoryAndSayWhatToDoWhenItBelongsToAnother() throws Exception {
    Files.createDirectory(directory, mode("rwx------"));
    UserPrincipal user = Files.getOwner(directory);
    giveAway(directory);

    assertRefused(directory, "is owned by another user; run as its owner or remove it: owner=");
    assertThatThrownBy(() -> Tallystick.open(directory))
        .hasMessageContaining("user=" + user.getName());
  }

  @Test
  void shouldRefuseADirectoryWhenItIsAFile() throws Exception {
    Files.createFile(directory);

    assertRefused(directory, "is not a directory");
  }

  private static void assertRefused(Path directory, String message) {
    assertThatThrownBy(() -> Tallystick.open(directory))
        .hasMessageContaining(message)
        .hasMessageContaining("directory=" + directory);
    assertThatThrownBy(() -> Tallystick.openScraper(directory)).hasMessageContaining(message);
    assertThatThrownBy(() -> Tallystick.retire(directory)).hasMessageContaining(message);
  }

  @Test
  void shouldSkipAFileWhenItIsASymbolicLink() throws Exception {
    Path elsewhere = temporary.path().resolve("elsewhere");
    makeDead(elsewhere, 7);
    Path linked = onlyTally(elsewhere);
    try (Tallystick tallystick = Tallystick.open(directory)) {
      Counter.builder().name("jobs_total").register(tallystick).inc();
      Files.createSymbolicLink(directory.resolve(linked.getFileName()), linked);

      assertSkipped(tallystick, "is a symbolic link; name what it points to");
    }
  }

  @Test
  void shouldSkipAFileWhenItBelongsToAnother() throws Exception {
    makeDead(directory, 7);
    giveAway(onlyTally(directory));
    try (Tallystick tallystick = Tallystick.open(directory)) {
      Counter.builder().name("jobs_total").register(tallystick).inc();

      assertSkipped(tallystick, "is owned by another user; run as its owner or remove it");
    }
  }

  @Test
  void shouldSkipAFileWhenOthersMayWriteIt() throws Exception {
    makeDead(directory, 7);
    Files.setPosixFilePermissions(
        onlyTally(directory), PosixFilePermissions.fromString("rw--w----"));
    try (Tallystick tallystick = Tallystick.open(directory)) {
      Counter.builder().name("jobs_total").register(tallystick).inc();

      assertSkipped(tallystick, "is writable by others; chmod go-w it");
    }
  }

  private void assertSkipped(Tallystick tallystick, String reason) throws IOException {
    Map<String, Double> samples = Samples.of(tallystick.scraper());
    assertThat(samples).containsEntry("jobs_total", 1.0).containsEntry(CORRUPT_FILES, 1.0);
    assertThat(Tallystick.retire(directory).left()).isEqualTo(1);
    assertThat(log.messages()).anyMatch(message -> message.contains(reason));
  }

  @Test
  void shouldShowItsOwnSeriesAndCloseQuietlyWhenTheDirectoryIsDeleted() throws Exception {
    makeDead(directory, 7);
    try (Tallystick tallystick = Tallystick.open(directory)) {
      Counter jobs = Counter.builder().name("jobs_total").labelNames("job").register(tallystick);
      jobs.labelValues("early").inc();
      assertThat(Samples.of(tallystick.scraper())).hasSizeGreaterThan(2);
      deleteAll(directory);
      jobs.labelValues("early").inc();
      for (int i = 0; i < 2_000; i++) {
        jobs.labelValues("late-" + i).inc(2); // more than the first segment holds
      }
      RegistrarAccess.turn(tallystick);

      Map<String, Double> samples = Samples.of(tallystick.scraper());
      assertThat(samples)
          .containsEntry("jobs_total{job=\"early\"}", 2.0)
          .containsEntry("jobs_total{job=\"late-0\"}", 2.0)
          .containsEntry("jobs_total{job=\"late-1999\"}", 2.0)
          .containsEntry("tallystick_unshared_series", 0.0)
          .containsEntry(CORRUPT_FILES, 0.0);
    }
    assertThat(directory).doesNotExist();
  }

  @Test
  void shouldTellInstancesApartWhenTheyHaveOnePid() throws Exception {
    try (Tallystick first = Tallystick.open(directory);
        Tallystick second = Tallystick.open(directory)) {
      assertToldApart(first, second, Long.toString(ProcessHandle.current().pid()));
    }
  }

  @Test
  void shouldTellInstancesApartWhenTheyHaveOneName() throws Exception {
    try (Tallystick first = open("shop");
        Tallystick second = open("shop")) {
      assertToldApart(first, second, "shop");
    }
  }

  @Test
  void shouldOpenEachOtherFileOnceWhenAllHaveOneName() throws Exception {
    List<Tallystick> processes = new ArrayList<>();
    try {
      for (int i = 0; i < 20; i++) {
        Map<String, Integer> opened = new TreeMap<>();
        Path watched = CrashingFileSystem.path(directory, countingOpens(opened));
        processes.add(Tallystick.builder().directory(watched).instanceName("shop").open());

        opened.keySet().removeIf(file -> !file.endsWith(".tally"));
        assertThat(opened.values()).as("%s", opened).allMatch(times -> times == 1);
      }
      assertThat(processes).extracting(Tallystick::instanceName).doesNotHaveDuplicates();
    } finally {
      processes.forEach(Tallystick::close);
    }
  }

  private static CrashingFileSystem.Observer countingOpens(Map<String, Integer> opened) {
    return new CrashingFileSystem.Observer() {
      @Override
      public void before(int number, CrashingFileSystem.Step step) {}

      @Override
      public void beforeLook(CrashingFileSystem.Look look, Path path) {
        if (look == CrashingFileSystem.Look.OPEN) {
          opened.merge(path.getFileName().toString(), 1, Integer::sum);
        }
      }
    };
  }

  private static void assertToldApart(Tallystick first, Tallystick second, String name)
      throws IOException {
    assertThat(first.instanceName()).isEqualTo(name);
    assertThat(second.instanceName()).startsWith(name + "-");
    gauge(first).set(1);
    gauge(second).set(2);
    assertThat(Samples.ofApplications(first.scraper()))
        .isEqualTo(
            Map.of(
                "heat{pid=\"" + name + "\"}",
                1.0,
                "heat{pid=\"" + second.instanceName() + "\"}",
                2.0));
  }

  private Tallystick open(String instanceName) {
    return Tallystick.builder().directory(directory).instanceName(instanceName).open();
  }

  private static Gauge gauge(Tallystick tallystick) {
    return Gauge.builder().name("heat").register(tallystick);
  }

  /** Leaves the file of a dead process that nobody has folded. */
  private static void makeDead(Path directory, int jobs) throws IOException {
    Tallystick tallystick = Tallystick.open(directory);
    Counter.builder().name("jobs_total").register(tallystick).inc(jobs);
    tallystick.scraper().close();
    RegistrarAccess.kill(tallystick);
  }

  private static Path onlyTally(Path directory) throws IOException {
    try (var files =
        Files.newDirectoryStream(directory, "????????????????????????????????.tally")) {
      return files.iterator().next();
    }
  }

  private static String modeOf(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private static FileAttribute<?> mode(String mode) {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode));
  }

  private static void deleteAll(Path directory) throws IOException {
    try (var files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }

  /** Makes another user the owner, or has the test skipped where that must not be. */
  private static void giveAway(Path path) throws IOException {
    boolean given = false;
    try {
      UserPrincipal other =
          path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody");
      Files.setOwner(path, other);
      given = true;
    } catch (IOException e) {
      assumeTrue(given, "no right to give a file to another user: " + e);
    }
  }
}
