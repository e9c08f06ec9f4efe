package io.tallystick;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.merge.Retirement;
import io.tallystick.metrics.Counter;
import io.tallystick.metrics.RegistrarAccess;
import io.tallystick.scrape.Scraper;
import io.tallystick.shm.Directory;
import io.tallystick.shm.RetireLock;
import io.tallystick.testing.Await;
import io.tallystick.testing.CapturedLog;
import io.tallystick.testing.CrashingFileSystem;
import io.tallystick.testing.CrashingFileSystem.Look;
import io.tallystick.testing.CrashingFileSystem.Step;
import io.tallystick.testing.Samples;
import io.tallystick.testing.TempDirectory;
import io.tallystick.testing.TotalsCheck;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Interrupts of threads that open, register, scrape, fold and close: nothing is lost by them. */
@Timeout(120)
final class InterruptTest {
  private static final int SERIES = 2_000; // more than many segments hold
  private static final String UNSHARED = "tallystick_unshared_series";
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");
  private static final String CORRUPT = "tallystick_corrupt_files";

  private TempDirectory temp;
  private CapturedLog log;

  @BeforeEach
  void createDirectory() throws IOException {
    temp = TempDirectory.create();
    log = CapturedLog.open();
  }

  @AfterEach
  void deleteDirectory() throws IOException {
    Thread.interrupted();
    log.close();
    temp.close();
  }

  // ---- a new series ----

  @Test
  void shouldShareANewSeriesWhenItsThreadIsInterrupted() throws IOException {
    try (Tallystick tallystick = open(temp.path())) {
      Counter jobs = jobs(tallystick);

      Thread.currentThread().interrupt();
      jobs.labelValues("first").inc(7);

      assertThat(Thread.interrupted()).isTrue();
      assertThat(shared()).containsEntry("jobs_total{job=\"first\"}", 7.0);
      assertGrows(jobs);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"WRITE", "MAP"})
  void shouldShareNewSeriesWhenAnInterruptComesBeforeThisStep(Step interrupted) throws IOException {
    InterruptsAt interrupts = new InterruptsAt(interrupted);
    try (Tallystick tallystick = open(CrashingFileSystem.path(temp.path(), interrupts))) {
      Counter jobs = jobs(tallystick);
      for (int i = 0; i < SERIES; i++) {
        interrupts.armed = true;
        jobs.labelValues("early-" + i).inc(i);
        if (!interrupts.armed) {
          assertThat(Thread.interrupted()).isTrue();
        }
      }
      interrupts.armed = false;

      assertThat(interrupts.count).isGreaterThan(SERIES / 64);
      assertAllAreShared("early-");
      assertGrows(jobs);
    }
  }

  @Test
  void shouldShareNewSeriesWhenAnotherThreadInterruptsAgainAndAgain() throws IOException {
    try (Tallystick tallystick = open(temp.path())) {
      Counter jobs = jobs(tallystick);
      try (Interrupter interrupter = Interrupter.of(Thread.currentThread())) {
        interrupter.awaitOne();
        for (int i = 0; i < SERIES; i++) {
          jobs.labelValues("early-" + i).inc(i);
        }
      }

      assertThat(Thread.interrupted()).isTrue();
      assertAllAreShared("early-");
      assertGrows(jobs);
    }
  }

  private void assertAllAreShared(String prefix) throws IOException {
    Map<String, Double> samples = shared();
    assertThat(samples).containsEntry(UNSHARED, 0.0);
    for (int i = 0; i < SERIES; i++) {
      assertThat(samples).containsEntry("jobs_total{job=\"" + prefix + i + "\"}", (double) i);
    }
  }

  private void assertGrows(Counter jobs) throws IOException {
    for (int i = 0; i < SERIES; i++) {
      jobs.labelValues("late-" + i).inc(i);
    }
    assertAllAreShared("late-");
    assertThat(log.messages()).isEmpty();
  }

  // ---- opening, folding, closing ----

  @Test
  void shouldOpenAndFoldTheDeadWhenTheThreadIsInterrupted() throws IOException {
    leaveDead(5);

    Thread.currentThread().interrupt();
    try (Tallystick tallystick = open(temp.path())) {
      assertThat(Thread.interrupted()).isTrue();
      assertThat(processFiles(temp.path())).hasSize(1);
      jobs(tallystick).labelValues("dead").inc(2);
      assertThat(shared())
          .containsEntry("jobs_total{job=\"dead\"}", 7.0)
          .containsEntry("tallystick_process_files{state=\"live\"}", 1.0)
          .containsEntry(UNSHARED, 0.0);
    }
    assertThat(log.messages()).isEmpty();
  }

  @Test
  void shouldFoldWhenTheThreadIsInterrupted() throws IOException {
    leaveDead(5, 6);

    Thread.currentThread().interrupt();
    assertThat(Tallystick.retire(temp.path()).folded()).isEqualTo(2);

    assertThat(Thread.interrupted()).isTrue();
    assertThat(processFiles(temp.path())).isEmpty();
    assertThat(shared()).containsEntry("jobs_total{job=\"dead\"}", 11.0);
  }

  @Test
  void shouldFoldItsValuesWhenItIsClosedInAnInterruptedThread() throws IOException {
    Tallystick tallystick = open(temp.path());
    jobs(tallystick).labelValues("last").inc(3);

    Thread.currentThread().interrupt();
    tallystick.close();

    assertThat(Thread.interrupted()).isTrue();
    assertThat(processFiles(temp.path())).isEmpty();
    assertThat(shared()).containsEntry("jobs_total{job=\"last\"}", 3.0);
    assertThat(log.messages()).isEmpty();
  }

  @Test
  void shouldFoldAllThatIsWholeWhenAnInterruptComesBeforeAnyStepOrLook() throws IOException {
    int at = 0;
    boolean interrupted;
    do {
      try (TempDirectory directory = TempDirectory.create()) {
        leaveDead(directory.path(), 5, 6);
        Path faulty = directory.path().resolve("f".repeat(32) + ".tally"); // looked at last
        Files.createFile(faulty, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        InterruptsOnce interrupts = new InterruptsOnce(at++);

        Retirement.Report report =
            Tallystick.retire(CrashingFileSystem.path(directory.path(), interrupts));

        interrupted = Thread.interrupted();
        assertThat(interrupted).as("before %s", interrupts).isEqualTo(interrupts.done());
        assertThat(report)
            .as("before %s", interrupts)
            .isEqualTo(new Retirement.Report(2, 1, false));
        assertThat(names(directory.path()))
            .as("before %s", interrupts)
            .containsExactly(
                faulty.getFileName().toString(),
                "retire.lock",
                "retired.tally",
                "series.index",
                "series.lock");
      }
    } while (interrupted);
    assertThat(at).isGreaterThan(20);
  }

  @Test
  void shouldCountOnceWhenAnInterruptComesBeforeAnyStepOrLook() throws IOException {
    int at = 0;
    boolean interrupted;
    do {
      try (TempDirectory directory = TempDirectory.create()) {
        leaveDead(directory.path(), 5, 6);
        InterruptsOnce interrupts = new InterruptsOnce(at++);
        try (Tallystick tallystick = open(CrashingFileSystem.path(directory.path(), interrupts))) {
          jobs(tallystick).labelValues("dead").inc(2);
          jobs(tallystick, "others_total").labelValues("first").inc(4);
          assertThat(processFiles(directory.path())).as("before %s", interrupts).hasSize(1);
        }
        interrupted = Thread.interrupted();

        assertThat(interrupted).as("before %s", interrupts).isEqualTo(interrupts.done());
        assertThat(names(directory.path()))
            .as("before %s", interrupts)
            .containsExactly("retire.lock", "retired.tally", "series.index", "series.lock");
        try (Scraper scraper = Scraper.open(directory.path())) {
          assertThat(Samples.of(scraper))
              .as("before %s", interrupts)
              .containsEntry("jobs_total{job=\"dead\"}", 13.0)
              .containsEntry("others_total{job=\"first\"}", 4.0)
              .containsEntry("tallystick_process_files{state=\"retired\"}", 3.0);
        }
      }
    } while (interrupted);
    assertThat(at).isGreaterThan(30);
    assertThat(log.messages()).isEmpty();
  }

  @Test
  void shouldTellInstancesApartWhenAnInterruptComesBeforeAnyStepOrLook() throws IOException {
    int at = 0;
    boolean interrupted;
    do {
      try (TempDirectory directory = TempDirectory.create()) {
        Tallystick first = open(directory.path());
        InterruptsOnce interrupts = new InterruptsOnce(at++);
        Tallystick second = open(CrashingFileSystem.path(directory.path(), interrupts));
        interrupted = Thread.interrupted();

        assertThat(first.instanceName()).isEqualTo("shop");
        assertThat(second.instanceName()).as("before %s", interrupts).startsWith("shop-");
        assertThat(processFiles(directory.path())).as("before %s", interrupts).hasSize(2);

        interrupts.held = true;
        first.close();
        second.close();
        assertThat(names(directory.path()))
            .as("before %s", interrupts)
            .containsExactly("retire.lock", "retired.tally", "series.index", "series.lock");
      }
    } while (interrupted);
    assertThat(at).isGreaterThan(20);
  }

  // ---- scrapes ----

  @Test
  void shouldScrapeAndGoOnWhenTheThreadIsInterrupted() throws IOException {
    leaveDead(5);
    try (Tallystick tallystick = open(temp.path());
        Scraper scraper = Scraper.open(temp.path())) {
      Counter jobs = jobs(tallystick);
      for (int i = 0; i < 3; i++) {
        jobs.labelValues("dead").inc();
        jobs.labelValues("new-" + i).inc();

        Thread.currentThread().interrupt();
        Map<String, Double> samples = Samples.of(scraper);

        assertThat(Thread.interrupted()).isTrue();
        assertThat(samples)
            .containsEntry("jobs_total{job=\"dead\"}", 6.0 + i)
            .containsEntry("jobs_total{job=\"new-" + i + "\"}", 1.0)
            .containsEntry(CORRUPT, 0.0);
      }
      assertGrows(jobs);
      assertThat(Samples.of(scraper)).containsEntry("jobs_total{job=\"late-1999\"}", 1999.0);
    }
  }

  @Test
  void shouldScrapeWhenAnInterruptComesBeforeAnyStepOrLook() throws IOException {
    int at = 0;
    boolean interrupted;
    do {
      try (TempDirectory directory = TempDirectory.create()) {
        InterruptsOnce interrupts = new InterruptsOnce(at++);
        interrupts.held = true;
        Path watched = CrashingFileSystem.path(directory.path(), interrupts);
        leaveDead(directory.path(), 5);
        Tallystick.retire(directory.path());
        try (Scraper scraper =
                Scraper.of(
                    Directory.open(watched),
                    null,
                    Scraper.DEFAULT_DEAD_GAUGE_RETENTION,
                    Clock.systemUTC());
            Tallystick tallystick = open(directory.path())) {
          jobs(tallystick).labelValues("dead").inc(2);
          assertThat(Samples.of(scraper)).containsEntry("jobs_total{job=\"dead\"}", 7.0);
          Counter later = jobs(tallystick, "later_total");
          later.labelValues("lives").inc(3); // in records that the scraper has not read
          leaveDead(directory.path(), 6);

          interrupts.held = false;
          Map<String, Double> samples = Samples.of(scraper);
          interrupts.held = true;

          interrupted = Thread.interrupted();
          assertThat(interrupted).as("before %s", interrupts).isEqualTo(interrupts.done());
          assertThat(samples)
              .as("before %s", interrupts)
              .containsEntry("jobs_total{job=\"dead\"}", 13.0)
              .containsEntry("later_total{job=\"lives\"}", 3.0)
              .containsEntry(CORRUPT, 0.0);
        }
      }
    } while (interrupted);
    assertThat(at).isGreaterThan(20);
  }

  @Test
  void shouldNotLowerATotalWhenEveryLookIsInterrupted() throws IOException {
    leaveDead(5);
    try (Tallystick large = open(temp.path())) {
      Counter many = jobs(large, "many_total");
      for (int i = 0; i < 9_000; i++) {
        many.labelValues("so-that-the-retired-file-is-mapped-" + i).inc();
      }
    }
    InterruptsAlways interrupts = new InterruptsAlways();
    Directory watched = Directory.open(CrashingFileSystem.path(temp.path(), interrupts));
    try (Scraper scraper =
            Scraper.of(watched, null, Scraper.DEFAULT_DEAD_GAUGE_RETENTION, Clock.systemUTC());
        Tallystick lives = open(temp.path());
        Tallystick dies = open(temp.path())) {
      jobs(lives).labelValues("dead").inc(2);
      jobs(dies).labelValues("dead").inc(4);
      assertThat(Samples.of(scraper)).containsEntry("jobs_total{job=\"dead\"}", 11.0);
      RegistrarAccess.kill(dies);

      interrupts.on = true;
      assertThat(Samples.of(scraper)).containsEntry("jobs_total{job=\"dead\"}", 11.0);
      try (RetireLock lock = RetireLock.tryTake(Directory.open(temp.path()))) {
        assertThat(lock).isNotNull(); // the dead are read as they are
        assertThat(Samples.of(scraper)).containsEntry("jobs_total{job=\"dead\"}", 11.0);
      }
      interrupts.on = false;

      assertThat(Thread.interrupted()).isTrue();
      assertThat(Samples.of(scraper))
          .containsEntry("jobs_total{job=\"dead\"}", 11.0)
          .containsEntry(CORRUPT, 0.0);
    }
  }

  @Test
  void shouldNotLowerATotalWhenAnotherThreadInterruptsScrapesAgainAndAgain() throws Exception {
    double count = 0;
    try (Tallystick lives = open(temp.path());
        Scraper scraper = Scraper.open(temp.path())) {
      Counter jobs = jobs(lives);
      Scrapes scrapes = new Scrapes(scraper);
      scrapes.start();
      try (Interrupter interrupter = Interrupter.of(scrapes)) {
        interrupter.awaitOne();
        for (int i = 0; i < 200; i++) {
          jobs.labelValues("dead").inc();
          jobs.labelValues("new-" + i).inc();
          leaveDead(2);
          count += 3;
          scrapes.awaitOne();
        }
      } finally {
        scrapes.end();
      }

      assertThat(scrapes.wasInterrupted).isTrue();
      assertThat(Samples.of(scraper))
          .containsEntry("jobs_total{job=\"dead\"}", count)
          .containsEntry("jobs_total{job=\"new-199\"}", 1.0)
          .containsEntry(CORRUPT, 0.0);
    }
  }

  // ----

  private static Tallystick open(Path directory) {
    return Tallystick.builder().directory(directory).instanceName("shop").segmentCells(64).open();
  }

  private static Counter jobs(Tallystick tallystick) {
    return jobs(tallystick, "jobs_total");
  }

  private static Counter jobs(Tallystick tallystick, String name) {
    return Counter.builder().name(name).labelNames("job").register(tallystick);
  }

  private void leaveDead(int... jobs) throws IOException {
    leaveDead(temp.path(), jobs);
  }

  /** Leaves the files of dead processes that nobody has folded, each with so many jobs. */
  private static void leaveDead(Path directory, int... jobs) throws IOException {
    List<Tallystick> processes = new ArrayList<>();
    for (int each : jobs) {
      Tallystick process = open(directory);
      jobs(process).labelValues("dead").inc(each);
      processes.add(process);
    }
    for (Tallystick process : processes) {
      RegistrarAccess.kill(process);
    }
  }

  /** What another scraper sees. */
  private Map<String, Double> shared() throws IOException {
    try (Scraper stranger = Scraper.open(temp.path())) {
      return Samples.of(stranger);
    }
  }

  private static Set<String> processFiles(Path directory) throws IOException {
    Set<String> names = names(directory);
    names.removeIf(name -> !name.matches("[0-9a-f]{32}\\.tally"));
    return names;
  }

  private static Set<String> names(Path directory) throws IOException {
    Set<String> names = new TreeSet<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      files.forEach(file -> names.add(file.getFileName().toString()));
    }
    return names;
  }

  /** Interrupts the thread that made it before a step of one kind, each time that it is armed. */
  private static final class InterruptsAt implements CrashingFileSystem.Observer {
    private final Thread thread = Thread.currentThread();
    private final Step step;
    private boolean armed;
    private int count;

    InterruptsAt(Step step) {
      this.step = step;
    }

    @Override
    public void before(int number, Step next) {
      if (Thread.currentThread() == thread && armed && next == step) {
        armed = false;
        count++;
        thread.interrupt();
      }
    }
  }

  /** Interrupts the thread that made it once, before one of all its steps and looks. */
  private static final class InterruptsOnce implements CrashingFileSystem.Observer {
    private final Thread thread = Thread.currentThread();
    private final int at;
    private boolean held;
    private int seen;
    private String where = "the end";

    InterruptsOnce(int at) {
      this.at = at;
    }

    boolean done() {
      return seen > at;
    }

    @Override
    public void before(int number, Step step) {
      next(step);
    }

    @Override
    public void beforeLook(Look look, Path path) {
      if (look != Look.ATTRIBUTES) { // no interrupt ends that
        next(look + " " + path.getFileName());
      }
    }

    private void next(Object what) {
      if (Thread.currentThread() == thread && !held && seen++ == at) {
        where = what.toString();
        thread.interrupt();
      }
    }

    @Override
    public String toString() {
      return where + " at=" + at;
    }
  }

  /** Interrupts the thread before every step and look. */
  private static final class InterruptsAlways implements CrashingFileSystem.Observer {
    private boolean on;

    @Override
    public void before(int number, Step step) {
      interrupt();
    }

    @Override
    public void beforeLook(Look look, Path path) {
      interrupt();
    }

    private void interrupt() {
      if (on) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** A thread that scrapes without pause, and checks that no total goes down. */
  private static final class Scrapes extends Thread {
    private final Scraper scraper;
    private volatile boolean stopped;
    private volatile int number;
    private volatile boolean wasInterrupted;
    private volatile Throwable fault;

    Scrapes(Scraper scraper) {
      super("scrapes");
      this.scraper = scraper;
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes it
    public void run() {
      TotalsCheck check = new TotalsCheck();
      try {
        while (!stopped) {
          check.take(Samples.ofApplications(scraper));
          number++;
        }
      } catch (IOException | RuntimeException | Error e) {
        fault = e;
      }
      wasInterrupted = isInterrupted();
    }

    void awaitOne() throws Exception {
      int before = number;
      Await.until("a scrape", () -> number > before || !isAlive());
      assertThat(fault).isNull();
    }

    void end() throws InterruptedException {
      stopped = true;
      join();
    }
  }

  /** A thread that interrupts another one again and again. */
  private static final class Interrupter implements AutoCloseable {
    private static final int LONGEST_PAUSE_NS = 1_000_000;

    private final Thread target;
    private final Thread thread = new Thread(this::run, "interrupter");
    private volatile boolean stopped;
    private volatile boolean started;

    private Interrupter(Thread target) {
      this.target = target;
    }

    static Interrupter of(Thread target) {
      Interrupter interrupter = new Interrupter(target);
      interrupter.thread.start();
      return interrupter;
    }

    private void run() {
      while (!stopped) {
        target.interrupt();
        started = true;
        LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(LONGEST_PAUSE_NS));
      }
    }

    void awaitOne() {
      while (!started) {
        Thread.onSpinWait();
      }
    }

    @Override
    public void close() {
      stopped = true;
      while (thread.isAlive()) {
        Thread.onSpinWait();
      }
    }
  }
}
