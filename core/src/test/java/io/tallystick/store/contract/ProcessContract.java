package io.tallystick.store.contract;

import static io.tallystick.store.contract.Families.all;
import static io.tallystick.store.contract.Families.count;
import static io.tallystick.store.contract.Families.counter;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tallystick.store.Capability;
import io.tallystick.store.JobQueue;
import io.tallystick.store.JobQueue.Sizes;
import io.tallystick.store.SeriesValues;
import io.tallystick.store.Store;
import io.tallystick.store.Stores;
import io.tallystick.store.contract.StoreChild.Opening;
import io.tallystick.testing.Await;
import io.tallystick.testing.ChildJvm;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The clauses of several processes, and of those that are killed. They go by the system's clock.
 */
abstract class ProcessContract {
  private static final Random RANDOM = new Random(1);
  private static final int STARTED_AHEAD = 2;

  abstract Store store();

  abstract String url();

  abstract List<String> jvmOptions();

  abstract int killRounds();

  private void assume(Capability capability) {
    assumeTrue(store().capabilities().contains(capability), "not declared: " + capability);
  }

  private ChildJvm start(StoreChild.Task task, ConcurrentLinkedQueue<String> said, int number)
      throws IOException {
    return start(task, said, number, Opening.AT_ONCE);
  }

  private ChildJvm start(
      StoreChild.Task task, ConcurrentLinkedQueue<String> said, int number, Opening opening)
      throws IOException {
    ChildJvm.Builder child = ChildJvm.of(StoreChild.class).arguments(url(), task, number, opening);
    jvmOptions().forEach(child::option);
    return child.onLine(said::add).start();
  }

  /** How many processes one task has killed: at least a quarter of all, for there are four. */
  private int killsPerTask() {
    return (killRounds() + 3) / 4;
  }

  /**
   * Has a process work after the other, and kills each once it has said some lines; returns what
   * they said. While one works, those that follow start, so that all processors have work.
   */
  private List<String> killEach(StoreChild.Task task) throws Exception {
    boolean shared = store().capabilities().contains(Capability.MULTI_PROCESS);
    store().close();
    List<String> all = new ArrayList<>();
    Deque<Round> started = new ArrayDeque<>();
    try {
      for (int number = 0; number < killsPerTask() + STARTED_AHEAD; number++) {
        if (number < killsPerTask()) {
          started.add(startRound(task, number, shared));
        }
        if (number >= STARTED_AHEAD) {
          all.addAll(killedAtWork(started.remove()));
        }
      }
    } finally {
      started.forEach(round -> round.child().close());
    }
    return all;
  }

  private record Round(ChildJvm child, ConcurrentLinkedQueue<String> said) {}

  private Round startRound(StoreChild.Task task, int number, boolean shared) throws IOException {
    Opening shares = number % 2 == 0 ? Opening.AHEAD : Opening.TWICE;
    ConcurrentLinkedQueue<String> said = new ConcurrentLinkedQueue<>();
    return new Round(start(task, said, number, shared ? shares : Opening.WHEN_TOLD), said);
  }

  private static List<String> killedAtWork(Round round) throws Exception {
    try (ChildJvm child = round.child()) {
      int lines = 1 + RANDOM.nextInt(20);
      child.send("go");
      Await.until("lines of a child", () -> round.said().size() >= lines || !child.isAlive());
      child.kill();
      assertThat(round.said()).as(child.errors()).hasSizeGreaterThanOrEqualTo(lines);
    }
    return List.copyOf(round.said());
  }

  @Test
  void m1ShouldSeeAtOnceWhatAnotherProcessDoes() throws Exception {
    assume(Capability.MULTI_PROCESS);
    ConcurrentLinkedQueue<String> said = new ConcurrentLinkedQueue<>();
    try (ChildJvm child = start(StoreChild.Task.ECHO, said, 0)) {
      for (int i = 0; i < 20; i++) {
        store().keyValues().put("asked", new byte[] {(byte) i});
        child.send("go");
        child.await("done");
        assertThat(store().keyValues().get("answered")).hasValue(new byte[] {(byte) i});
      }
    }
  }

  @Test
  void m2ShouldAddUpWhatSeveralProcessesAdd() throws Exception {
    assume(Capability.MULTI_PROCESS);
    ConcurrentLinkedQueue<String> said = new ConcurrentLinkedQueue<>();
    try (ChildJvm a = start(StoreChild.Task.ADD, said, 0);
        ChildJvm b = start(StoreChild.Task.ADD, said, 1)) {
      assertThat(a.waitFor()).as(a.errors()).isZero();
      assertThat(b.waitFor()).as(b.errors()).isZero();
    }
    assertThat(store().keyValues().increment("sum", 0)).isEqualTo(2 * StoreChild.ADDITIONS);
  }

  @Test
  void m3ShouldHaveEveryKeyThatWasAcknowledgedBeforeItsProcessWasKilled() throws Exception {
    assume(Capability.SURVIVES_PROCESS);
    List<String> acknowledged = killEach(StoreChild.Task.PUT);
    try (Store reopened = Stores.open(url())) {
      assertThat(acknowledged).allSatisfy(k -> assertThat(reopened.keyValues().exists(k)).isTrue());
    }
  }

  @Test
  void m4ShouldLoseNoJobAndRunNoneTwiceWithinItsLeaseWhenWorkersAreKilled() throws Exception {
    assume(Capability.MULTI_PROCESS);
    assume(Capability.SURVIVES_PROCESS);
    List<String> said = new ArrayList<>(killEach(StoreChild.Task.OFFER));
    List<String> worked = killEach(StoreChild.Task.WORK);
    ConcurrentLinkedQueue<String> last = new ConcurrentLinkedQueue<>();
    try (ChildJvm child = start(StoreChild.Task.WORK_TO_THE_END, last, 0)) {
      assertThat(child.waitFor()).as(child.errors()).isZero();
    }
    worked.addAll(last);
    Set<String> ended = assertOneAtATime(worked);
    ended.addAll(inDoubt(worked));
    assertThat(ended).containsAll(said);
    try (Store reopened = Stores.open(url())) {
      JobQueue queue = reopened.jobQueue(StoreChild.QUEUE, StoreChild.POLICY);
      assertThat(queue.sizes()).isEqualTo(new Sizes(0, 0, 0, 0));
    }
  }

  /** The jobs whose worker was killed while it acknowledged them: before that, or after. */
  private static Set<String> inDoubt(List<String> lines) {
    Set<String> jobs = new HashSet<>();
    for (int i = 0; i < lines.size(); i++) {
      String job = lines.get(i).startsWith("ends ") ? lines.get(i).substring(5) : null;
      if (job != null && (i + 1 == lines.size() || !lines.get(i + 1).equals("done " + job))) {
        jobs.add(job);
      }
    }
    return jobs;
  }

  /**
   * The jobs that were acknowledged. A line is: took, key, when the take was begun and had ended;
   * or ends, or done, and the key.
   */
  private static Set<String> assertOneAtATime(List<String> lines) {
    Map<String, Long> leaseEnds = new HashMap<>();
    Set<String> done = new HashSet<>();
    for (String line : lines) {
      String[] words = line.split(" ", -1);
      if (words[0].equals("took")) {
        assertThat(done).doesNotContain(words[1]);
        assertThat(Long.parseLong(words[3]))
            .as("job is taken again after its lease: " + line)
            .isGreaterThanOrEqualTo(leaseEnds.getOrDefault(words[1], 0L));
        leaseEnds.put(words[1], Long.parseLong(words[2]) + StoreChild.LEASE.toMillis());
      } else if (words[0].equals("done")) {
        assertThat(done.add(words[1])).isTrue();
      }
    }
    return done;
  }

  @Test
  void m5ShouldCountEachSourceOnceWhenPublishersAreKilled() throws Exception {
    assume(Capability.SURVIVES_PROCESS);
    List<String> published = killEach(StoreChild.Task.PUBLISH);
    try (Store reopened = Stores.open(url())) {
      reopened.ledger().sources().forEach(source -> reopened.ledger().retire(source.name()));
      Map<String, Double> totals =
          reopened.ledger().read().stream()
              .flatMap(family -> family.series().stream())
              .collect(Collectors.toMap(s -> s.labels().get("path"), SeriesValues::total));
      assertThat(totals.keySet()).containsAll(published);
      assertThat(totals.values()).allSatisfy(total -> assertThat(total).isEqualTo(1.5));
      assertThat(totals.size() - published.size()).isBetween(0, killsPerTask());
    }
  }

  @Test
  void m6ShouldShowTheLedgerOfAnotherProcess() throws Exception {
    assume(Capability.MULTI_PROCESS);
    store().ledger().publish(all("here", 1, counter(count("here", 1))));
    ConcurrentLinkedQueue<String> said = new ConcurrentLinkedQueue<>();
    try (ChildJvm child = start(StoreChild.Task.PUBLISH, said, 0)) {
      Await.until("publication", () -> !said.isEmpty() || !child.isAlive());
      assertThat(said).as(child.errors()).isNotEmpty();
      assertThat(store().ledger().read().get(0).series()).hasSizeGreaterThanOrEqualTo(2);
    }
  }
}
