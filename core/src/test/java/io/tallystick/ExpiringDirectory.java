package io.tallystick;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.merge.Retirement;
import io.tallystick.merge.Verification;
import io.tallystick.metrics.Counter;
import io.tallystick.metrics.RegistrarAccess;
import io.tallystick.scrape.Scraper;
import io.tallystick.shm.Directory;
import io.tallystick.testing.Await;
import io.tallystick.testing.Samples;
import io.tallystick.testing.TallyBytes;
import io.tallystick.testing.TempDirectory;
import io.tallystick.testing.TurnedClock;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A directory of processes whose series expire, all with one clock. */
final class ExpiringDirectory implements AutoCloseable {
  static final Duration TTL = Duration.ofMinutes(10);

  /** How long freed cells are left alone, and a bit. */
  static final Duration QUARANTINE = Duration.ofSeconds(61);

  /** The word of the header that says which cells are reused. */
  static final int REUSES = 88;

  private static final Duration LOOK = Duration.ofSeconds(5);

  private final TurnedClock clock = TurnedClock.at(Instant.now());
  private final List<Tallystick> opened = new ArrayList<>();
  private final TempDirectory temporary;

  ExpiringDirectory() throws IOException {
    temporary = TempDirectory.create();
  }

  Path path() {
    return temporary.path();
  }

  TurnedClock clock() {
    return clock;
  }

  Tallystick open(String name) {
    return open(builder().instanceName(name));
  }

  Tallystick open(Tallystick.Builder builder) {
    Tallystick tallystick = builder.open();
    opened.add(tallystick);
    return tallystick;
  }

  Tallystick.Builder builder() {
    return builder(path());
  }

  Tallystick.Builder builder(Path path) {
    return Tallystick.builder().directory(path).clock(clock).segmentCells(64).seriesTimeToLive(TTL);
  }

  /** Leaves a process' file as one that was killed, and that the next of its role goes on with. */
  void killForTheNext(Tallystick tallystick) throws IOException {
    Path file = RegistrarAccess.path(tallystick, path());
    kill(tallystick);
    patch(file, TallyBytes.RESUMABLE_MS, 60_000);
  }

  static void patch(Path file, int offset, long word) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(offset);
      bytes.writeLong(Long.reverseBytes(word));
    }
  }

  void kill(Tallystick tallystick) throws IOException {
    RegistrarAccess.kill(tallystick);
    opened.remove(tallystick);
  }

  /** Folds what is dead, by the turned clock. */
  void fold() throws IOException {
    assertThat(new Retirement(Directory.open(path()), Duration.ofHours(1), clock).run().folded())
        .isOne();
  }

  @Override
  public void close() throws IOException {
    opened.forEach(Tallystick::close);
    temporary.close();
  }

  Scraper scraper() throws IOException {
    return Scraper.of(Directory.open(path()), null, Duration.ofHours(1), clock);
  }

  static Counter jobs(Tallystick tallystick) {
    return Counter.builder().name("jobs").labelNames("k").register(tallystick);
  }

  /** Has all processes look at their series, and again when time has gone by. */
  void pass(Duration time) {
    look();
    clock.turn(time);
    look();
  }

  void look() {
    clock.turn(LOOK);
    opened.forEach(RegistrarAccess::turn);
  }

  /** Counts one in a series of a process, the last one that it made, and lets it be released. */
  void countAndRelease(Tallystick tallystick, Counter counter, String labelValue) throws Exception {
    counter.labelValues(labelValue).inc();
    pass(TTL); // its data point is held weakly after this
    Await.until(
        "the series is released",
        () -> {
          System.gc();
          look();
          return isLastReleased(tallystick);
        });
  }

  private boolean isLastReleased(Tallystick tallystick) throws IOException {
    TallyBytes bytes = bytes(tallystick);
    TallyBytes.Entry last = null;
    for (TallyBytes.Entry record : bytes.records()) {
      last = record.kind() == TallyBytes.SERIES ? record : last;
    }
    assertThat(last).isNotNull();
    int life = bytes.buffer().getInt(last.end() - Integer.BYTES);
    return bytes.buffer().getLong(bytes.positionOf(life) + Long.BYTES) != 0;
  }

  TallyBytes bytes(Tallystick tallystick) throws IOException {
    return TallyBytes.of(RegistrarAccess.path(tallystick, path()));
  }

  long records(Tallystick tallystick, int kind) throws IOException {
    return bytes(tallystick).records().stream().filter(r -> r.kind() == kind).count();
  }

  long removed(Tallystick tallystick) throws IOException {
    return records(tallystick, TallyBytes.REMOVED);
  }

  long cells(Tallystick tallystick) throws IOException {
    return bytes(tallystick).blocks().stream()
        .filter(block -> block.column() == 0)
        .mapToInt(TallyBytes.Block::cells)
        .sum();
  }

  /** Lets time go by until a process has freed so many series in all. */
  void free(Tallystick tallystick, long series) throws Exception {
    pass(TTL);
    Await.until(
        "series are freed",
        () -> {
          System.gc();
          pass(Duration.ofMinutes(1));
          return removed(tallystick) >= series;
        });
    assertThat(removed(tallystick)).isEqualTo(series);
  }

  /** What is shown to a scraper that knows the directory, and to one that does not. */
  Map<String, Double> scrape(Scraper known) throws IOException {
    Map<String, Double> samples = Samples.ofApplications(known);
    try (Scraper later = scraper()) {
      assertThat(Samples.ofApplications(later)).isEqualTo(samples);
    }
    for (Tallystick each : opened) {
      assertThat(Samples.ofApplications(each.scraper())).isEqualTo(samples);
    }
    assertThat(Verification.verify(path())).isEmpty();
    return samples;
  }
}
