package io.tallystick.fallback;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.testing.Await;
import io.tallystick.testing.ChildJvm;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Processes of {@link FallbackChild} that work with one fallback store, and are killed. One more is
 * started ahead of time, so that whoever kills one goes on at once with as many as before.
 */
public final class FallbackProcesses implements AutoCloseable {
  private static final int ENOUGH = 25; // acknowledged writes

  /** How long it may take until all is replayed, which is many steps of several processes. */
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final String url;
  private final String as;
  private final int processes;
  private final ConcurrentLinkedQueue<String> said = new ConcurrentLinkedQueue<>();
  private final Map<String, Long> killedMs = new ConcurrentHashMap<>();
  private final AtomicLong writes = new AtomicLong(); // that were acknowledged
  private final List<Worker> all = new ArrayList<>();
  private final List<Worker> running = new ArrayList<>();

  /**
   * @param url of the fallback store
   * @param as how to repeat the test
   */
  public FallbackProcesses(String url, int processes, String as) {
    this.url = url;
    this.processes = processes;
    this.as = as;
  }

  /** Starts all processes, and waits until each works. */
  public void start() throws Exception {
    for (int i = 0; i <= processes; i++) {
      launch();
    }
    while (running.size() < processes) {
      begin();
    }
    awaitBegun();
  }

  /** Waits until each works, which none can begin to do while a store is away. */
  public void awaitBegun() throws Exception {
    Await.until(as + " all have begun", PATIENCE, () -> isEach(worker -> worker.mode != null));
  }

  private void launch() throws IOException {
    Worker worker = new Worker(all.size());
    worker.child =
        ChildJvm.of(FallbackChild.class)
            .arguments(url, worker.number, processes)
            .onLine(line -> take(worker, line))
            .start();
    all.add(worker);
  }

  /** Has the next one that was started work. */
  private void begin() throws IOException {
    Worker next = all.get(killedMs.size() + running.size());
    next.child.send("begin");
    running.add(next);
  }

  private void take(Worker worker, String line) {
    said.add(line);
    int end = line.indexOf(' ');
    switch (end < 0 ? line : line.substring(0, end)) {
      case "put", "add", "set", "plus" -> writes.incrementAndGet();
      case "mode" -> worker.mode = FallbackMode.valueOf(line.substring(end + 1));
      case "replays" -> worker.replays = true;
      default -> {}
    }
  }

  // ---- faults ----

  /** Kills a process, and has another one work. */
  public void kill(int number) throws Exception {
    kill(running.get(number % processes));
  }

  private void kill(Worker worker) throws Exception {
    assertThat(worker.child.isAlive()).as(as + worker.child.errors()).isTrue();
    running.remove(worker);
    killedMs.put("p" + worker.number, System.currentTimeMillis());
    worker.child.kill();
    begin();
    launch();
  }

  /**
   * Kills the process that replays, in the middle of that, and has another one work.
   *
   * @param calls how many entries it has brought to the first store then, and not noted
   * @param back has the first store come back
   */
  public void killReplaying(int calls, Back back) throws Exception {
    for (Worker worker : running) {
      worker.replays = false;
      worker.child.send("hold " + calls);
    }
    back.run();
    Await.until(as + " one replays", PATIENCE, () -> replaying().isPresent());
    Worker worker = replaying().orElseThrow();
    for (Worker other : running) {
      if (other != worker) {
        other.child.send("go on");
      }
    }
    kill(worker);
  }

  private Optional<Worker> replaying() {
    return running.stream().filter(worker -> worker.replays).findFirst();
  }

  // ---- what comes of it ----

  /** Waits until all are in a mode; for one that has not begun only in PRIMARY. */
  public void awaitMode(FallbackMode mode) throws Exception {
    boolean isAll = mode == FallbackMode.PRIMARY;
    Await.until(
        as + " all are in " + mode,
        PATIENCE,
        () ->
            isEach(worker -> worker.mode == mode || (worker.mode == null && !isAll))
                && running.stream().anyMatch(worker -> worker.mode == mode));
  }

  /** Waits until so much more was acknowledged that it tells something. */
  public void awaitWrites() throws Exception {
    long before = writes.get();
    Await.until(as + " enough was written", () -> writes.get() > before + ENOUGH);
  }

  private boolean isEach(Predicate<Worker> condition) {
    for (Worker worker : running) {
      assertThat(worker.child.isAlive()).as(as + worker.child.errors()).isTrue();
      if (!condition.test(worker)) {
        return false;
      }
    }
    return true;
  }

  /** What was refused. */
  public List<String> refusals() {
    return said.stream()
        .filter(line -> line.startsWith("not ") || line.startsWith("never "))
        .toList();
  }

  /** Has all processes end by themselves, once they have done enough; what they have said. */
  public FallbackClaims end() throws Exception {
    awaitWrites();
    for (Worker worker : running) {
      worker.child.send("end");
    }
    for (Worker worker : running) {
      assertThat(worker.child.waitFor()).as(worker.child.errors()).isZero();
    }
    return new FallbackClaims(said, killedMs, as);
  }

  /** Kills the processes that still run. */
  @Override
  public void close() {
    for (Worker worker : all) {
      worker.child.close();
    }
  }

  /** Has a store come back. */
  @FunctionalInterface
  public interface Back {
    void run() throws Exception;
  }

  /** A process, and what it said last. */
  private static final class Worker {
    private final int number;
    private ChildJvm child;
    private volatile @Nullable FallbackMode mode; // as it said; null until it has begun
    private volatile boolean replays;

    Worker(int number) {
      this.number = number;
    }
  }
}
