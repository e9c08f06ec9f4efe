package io.tallystick.fallback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.store.JobQueue;
import io.tallystick.store.Publication;
import io.tallystick.store.RestoreMode;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import io.tallystick.testing.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Writes that are made, or replayed, more than once, and stores that fail in part. */
class FallbackReplayTest extends FallbackStoreSteps {
  private final StoreException failure =
      new StoreException(Category.TRANSIENT, "refused by the test");

  @Test
  void shouldAddToAWriteThatIsReplayedAgain() {
    for (int cut = 1; ; cut++) {
      String put = "put" + cut;
      String deleted = "deleted" + cut;
      firstStore.keyValues().put(deleted, bytes("7"));
      first.goAway();
      values().put(put, bytes("05"));
      values().delete(deleted);
      for (int i = 0; i < 20; i++) { // in several parts
        values().increment(put, 1);
        values().increment(deleted, 2);
        values().put("other" + i, bytes("1"));
      }
      first.comeBack();
      FaultyStore dying = new FaultyStore(firstStore);
      FallbackStore process = open(dying);
      dying.dieAfter(cut);
      nowNs.addAndGet(MINUTE.toNanos());
      try {
        process.upkeep().recover();
      } catch (FaultyStore.Death e) {
        // another one goes on
      }
      clock.turn(Duration.ofSeconds(10));
      comeBack();
      assertThat(text(firstStore.keyValues().get(put))).as("cut=%s", cut).isEqualTo("25");
      assertThat(text(firstStore.keyValues().get(deleted))).as("cut=%s", cut).isEqualTo("40");
      if (!dying.isDead()) {
        break;
      }
    }
  }

  @Test
  void shouldAddToAWriteThatIsReplayedAgainInPart() {
    for (int cut = 1; cut < 50; cut++) {
      String put = "put" + cut;
      first.goAway();
      values().put(put, bytes("5"));
      for (int i = 0; i < 20; i++) {
        values().increment(put, 1);
        values().put("other" + i, bytes("1"));
      }
      first.comeBack();
      FaultyStore dying = new FaultyStore(firstStore);
      FallbackStore process = open(dying);
      dying.dieAfter(79);
      nowNs.addAndGet(MINUTE.toNanos());
      assertThatThrownBy(() -> process.upkeep().recover()).isInstanceOf(FaultyStore.Death.class);
      clock.turn(Duration.ofSeconds(10)); // the dead one's lease ends
      first.before(cut, first::goAway);
      recover(store);
      first.before(0, () -> {});
      first.comeBack();
      recover(store);
      recover(store);
      assertThat(text(firstStore.keyValues().get(put))).as("cut=%s", cut).isEqualTo("25");
    }
  }

  @Test
  void shouldAddNothingToAKeyWhoseTimeHasEnded() {
    values().put("window", bytes("1"), MINUTE);
    values().put("longer", bytes("1"), MINUTE);
    first.goAway();
    assertThat(values().increment("window", 1)).isEqualTo(2);
    assertThat(values().increment("longer", 1)).isEqualTo(2);
    firstStore.keyValues().expire("longer", MINUTE.multipliedBy(5)); // by another host
    clock.turn(MINUTE.multipliedBy(2));
    assertThat(values().get("window")).isEmpty();
    comeBack();
    assertThat(firstStore.keyValues().get("window")).isEmpty();
    assertThat(text(firstStore.keyValues().get("longer"))).isEqualTo("2");
  }

  @Test
  void shouldLeaveTheFirstStoreWhenItRefusesOneCallAndAnswersOthers() {
    int[] attempts = new int[1];
    failAmongOthers(first, attempts);
    values().put("b", bytes("1"));
    assertThat(attempts[0]).isEqualTo(5);
    assertThat(store.mode()).isEqualTo(FallbackMode.HEURISTIC);
    assertThat(text(values().get("b"))).isEqualTo("1");
    first.before(0, () -> {});
    comeBack();
    assertThat(text(firstStore.keyValues().get("b"))).isEqualTo("1");
  }

  @Test
  void shouldRefuseACallThatTheSecondStoreRefusesWhileItAnswersOthers() {
    first.goAway();
    values().put("a", bytes("1"));
    int[] attempts = new int[1];
    failAmongOthers(second, attempts);
    assertThatThrownBy(() -> values().put("b", bytes("1")))
        .hasMessageContaining("refused by the test");
    second.before(0, () -> {});
    assertThat(attempts[0]).isEqualTo(5);
    assertThat(text(values().get("a"))).isEqualTo("1");
  }

  /** Has each attempt of a call fail, and another call succeed ahead of that. */
  private void failAmongOthers(FaultyStore faulty, int[] attempts) {
    faulty.before(
        1,
        () -> {
          attempts[0]++;
          if (attempts[0] > 100) {
            return; // for ever
          }
          boolean unused = values().exists("a");
          failAmongOthers(faulty, attempts);
          throw failure;
        });
  }

  @Test
  void shouldSayThatItDoesNotKnowWhenARowWasReplayedWhoseAnswerWasLost() {
    int unknown = 0;
    for (int call = 1; call < 14; call++) {
      String key = "lock" + call;
      FaultyStore itsSecond = new FaultyStore(secondStore);
      first.goAway();
      values().put("a", bytes("1"));
      FallbackStore other = open(first, itsSecond);
      first.comeBack();
      itsSecond.before(
          call,
          () -> {
            recover(store);
            throw failure;
          });
      boolean isPut;
      try {
        isPut = other.keyValues().putIfAbsent(key, bytes("me"));
      } catch (StoreException e) {
        assertThat(e.category()).isEqualTo(Category.TRANSIENT);
        unknown++;
        isPut = true; // it may be
      }
      assertThat(isPut).as("call=%s", call).isTrue();
      itsSecond.before(0, () -> {});
      comeBack();
      assertThat(text(firstStore.keyValues().get(key))).as("call=%s", call).isEqualTo("me");
    }
    assertThat(unknown).isPositive();
  }

  @Test
  void shouldWaitWithARestoreUntilTheFirstStoreHasRoom(@TempDir Path folder) {
    Path backup = folder.resolve("backup");
    values().put("restored", bytes("1"));
    store.backup(backup);
    firstStore.keyValues().delete("restored");
    first.goAway();
    store.restore(backup, RestoreMode.MERGE);
    first.comeBack();
    first.refuseRestores(true);
    recover(store);
    assertThat(store.mode()).isEqualTo(FallbackMode.HEURISTIC);
    assertThat(text(values().get("restored"))).isEqualTo("1");
    first.refuseRestores(false);
    comeBack();
    assertThat(text(firstStore.keyValues().get("restored"))).isEqualTo("1");
  }

  @Test
  void shouldKeepARetirementAndARestoreAsideWhenTheirPartsAreDamaged(@TempDir Path folder) {
    Path backup = folder.resolve("backup");
    values().put("restored", bytes("1"));
    store.backup(backup);
    for (String what : List.of("cut", "lost", "changed")) {
      firstStore.keyValues().delete("restored");
      first.goAway();
      values().put("before" + what, bytes("1"));
      store.ledger().publish(Publication.ofAll(what, 1, List.of(), MINUTE));
      store.ledger().retire(what);
      store.restore(backup, RestoreMode.MERGE);
      List<String> parts = damageAll(what);
      assertThat(parts).hasSize(2);
      values().put("behind" + what, bytes("1"));
      comeBack();
      assertThat(text(firstStore.keyValues().get("before" + what))).isEqualTo("1");
      assertThat(text(firstStore.keyValues().get("behind" + what))).isEqualTo("1");
      assertThat(firstStore.keyValues().get("restored")).isEmpty();
      assertThat(firstStore.ledger().sources()).isEmpty();
      assertThat(names("refused:")).hasSize(2);
      assertThat(names("file:")).hasSize(what.equals("lost") ? 0 : 2); // what is left is kept
      secondStore.keyValues().forEachKey("", key -> secondStore.keyValues().delete(key));
    }
  }

  private List<String> damageAll(String how) {
    List<String> parts = names("file:");
    for (String part : parts) {
      byte[] bytes = secondStore.keyValues().get(part).orElseThrow();
      switch (how) {
        case "cut" -> secondStore.keyValues().put(part, Arrays.copyOf(bytes, bytes.length - 9));
        case "lost" -> secondStore.keyValues().delete(part);
        default -> {
          bytes[bytes.length / 2] ^= 1;
          secondStore.keyValues().put(part, bytes);
        }
      }
    }
    return parts;
  }

  private List<String> names(String prefix) {
    List<String> names = new ArrayList<>();
    secondStore.keyValues().forEachKey(JournalRows.PREFIX + prefix, names::add);
    return names;
  }

  @Test
  void shouldKeepAJobsEndAsideWhenItIsDamaged() {
    JobQueue queue = store.jobQueue("q");
    queue.offer("a", bytes("1"));
    JobQueue.Job job = queue.take(MINUTE).orElseThrow();
    first.goAway();
    assertThat(queue.acknowledge(job)).isTrue();
    String row = names("entry:").stream().max(String::compareTo).orElseThrow();
    JournalEntry entry = JournalEntry.of(secondStore.keyValues().get(row).orElseThrow());
    JournalEntry cut =
        JournalEntry.ofDetail(
            entry.kind(), entry.id(), entry.timeMs(), entry.name(), new byte[] {1, 2});
    secondStore.keyValues().put(row, cut.toBytes());
    values().put("behind", bytes("1"));
    comeBack();
    assertThat(text(firstStore.keyValues().get("behind"))).isEqualTo("1");
    assertThat(names("refused:")).hasSize(1);
  }

  @Test
  void shouldCloseWhileTheSecondStoreHangs() throws Exception {
    CountDownLatch hangs = new CountDownLatch(1);
    CountDownLatch isOver = new CountDownLatch(1);
    values().put("a", bytes("1"));
    values().put("b", bytes("1")); // waits for the same thread
    second.before(
        1,
        () -> {
          hangs.countDown();
          await(isOver);
        });
    Thread teller = new Thread(() -> store.upkeep().tell());
    teller.start();
    hangs.await();
    Thread closing = new Thread(store::close);
    closing.start();
    try {
      Await.until("closed", () -> !closing.isAlive());
    } finally {
      isOver.countDown();
      teller.join();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
