package io.tallystick;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.merge.Merge;
import io.tallystick.merge.Source;
import io.tallystick.metrics.Counter;
import io.tallystick.metrics.RegistrarAccess;
import io.tallystick.scrape.Scraper;
import io.tallystick.scrape.TextFormat;
import io.tallystick.shm.Directory;
import io.tallystick.shm.ProcessFileReader;
import io.tallystick.testing.Await;
import io.tallystick.testing.Samples;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Reuse of cells where a writer or a reader does something much later than it could. */
@Timeout(120)
final class ReusedCellsLateTest {
  private static final int MANY = 45; // more than a segment has cells for

  private ExpiringDirectory directory;
  private Scraper scraper;

  @BeforeEach
  void open() throws IOException {
    directory = new ExpiringDirectory();
    scraper = directory.scraper();
  }

  @AfterEach
  void close() throws IOException {
    scraper.close();
    directory.close();
  }

  private static Map.Entry<String, Double> job(String name, double total) {
    return Map.entry("jobs_total{k=\"" + name + "\"}", total);
  }

  @Test
  void shouldShowNoExemplarOfARemovedSeriesWhenItsFirstComesAfterAnotherSeries() throws Exception {
    Counter jobs = ExpiringDirectory.jobs(directory.open("a"));
    CounterDataPoint held = jobs.labelValues("a");
    jobs.remove("a");
    jobs.labelValues("b").inc();
    held.incWithExemplar(1, Labels.of("id", "old"));
    assertThat(directory.scrape(scraper)).containsExactly(job("b", 1));
    jobs.remove("b");
    jobs.labelValues("c").inc();
    assertThat(directory.scrape(scraper)).containsExactly(job("c", 1));
    assertThat(Samples.text(scraper, TextFormat.OPENMETRICS)).doesNotContain("{id=");
  }

  @Test
  void shouldShowNoLowerTotalWhenAProcessIsStoppedBeforeItReleasesASeries() throws Exception {
    StoppingClock clock = new StoppingClock(directory.clock());
    Tallystick process = directory.open(directory.builder().clock(clock));
    ExpiringDirectory.jobs(process).labelValues("a").inc(100);
    Counter others = ExpiringDirectory.jobs(directory.open("other"));
    directory.pass(ExpiringDirectory.TTL); // the data point is held weakly after this
    collectGarbage();
    clock.stopOthersAndAtNextRead(
        () -> {
          directory.clock().turn(Duration.ofMinutes(5));
          others.labelValues("a").inc();
          assertThat(Samples.ofApplications(scraper)).containsExactly(job("a", 101));
        });
    directory.clock().turn(Duration.ofSeconds(6));
    RegistrarAccess.turn(process);
    clock.goOn();
    assertThat(clock.stops).isOne();
    assertThat(Samples.ofApplications(scraper)).containsExactly(job("a", 101));
  }

  private static void collectGarbage() throws Exception {
    WeakReference<Object> garbage = new WeakReference<>(new Object());
    Await.until(
        "garbage is collected",
        () -> {
          System.gc();
          return garbage.refersTo(null);
        });
  }

  @Test
  void shouldShowNoCellsUnderAnotherNameWhenAFileCannotBeReadOn() throws Exception {
    Tallystick process = directory.open("a");
    Counter jobs = ExpiringDirectory.jobs(process);
    jobs.labelValues("old").inc(3);
    ProcessFileReader reader =
        Directory.open(directory.path()).openLive(RegistrarAccess.path(process, directory.path()));
    Merge merge = new Merge();
    Source source = new Source(reader, true);
    merge.add(source);
    reader.close(); // so that no more of the file can be mapped
    directory.free(process, 1);
    directory.pass(ExpiringDirectory.QUARANTINE);
    jobs.labelValues("new").inc(7);
    for (int i = 0; i < MANY; i++) {
      jobs.labelValues("more" + i).inc();
    }
    assertThatThrownBy(() -> merge.poll(source)).isInstanceOf(IOException.class);
    merge.at(directory.clock().millis());
    merge.refresh(0, 0, family -> true);
    assertThat(merge.families()).singleElement().matches(family -> !family.isSeen());
    assertThat(merge.isOutdated()).isFalse();
  }

  /** Had by whoever runs; the others are stopped. */
  private static final class Running extends ReentrantLock {
    private static final long serialVersionUID = 1;

    /** Whether a thread that is stopped is in a class. */
    boolean anyIsIn(String simpleName) {
      return getQueuedThreads().stream()
          .flatMap(thread -> Arrays.stream(thread.getStackTrace()))
          .anyMatch(frame -> frame.getClassName().endsWith('.' + simpleName));
    }
  }

  /** A clock whose process is stopped once a thread has read it. */
  private static final class StoppingClock extends Clock {
    private final Clock clock;
    private final Running running = new Running();
    private volatile Thread reader;
    private OnStop onStop = () -> {};
    private int stops;

    StoppingClock(Clock clock) {
      this.clock = clock;
    }

    /**
     * Stops at this thread's next read, for as long as what is done meanwhile takes. The process'
     * own agent stops at its own until this one has it go on, before it looks at series: there it
     * would have the lock that this thread needs.
     */
    void stopOthersAndAtNextRead(OnStop meanwhile) throws Exception {
      Await.until("the agent is stopped where it has no lock", this::tryStop);
      onStop = meanwhile;
      reader = Thread.currentThread();
    }

    @SuppressWarnings("LockNotBeforeTry") // it is given back by another method
    private boolean tryStop() throws Exception {
      running.lock();
      Await.until("the agent is stopped", running::hasQueuedThreads);
      if (!running.anyIsIn("SeriesLives")) {
        return true;
      }
      running.unlock();
      return false;
    }

    void goOn() {
      running.unlock();
    }

    @Override
    public long millis() {
      running.lock();
      try {
        long nowMs = clock.millis();
        if (Thread.currentThread() == reader) {
          reader = null;
          stops++;
          onStop.run();
        }
        return nowMs;
      } catch (IOException e) {
        throw new AssertionError(e);
      } finally {
        running.unlock();
      }
    }

    @Override
    public Instant instant() {
      return Instant.ofEpochMilli(millis());
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  private interface OnStop {
    void run() throws IOException;
  }
}
