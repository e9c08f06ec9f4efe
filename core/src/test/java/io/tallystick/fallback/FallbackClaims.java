package io.tallystick.fallback;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.store.JobQueue;
import io.tallystick.store.JobQueue.Sizes;
import io.tallystick.store.KeyValues;
import io.tallystick.store.Store;
import io.tallystick.testing.Await;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * What processes of {@link FallbackChild} said, and what must be true of it: what was acknowledged
 * is there, additions are exact, each job was run, and none by two at a time.
 */
public final class FallbackClaims {
  /** For how long a process may not see what another one has written. */
  private static final long UNSEEN_MS = 5_000;

  /** For how long what a process wrote may not be told to the second store, on a busy machine. */
  private static final long UNTOLD_MS = 2_000;

  private static final long ENOUGH = 20;

  private final Collection<String> said;
  private final Map<String, Long> killedMs;
  private final String as;

  /**
   * @param said by the processes, and by who {@linkplain #finish finishes} what they have left
   * @param killedMs when processes were killed, by what their keys begin with
   * @param as how to repeat the test
   */
  FallbackClaims(Collection<String> said, Map<String, Long> killedMs, String as) {
    this.said = said;
    this.killedMs = killedMs;
    this.as = as;
  }

  private long count(String beginning) {
    return said.stream().filter(line -> line.startsWith(beginning)).count();
  }

  /** Waits until the journal is empty, and does the jobs that are left. */
  public void finish(FallbackStore store) throws Exception {
    boolean unused = store.keyValues().exists("any");
    while (store.mode() != FallbackMode.PRIMARY || store.journalLength() > 0) {
      long before = store.journalLength();
      Await.until(
          "journal is replayed",
          () -> store.mode() == FallbackMode.PRIMARY || store.journalLength() < before);
    }
    JobQueue queue = store.jobQueue(FallbackChild.QUEUE, FallbackChild.POLICY);
    Await.until(
        "jobs are done",
        () -> {
          long beforeMs = System.currentTimeMillis();
          queue
              .take(FallbackChild.LEASE)
              .ifPresent(
                  job -> {
                    long nowMs = System.currentTimeMillis();
                    said.add("took " + job.key() + " " + beforeMs + " " + nowMs);
                    said.add("ends " + job.key() + " " + System.currentTimeMillis());
                    if (queue.acknowledge(job)) {
                      said.add("done " + job.key());
                    }
                  });
          return queue.sizes().equals(new Sizes(0, 0, 0, 0));
        });
  }

  /**
   * Compares what was said with the first store.
   *
   * @param isExact whether nobody was killed or refused
   */
  public void assertTrue(Store first, boolean isExact) {
    assertThat(said.stream().filter(line -> line.startsWith("wrong"))).as(as).isEmpty();
    assertThat(first.keyValues().increment(FallbackChild.SUM, 0))
        .as(as)
        .isBetween(count("add "), isExact ? count("add ") : count("will add") - count("never add"));
    assertThat(count("add ")).as(as).isGreaterThan(ENOUGH);
    assertPuts(first.keyValues());
    assertMixed(first.keyValues());
    assertSeen();
    assertJobs(isExact);
  }

  private void assertPuts(KeyValues first) {
    Map<String, Integer> acknowledged = new HashMap<>();
    Map<String, Integer> tried = new HashMap<>();
    for (String line : said) {
      String[] words = line.split(" ", -1);
      if (line.startsWith("put ")) {
        acknowledged.put(words[1], Integer.valueOf(words[2]));
      } else if (line.startsWith("will put ")) {
        tried.put(words[2], Integer.valueOf(words[3]));
      }
    }
    acknowledged.forEach(
        (key, number) ->
            assertThat(ByteBuffer.wrap(first.get(key).orElseThrow()).getInt())
                .as(as + " key=" + key)
                .isBetween(number, tried.get(key)));
  }

  /**
   * Keys that are put and added to: each is what was put last, or what was tried to be behind that,
   * and has all that was added to it since then, once.
   */
  private void assertMixed(KeyValues first) {
    Map<String, List<String[]>> lines = new HashMap<>(); // of each key, in order
    for (String line : said) {
      String[] words = line.split(" ", -1);
      boolean isDone = words[0].equals("set") || words[0].equals("plus");
      boolean isTried = words[0].equals("will") || words[0].equals("never");
      if (isDone || (isTried && (words[1].equals("set") || words[1].equals("plus")))) {
        lines.computeIfAbsent(words[isTried ? 2 : 1], key -> new ArrayList<>()).add(words);
      }
    }
    assertThat(lines).as(as).isNotEmpty();
    lines.forEach((key, each) -> assertMixed(key, each, first));
  }

  private void assertMixed(String key, List<String[]> lines, KeyValues first) {
    long value = first.get(key).isEmpty() ? 0 : first.increment(key, 0);
    long isPut = value / FallbackChild.MIXED_STEP;
    long tried = 0;
    long acknowledged = 0;
    boolean isPutTried = isPut == 0;
    for (String[] words : lines) {
      if (words[0].equals("will") && words[1].equals("set") && Long.parseLong(words[3]) == isPut) {
        isPutTried = true;
        tried = 0;
        acknowledged = 0;
      } else if (words[0].equals("set")) {
        assertThat(isPut).as(as + " key=" + key).isGreaterThanOrEqualTo(Long.parseLong(words[2]));
      } else if (words[0].equals("will") && words[1].equals("plus")) {
        tried++;
      } else if (words[0].equals("never") && words[1].equals("plus")) {
        tried--;
      } else if (words[0].equals("plus")) {
        acknowledged++;
      }
    }
    assertThat(isPutTried).as(as + " key=" + key + " value=" + value).isTrue();
    assertThat(value % FallbackChild.MIXED_STEP)
        .as(as + " key=" + key)
        .isBetween(acknowledged, tried);
  }

  /**
   * Whichever store was in use: what was acknowledged a while ago was seen by all, but for what a
   * process wrote last that was killed.
   */
  private void assertSeen() {
    Map<String, NavigableMap<Long, Integer>> puts = new HashMap<>();
    for (String line : said) {
      String[] words = line.split(" ", -1);
      if (line.startsWith("put ") && Long.parseLong(words[3]) < toldUntilMs(words[1])) {
        puts.computeIfAbsent(words[1], key -> new TreeMap<>())
            .put(Long.valueOf(words[3]), Integer.valueOf(words[2]));
      }
    }
    for (String line : said) {
      String[] words = line.split(" ", -1);
      NavigableMap<Long, Integer> written = line.startsWith("saw ") ? puts.get(words[1]) : null;
      var before =
          written == null ? null : written.floorEntry(Long.parseLong(words[3]) - UNSEEN_MS);
      if (before != null) {
        assertThat(Integer.parseInt(words[2]))
            .as(as + " " + line)
            .isGreaterThanOrEqualTo(before.getValue());
      }
    }
  }

  /** Until when the process of a key has told the second store what it wrote. */
  private long toldUntilMs(String key) {
    Long killed = killedMs.get(key.substring(0, key.indexOf('-')));
    return killed == null ? Long.MAX_VALUE : killed - UNTOLD_MS;
  }

  private void assertJobs(boolean isExact) {
    Set<String> offered = new HashSet<>();
    Set<String> run = new HashSet<>();
    Map<String, Integer> done = new HashMap<>();
    Map<String, Long> freeMs = new HashMap<>(); // when a job may be taken again
    List<String> ordered = new ArrayList<>(said); // lines of two processes come in any order
    ordered.sort(Comparator.comparingLong(FallbackClaims::timeMs));
    for (String line : ordered) {
      String[] words = line.split(" ", -1);
      switch (words[0]) {
        case "offered" -> offered.add(words[1]);
        case "took" -> {
          assertThat(Long.parseLong(words[3]))
              .as(as + " two at a time: " + line)
              .isGreaterThanOrEqualTo(freeMs.getOrDefault(words[1], 0L));
          freeMs.put(words[1], Long.parseLong(words[2]) + FallbackChild.LEASE.toMillis());
        }
        case "ends" -> {
          run.add(words[1]);
          freeMs.merge(words[1], Long.parseLong(words[2]), Math::min);
        }
        case "done" -> done.merge(words[1], 1, Integer::sum);
        default -> {}
      }
    }
    assertThat(without(offered, run)).as(as).isEmpty();
    if (isExact) {
      assertThat(without(offered, done.keySet())).as(as).isEmpty();
      assertThat(done.values()).as(as).containsOnly(1);
    }
  }

  /** Of many: to look for each in all would take longer than the test itself. */
  private static Set<String> without(Set<String> all, Set<String> others) {
    Set<String> left = new HashSet<>(all);
    left.removeIf(others::contains);
    return left;
  }

  /** When a job was taken, or ended; of lines of one process and time the order stays. */
  private static long timeMs(String line) {
    String[] words = line.split(" ", -1);
    return switch (words[0]) {
      case "took" -> Long.parseLong(words[3]);
      case "ends" -> Long.parseLong(words[2]);
      default -> 0;
    };
  }
}
