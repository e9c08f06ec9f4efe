package io.tallystick;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.SteppingProcess.Kind;
import io.tallystick.merge.Retirement;
import io.tallystick.scrape.Scraper;
import io.tallystick.testing.Await;
import io.tallystick.testing.ChildJvm;
import io.tallystick.testing.CrashingFileSystem;
import io.tallystick.testing.Rounds;
import io.tallystick.testing.Samples;
import io.tallystick.testing.TempDirectory;
import io.tallystick.testing.TotalsCheck;
import io.tallystick.testing.TotalsWatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Processes that count and processes that fold, killed at random moments and at every step. */
@Timeout(300)
final class KillIT {
  private static final long SEED = 42;
  private static final int COUNTING_KILLS = Rounds.of(112);
  private static final int RETIRING_KILLS = Rounds.of(48);
  private static final int FOR_EVER = -1;

  private final Random random = new Random(SEED);
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

  @Test
  void shouldShowAllThatWasAcknowledgedWhenProcessesAndFoldsAreKilled() throws Exception {
    Map<String, Double> totals;
    try (Fleet fleet = new Fleet(directory);
        Retirer retirer = new Retirer();
        TotalsWatch watch = TotalsWatch.start(directory)) {
      retirer.fold(directory, FOR_EVER);
      for (int i = 0; i < COUNTING_KILLS; i++) {
        fleet.killOne(random, i % 10 == 9);
        if (i % 4 == 3) {
          pass(random.nextInt(3_000_000));
          retirer.killAndReplace();
          retirer.fold(directory, FOR_EVER);
        }
        watch.check();
      }
      fleet.killAll();
      totals = watch.stop();
      assertThat(watch.check()).isGreaterThan(COUNTING_KILLS);
      fleet.assertTotals(totals);
    }
    Tallystick.retire(directory);
    try (Scraper scraper = Scraper.open(directory)) {
      assertThat(Samples.ofApplications(scraper)).isEqualTo(totals);
    }
  }

  @Test
  void shouldCountEachDeadProcessOnceWhenAFoldIsKilledAtAnyMoment() throws Exception {
    DeadProcesses dead = DeadProcesses.in(directory, 40, 400);
    try (Retirer retirer = new Retirer()) {
      for (int i = 0; i < RETIRING_KILLS; i++) {
        try (TempDirectory copy = TempDirectory.create()) {
          dead.copyTo(copy.path());
          retirer.fold(copy.path(), FOR_EVER);
          awaitAMomentOfTheFold(i % 4, copy.path(), dead.processes());
          retirer.killAndReplace();
          assertCountedOnce(dead, copy.path());
        }
      }
    }
  }

  /** Waits until the fold reads, writes, has written, or deletes. */
  private void awaitAMomentOfTheFold(int phase, Path directory, int processes) throws Exception {
    int part = random.nextInt(processes);
    Path unfinished = directory.resolve(".retired.tally.tmp");
    Path retired = directory.resolve("retired.tally");
    long startNs = System.nanoTime();
    boolean reached = false;
    while (!reached) {
      assertThat(System.nanoTime() - startNs).isLessThan(ChildJvm.PATIENCE.toNanos());
      reached =
          switch (phase) {
            case 0 -> System.nanoTime() - startNs > part * 2_000_000L;
            case 1 -> Files.exists(unfinished) || Files.exists(retired);
            case 2 -> Files.exists(retired);
            default -> filesIn(directory) <= processes * 2 - part;
          };
    }
    if (phase == 1) {
      pass(part * 100_000L);
    }
  }

  @Test
  void shouldCountEachDeadProcessOnceWhenAFoldIsKilledBeforeAnyStep() throws Exception {
    DeadProcesses dead = DeadProcesses.in(directory, 3, 5);
    int steps = stepsOfAFold(dead);
    assertThat(steps).isGreaterThan(3 + 2 * dead.processes());
    try (Retirer retirer = new Retirer()) {
      for (int step = 0; step < steps; step++) {
        try (TempDirectory copy = TempDirectory.create()) {
          dead.copyTo(copy.path());
          retirer.foldUntilHalted(copy.path(), step);
          assertCountedOnce(dead, copy.path());
        }
      }
    }
  }

  private static int stepsOfAFold(DeadProcesses dead) throws IOException {
    AtomicInteger steps = new AtomicInteger();
    try (TempDirectory copy = TempDirectory.create()) {
      dead.copyTo(copy.path());
      Path counted =
          CrashingFileSystem.path(copy.path(), (number, step) -> steps.incrementAndGet());
      Retirement.Report report =
          new Retirement(
                  io.tallystick.shm.Directory.open(counted), Duration.ofHours(1), Clock.systemUTC())
              .run();
      assertThat(report.folded()).isEqualTo(dead.processes());
    }
    return steps.get();
  }

  private static void assertCountedOnce(DeadProcesses dead, Path directory) throws IOException {
    try (Scraper scraper = Scraper.open(directory)) {
      Map<String, Double> samples = Samples.of(scraper);
      assertThat(samples).containsAllEntriesOf(dead.totals());
      assertThat(samples)
          .containsEntry("tallystick_process_files{state=\"dead\"}", 0.0)
          .containsEntry("tallystick_process_files{state=\"retired\"}", (double) dead.processes());
    }
    assertThat(Tallystick.retire(directory)).isEqualTo(new Retirement.Report(0, 0, false));
    assertThat(io.tallystick.shm.Directory.open(directory).lockTokens()).isEmpty();
  }

  private static int filesIn(Path directory) {
    return directory.toFile().list().length;
  }

  /** Lets a random moment pass: nothing happens then that one could wait for. */
  private static void pass(long ns) {
    long startNs = System.nanoTime();
    while (System.nanoTime() - startNs < ns) {
      Thread.onSpinWait();
    }
  }

  /** What one process acknowledged. */
  private static final class Member implements AutoCloseable {
    private final ChildJvm jvm;
    private final int number;
    private final int updates;
    private final Map<Kind, Integer> batches = new EnumMap<>(Kind.class);
    private volatile boolean ready;
    private volatile int acknowledged;

    Member(Path directory, int number, int updates) throws IOException {
      this.number = number;
      this.updates = updates;
      ChildJvm.Builder builder = ChildJvm.of(SteppingProcess.class);
      if (number % 2 == 0) {
        builder.opensInternals();
      }
      this.jvm = builder.arguments(directory, number, updates).onLine(this::take).start();
    }

    /** Called by one thread, which ends before {@link #batches} is read. */
    private void take(String line) {
      if (line.equals("ready")) {
        ready = true;
      } else {
        batches.merge(Kind.valueOf(line), 1, Integer::sum);
        acknowledged = batches.values().stream().mapToInt(Integer::intValue).sum();
      }
    }

    void awaitReady() throws Exception {
      Await.until("process starts: " + jvm.errors(), () -> ready || !jvm.isAlive());
      assertThat(jvm.isAlive()).as(jvm.errors()).isTrue();
    }

    void grant(int batches) throws IOException {
      jvm.send(Integer.toString(batches));
    }

    void awaitAcknowledged(int batches) throws Exception {
      Await.until("process counts", () -> acknowledged >= batches);
    }

    void kill() throws InterruptedException {
      jvm.kill();
      assertThat(jvm.errors()).isEmpty();
    }

    long acknowledged(Kind kind) {
      return (long) batches.getOrDefault(kind, 0) * updates;
    }

    /** The most updates that it may have made and not acknowledged. */
    long inFlight() {
      return (long) SteppingProcess.THREADS * updates;
    }

    @Override
    public void close() {
      jvm.close();
    }
  }

  /**
   * Processes that count: some are at work, others are starting to take the place of the killed.
   */
  private static final class Fleet implements AutoCloseable {
    private static final int WORKING = 3;
    private static final int STARTING = 3;
    private static final int MOST_BATCHES = 2_000;

    private final Path directory;
    private final List<Member> working = new ArrayList<>();
    private final Deque<Member> starting = new ArrayDeque<>();
    private final List<Member> killed = new ArrayList<>();
    private int started;

    Fleet(Path directory) throws Exception {
      this.directory = directory;
      for (int i = 0; i < WORKING + STARTING; i++) {
        start();
      }
      for (int i = 0; i < WORKING; i++) {
        replace();
      }
    }

    private void start() throws IOException {
      starting.add(new Member(directory, started, started % 3 == 0 ? 16 : 1));
      started++;
    }

    private void replace() throws Exception {
      Member next = starting.remove();
      next.awaitReady();
      working.add(next);
    }

    /** Kills a process that counts, or one that starts, and puts another in its place. */
    void killOne(Random random, boolean whileItStarts) throws Exception {
      working.get(random.nextInt(WORKING)).grant(random.nextInt(MOST_BATCHES));
      Member victim = whileItStarts ? starting.removeLast() : working.get(random.nextInt(WORKING));
      if (!whileItStarts) {
        int before = victim.acknowledged;
        int batches = 1 + random.nextInt(MOST_BATCHES);
        victim.grant(batches);
        victim.awaitAcknowledged(before + random.nextInt(batches));
      }
      victim.kill();
      killed.add(victim);
      start();
      if (working.remove(victim)) {
        replace();
      }
    }

    void killAll() throws InterruptedException {
      working.addAll(starting);
      starting.clear();
      for (Member member : working) {
        member.kill();
      }
      killed.addAll(working);
      working.clear();
    }

    void assertTotals(Map<String, Double> totals) {
      TotalsCheck.checkDistributions(totals);
      long unacknowledged = 0;
      unacknowledged += assertTotal(Kind.WHOLE, totals.get("whole_total"));
      unacknowledged += assertTotal(Kind.TENTHS, totals.get("tenths_total") * 10);
      unacknowledged += assertTotal(Kind.HISTOGRAM, totals.get("sizes_count"));
      unacknowledged += assertTotal(Kind.SUMMARY, totals.get("times_count"));
      long inFlight = 0;
      for (Member member : killed) {
        long numbered = acknowledgedOnce(member, totals);
        unacknowledged += numbered - member.acknowledged(Kind.NUMBERED);
        inFlight += member.inFlight();
      }
      assertThat(unacknowledged).isLessThanOrEqualTo(inFlight);
      assertThat(totals.get("sizes_count") - totals.get("sizes_sum"))
          .isBetween(0.0, inFlight * 1.0);
      assertThat(totals.get("times_count") - totals.get("times_sum"))
          .isBetween(0.0, inFlight * 1.0);
    }

    /** Checks one process' own series and returns its total. */
    private static long acknowledgedOnce(Member member, Map<String, Double> totals) {
      String labels = "{process=\"" + member.number + "\"}";
      double started = totals.getOrDefault("started_total" + labels, 0.0);
      assertThat(started).as("process " + member.number).isBetween(member.ready ? 1.0 : 0.0, 1.0);
      double numbered = totals.getOrDefault("numbered_total" + labels, 0.0);
      long acknowledged = member.acknowledged(Kind.NUMBERED);
      assertThat(numbered)
          .as("process " + member.number)
          .isBetween((double) acknowledged, (double) (acknowledged + member.inFlight()));
      return (long) numbered;
    }

    /** Checks a total of all and returns by how much it is above what was acknowledged. */
    private long assertTotal(Kind kind, double total) {
      long acknowledged = killed.stream().mapToLong(member -> member.acknowledged(kind)).sum();
      long inFlight = killed.stream().mapToLong(Member::inFlight).sum();
      assertThat(Math.round(total))
          .as(kind.name())
          .isBetween(acknowledged, acknowledged + inFlight);
      return Math.round(total) - acknowledged;
    }

    @Override
    public void close() {
      working.forEach(Member::close);
      starting.forEach(Member::close);
    }
  }

  /** A process that folds, and the one that takes its place. */
  private static final class Retirer implements AutoCloseable {
    private ChildJvm jvm;
    private ChildJvm next;

    Retirer() throws IOException {
      this.jvm = ChildJvm.of(RetiringProcess.class).start();
      this.next = ChildJvm.of(RetiringProcess.class).start();
    }

    void fold(Path directory, int lastStep) throws IOException, InterruptedException {
      jvm.send(lastStep + " " + directory);
      jvm.await("folding");
    }

    void foldUntilHalted(Path directory, int lastStep) throws IOException, InterruptedException {
      fold(directory, lastStep);
      assertThat(jvm.waitFor()).as(jvm.errors()).isEqualTo(RetiringProcess.HALTED);
      replace();
    }

    void killAndReplace() throws IOException, InterruptedException {
      jvm.kill();
      assertThat(jvm.errors()).isEmpty();
      replace();
    }

    private void replace() throws IOException {
      jvm = next;
      next = ChildJvm.of(RetiringProcess.class).start();
    }

    @Override
    public void close() {
      jvm.close();
      next.close();
    }
  }
}
