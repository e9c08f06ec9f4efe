package io.tallystick.fallback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.store.KeyValues;
import io.tallystick.store.MemoryStore;
import io.tallystick.store.Publication;
import io.tallystick.store.StoreException;
import io.tallystick.testing.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What a fallback store does when its stores go away and come back, a step at a time. */
class FallbackStoreTest extends FallbackStoreSteps {
  @Test
  void shouldUseTheFirstStoreAloneWhileItIsThere() {
    values().put("a", bytes("1"));
    assertThat(text(firstStore.keyValues().get("a"))).isEqualTo("1");
    assertThat(secondStore.keyValues().exists("a")).isFalse();
    assertThat(store.mode()).isEqualTo(FallbackMode.PRIMARY);
    assertThat(store.transitions()).isEmpty();
  }

  @Test
  void shouldLoseNothingWhenTheFirstStoreGoesAwayAndComesBack() {
    values().put("old", bytes("1"));
    values().put("ends", bytes("1"), MINUTE);
    values().increment("n", 40);
    first.goAway();
    assertThat(text(values().get("old"))).isEqualTo("1");
    assertThat(store.mode()).isEqualTo(FallbackMode.HEURISTIC);
    assertThat(values().timeToLive("ends")).hasValue(MINUTE);
    assertThat(values().increment("n", 2)).isEqualTo(42);
    values().put("new", bytes("2"), MINUTE);
    values().put("old", bytes("3"));
    assertThat(values().delete("ends")).isTrue();
    assertThat(values().compareAndSet("old", bytes("3"), bytes("4"))).isTrue();
    assertThat(values().expire("old", MINUTE.multipliedBy(2))).isTrue();
    clock.turn(Duration.ofSeconds(10));
    comeBack();
    KeyValues of = firstStore.keyValues();
    assertThat(text(of.get("old"))).isEqualTo("4");
    assertThat(of.timeToLive("old")).hasValue(Duration.ofSeconds(110));
    assertThat(of.exists("ends")).isFalse();
    assertThat(text(of.get("n"))).isEqualTo("42");
    assertThat(of.timeToLive("new")).hasValue(Duration.ofSeconds(50));
    assertThat(store.journalLength()).isZero();
    List<String> left = new ArrayList<>();
    secondStore.keyValues().forEachKey(JournalRows.PREFIX, left::add);
    assertThat(left).isSubsetOf(JournalRows.PREFIX + "head", JournalRows.PREFIX + "replayer");
    assertThat(store.transitions())
        .extracting(ModeTransition::to)
        .containsExactly(FallbackMode.HEURISTIC, FallbackMode.PRIMARY);
    assertThat(text(values().get("old"))).isEqualTo("4");
  }

  @Test
  void shouldAddOnceWhenAnswersAreLost() {
    for (int lost = 0; lost < 12; lost++) {
      long before = values().increment("n", 0);
      first.loseAnswers(lost); // of five the circuit opens
      values().increment("n", 1);
      first.loseAnswers(0);
      comeBack();
      assertThat(values().increment("n", 0)).as("lost=%s", lost).isEqualTo(before + 1);
    }
  }

  @Test
  void shouldSayThatItDoesNotKnowWhenALostAnswerDecides() {
    first.loseAnswers(1);
    assertThatThrownBy(() -> values().putIfAbsent("lock", bytes("me")))
        .isInstanceOfSatisfying(
            StoreException.class,
            e -> assertThat(e.category()).isEqualTo(StoreException.Category.TRANSIENT));
    assertThat(text(values().get("lock"))).isEqualTo("me");
    first.loseAnswers(1);
    assertThatThrownBy(() -> values().delete("lock")).isInstanceOf(StoreException.class);
    first.loseAnswers(1);
    values().put("a", bytes("1"));
    assertThat(text(values().get("a"))).isEqualTo("1");
    assertThat(store.mode()).isEqualTo(FallbackMode.PRIMARY);
  }

  @Test
  void shouldBeInOneModeWhenSeveralProcessesShareTheSecondStore() {
    FallbackStore other = open(first);
    first.goAway();
    values().put("a", bytes("1"));
    other.upkeep().follow();
    assertThat(other.mode()).isEqualTo(FallbackMode.HEURISTIC);
    assertThat(text(other.keyValues().get("a"))).isEqualTo("1");
    assertThat(other.keyValues().increment("n", 1)).isEqualTo(1);
    assertThat(values().increment("n", 1)).isEqualTo(2);
    comeBack();
    assertThat(other.mode()).isEqualTo(FallbackMode.HEURISTIC); // it has not looked yet
    other.keyValues().put("a", bytes("2"));
    assertThat(other.mode()).isEqualTo(FallbackMode.PRIMARY);
    assertThat(text(firstStore.keyValues().get("a"))).isEqualTo("2");
    assertThat(text(firstStore.keyValues().get("n"))).isEqualTo("2");
  }

  @Test
  void shouldGoOnWithoutARepetitionWhenAReplayIsCutAnywhere() {
    int deaths = 0;
    for (int cut = 1; ; cut++) {
      first.goAway();
      for (int i = 0; i < 10; i++) {
        values().increment("n", 1);
        values().put("k" + i % 3, bytes("" + cut + i));
      }
      first.comeBack();
      FaultyStore dying = new FaultyStore(firstStore);
      FallbackStore process = open(dying);
      process.upkeep().follow();
      dying.dieAfter(cut);
      nowNs.addAndGet(Duration.ofMinutes(1).toNanos());
      try {
        process.upkeep().recover();
      } catch (FaultyStore.Death e) {
        deaths++;
      }
      clock.turn(Duration.ofSeconds(10)); // the dead one's lease ends
      comeBack();
      assertThat(text(firstStore.keyValues().get("n"))).as("cut=%s", cut).isEqualTo("" + 10 * cut);
      assertThat(text(firstStore.keyValues().get("k0"))).isEqualTo("" + cut + 9);
      if (!dying.isDead()) {
        break;
      }
    }
    assertThat(deaths).isGreaterThan(20);
  }

  @Test
  void shouldLoseNoWriteThatComesBetweenTwoStepsOfTheReplay() {
    FallbackStore other = open(first);
    long before = 0;
    boolean isInterrupted = true;
    for (int call = 1; isInterrupted; call++) {
      first.goAway();
      values().increment("n", 1);
      first.comeBack();
      other.upkeep().follow();
      boolean[] done = new boolean[1];
      second.before(
          call,
          () -> {
            done[0] = true;
            other.keyValues().increment("n", 1);
          });
      nowNs.addAndGet(Duration.ofMinutes(1).toNanos());
      store.upkeep().recover();
      isInterrupted = done[0];
      second.before(0, () -> {});
      comeBack();
      before += isInterrupted ? 2 : 1;
      assertThat(text(firstStore.keyValues().get("n"))).as("call=%s", call).isEqualTo("" + before);
    }
  }

  @Test
  void shouldReplayARetirementAgainWhenTheReplayerDiesBehindIt() {
    for (int cut = 1; cut < 12; cut++) {
      String source = "source" + cut;
      first.goAway();
      store.ledger().publish(Publication.ofAll(source, 1, List.of(), MINUTE));
      store.ledger().retire(source);
      store.jobQueue("q").offer("a" + cut, bytes("1"));
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
      clock.turn(MINUTE);
      comeBack();
      assertThat(store.journalLength()).as("cut=%s", cut).isZero();
      List<String> left = new ArrayList<>();
      secondStore.keyValues().forEachKey(JournalRows.PREFIX + "file:", left::add);
      assertThat(left).as("cut=%s", cut).isEmpty();
    }
  }

  @Test
  void shouldAddOnceWhenARowIsReplayedWhoseAnswerWasLost() {
    for (int call = 1; call < 14; call++) {
      String key = "n" + call;
      FaultyStore itsSecond = new FaultyStore(secondStore);
      first.goAway();
      values().put("a", bytes("1"));
      FallbackStore other =
          FallbackStore.builder(first, itsSecond)
              .clock(clock)
              .closesStores(false)
              .withoutThreads(nowNs::get)
              .open();
      opened.add(other);
      first.comeBack();
      itsSecond.before(
          call,
          () -> {
            recover(store);
            throw new StoreException(StoreException.Category.TRANSIENT, "busy");
          });
      other.keyValues().increment(key, 1);
      itsSecond.before(0, () -> {});
      comeBack();
      assertThat(text(firstStore.keyValues().get(key))).as("call=%s", call).isEqualTo("1");
    }
  }

  @Test
  void shouldGoBackToTheFirstStoreWhileOthersWriteWithoutAPause() throws Exception {
    FaultyStore itsFirst = new FaultyStore(firstStore);
    AtomicBoolean isOver = new AtomicBoolean();
    AtomicLong added = new AtomicLong();
    List<Thread> writers = new ArrayList<>();
    try (FallbackStore busy =
        FallbackStore.builder(itsFirst, MemoryStore.open()).closesStores(false).open()) {
      for (int i = 0; i < 4; i++) {
        String key = "k" + i;
        Thread writer =
            new Thread(
                () -> {
                  while (!isOver.get()) {
                    busy.keyValues().put(key, bytes("1"));
                    busy.keyValues().increment("sum", 1);
                    added.incrementAndGet();
                  }
                });
        writer.start();
        writers.add(writer);
      }
      try {
        itsFirst.goAway();
        Await.until("the second is in use", () -> busy.journalLength() > 10_000);
        itsFirst.comeBack();
        Await.until("the first is in use", () -> busy.mode() == FallbackMode.PRIMARY);
      } finally {
        isOver.set(true);
        for (Thread writer : writers) {
          writer.join();
        }
      }
    }
    assertThat(text(firstStore.keyValues().get("sum"))).isEqualTo("" + added.get());
  }

  @Test
  void shouldSayThatItDoesNotKnowAndStayWhenARowMayHaveBeenReplayed() {
    int unknown = 0;
    for (int call = 1; call < 14; call++) {
      FaultyStore itsSecond = new FaultyStore(secondStore);
      first.goAway();
      values().put("a", bytes("1"));
      FallbackStore other = open(first, itsSecond);
      itsSecond.before(
          call,
          () -> {
            comeBack();
            first.goAway();
            values().put("b", bytes("1"));
            throw new StoreException(StoreException.Category.TRANSIENT, "busy");
          });
      try {
        other.keyValues().put("k", bytes("1"));
      } catch (StoreException e) {
        assertThat(e.category()).isEqualTo(StoreException.Category.TRANSIENT);
        unknown++;
      }
      assertThat(other.mode()).as("call=%s", call).isEqualTo(FallbackMode.HEURISTIC);
      itsSecond.before(0, () -> {});
      comeBack();
      other.upkeep().follow();
    }
    assertThat(unknown).isPositive();
  }

  @Test
  void shouldReplayAllOfASecondStoreThatWasPutInThePlaceOfAnother() {
    first.goAway();
    for (int i = 0; i < 20; i++) {
      values().put("k" + i, bytes("1"));
    }
    comeBack();
    secondStore.keyValues().forEachKey("", key -> secondStore.keyValues().delete(key));
    FallbackStore other = open(first);
    first.goAway();
    for (int i = 0; i < 40; i++) {
      other.keyValues().put("k" + i, bytes("2"));
    }
    comeBack();
    for (int i = 0; i < 40; i++) {
      assertThat(text(firstStore.keyValues().get("k" + i))).as("i=%s", i).isEqualTo("2");
    }
  }

  @Test
  void shouldJournalRetirementsByTheTimeOfTheBeginningWhenAPartIsReplayed() {
    first.goAway();
    for (int i = 0; i < 8; i++) {
      values().put("k" + i, bytes("1"));
    }
    clock.turn(Duration.ofSeconds(1));
    store.ledger().publish(Publication.ofAll("a", 1, List.of(), MINUTE));
    clock.turn(Duration.ofSeconds(1));
    values().put("last", bytes("1"));
    FaultyStore passing = new FaultyStore(firstStore);
    FallbackStore process = open(passing);
    passing.before(9, passing::goAway); // at the last
    recover(process);
    assertThat(process.journalLength()).isEqualTo(2);
    FallbackStore later = open(first);
    clock.turn(MINUTE.multipliedBy(2));
    long before = later.journalLength();
    assertThat(later.ledger().retireExpired()).containsExactly("a");
    assertThat(later.journalLength()).isEqualTo(before + 1);
  }

  @Test
  void shouldKeepADamagedEntryAsideAndGoOn() {
    first.goAway();
    values().put("a", bytes("1"));
    secondStore.keyValues().put(JournalRows.PREFIX + "entry:2", new byte[] {1, 2, 3});
    values().put("b", bytes("2"));
    comeBack();
    assertThat(text(firstStore.keyValues().get("a"))).isEqualTo("1");
    assertThat(text(firstStore.keyValues().get("b"))).isEqualTo("2");
    List<String> aside = new ArrayList<>();
    secondStore.keyValues().forEachKey(JournalRows.PREFIX + "refused:", aside::add);
    assertThat(aside).hasSize(1);
  }

  @Test
  void shouldKeepNothingAsideWhenTheFirstStoreRefusesAll() {
    first.goAway();
    values().increment("n", 1);
    values().delete("a");
    FaultyStore locked = new FaultyStore(firstStore);
    FallbackStore process = open(locked);
    locked.refuse();
    recover(process);
    assertThat(process.mode()).isEqualTo(FallbackMode.HEURISTIC);
    comeBack();
    assertThat(text(firstStore.keyValues().get("n"))).isEqualTo("1");
    List<String> aside = new ArrayList<>();
    secondStore.keyValues().forEachKey(JournalRows.PREFIX + "refused:", aside::add);
    assertThat(aside).isEmpty();
  }

  @Test
  void shouldReplayEachKeyInItsOrderWhenTheFirstStoreGoesAwayInTheMiddle() {
    first.goAway();
    for (int i = 0; i < 1_000; i++) {
      values().put("k" + i % 7, bytes("" + i));
      values().increment("n" + i % 3, i);
    }
    FaultyStore passing = new FaultyStore(firstStore);
    FallbackStore process = open(passing);
    passing.before(400, passing::goAway);
    recover(process);
    assertThat(process.mode()).isEqualTo(FallbackMode.HEURISTIC);
    comeBack();
    for (int i = 993; i < 1_000; i++) {
      assertThat(text(firstStore.keyValues().get("k" + i % 7))).isEqualTo("" + i);
    }
    long sum = 0;
    for (int i = 0; i < 3; i++) {
      sum += firstStore.keyValues().increment("n" + i, 0);
    }
    assertThat(sum).isEqualTo(499_500);
  }
}
