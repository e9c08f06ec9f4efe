package io.tallystick.fallback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.tallystick.store.KeyValues;
import io.tallystick.store.Publication;
import io.tallystick.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is shown of the first store when that is away, and of both when both are. */
class FallbackMirrorTest extends FallbackStoreSteps {
  @Test
  void shouldShowInTheNextOutageWhatWasWrittenInTheLastOne() {
    first.goAway();
    values().put("a", bytes("1"));
    values().increment("n", 2);
    comeBack();
    firstStore.keyValues().increment("n", 100); // another host
    first.goAway();
    assertThat(text(values().get("a"))).isEqualTo("1");
    assertThat(values().increment("n", 3)).isEqualTo(5);
    comeBack();
    assertThat(values().increment("n", 0)).isEqualTo(105);
  }

  @Test
  void shouldReadWhatIsKnownAndRefuseTheRestWhenBothAreAway() {
    values().put("a", bytes("1"));
    values().put("ends", bytes("1"), MINUTE);
    firstStore.keyValues().put("b", bytes("2"));
    assertThat(text(values().get("b"))).isEqualTo("2");
    assertThat(values().get("c")).isEmpty();
    first.goAway();
    second.goAway();
    assertThat(text(values().get("a"))).isEqualTo("1");
    assertThat(store.mode()).isEqualTo(FallbackMode.SAFE);
    assertThat(text(values().get("b"))).isEqualTo("2");
    assertThat(values().get("c")).isEmpty();
    clock.turn(MINUTE);
    assertThat(values().get("ends")).isEmpty();
    for (Runnable call :
        List.<Runnable>of(
            () -> values().get("unknown"),
            () -> values().put("a", bytes("3")),
            () -> values().increment("n", 1),
            () -> values().scan("", null, 1),
            () -> store.jobQueue("q").offer("a", bytes("1")),
            () -> store.jobQueue("q").sizes(),
            () -> store.ledger().read(),
            store::stats)) {
      assertThatThrownBy(call::run)
          .isInstanceOfSatisfying(
              StoreException.class,
              e -> assertThat(e.category()).isEqualTo(StoreException.Category.TRANSIENT));
    }
    second.comeBack();
    comeBack();
    assertThat(text(values().get("a"))).isEqualTo("1");
  }

  @Test
  void shouldKeepWhatWasJournalledWhenTheSecondStoreGoesAwayInTheMiddle() {
    first.goAway();
    values().put("a", bytes("1"));
    second.goAway();
    assertThatThrownBy(() -> values().put("a", bytes("2"))).isInstanceOf(StoreException.class);
    assertThat(store.mode()).isEqualTo(FallbackMode.SAFE);
    first.comeBack();
    recover(store);
    assertThat(store.mode()).isEqualTo(FallbackMode.SAFE); // the first one lacks what was written
    second.comeBack();
    recover(store);
    recover(store);
    assertThat(store.mode()).isEqualTo(FallbackMode.PRIMARY);
    assertThat(text(firstStore.keyValues().get("a"))).isEqualTo("1");
  }

  @Test
  void shouldNotUseTheFirstStoreBeforeTheSecondWhenOthersMayHaveJournalled() {
    FaultyStore cutOff = new FaultyStore(secondStore);
    FallbackStore alone = open(first, cutOff);
    first.goAway();
    cutOff.goAway();
    assertThatThrownBy(() -> alone.keyValues().put("a", bytes("0")))
        .isInstanceOf(StoreException.class);
    assertThat(alone.mode()).isEqualTo(FallbackMode.SAFE);
    values().put("a", bytes("1"));
    first.comeBack();
    recover(alone);
    assertThat(alone.mode()).isEqualTo(FallbackMode.SAFE);
    cutOff.comeBack();
    recover(alone);
    recover(alone);
    assertThat(alone.mode()).isEqualTo(FallbackMode.PRIMARY);
    assertThat(text(alone.keyValues().get("a"))).isEqualTo("1");
  }

  @Test
  void shouldUseTheFirstStoreAtOnceWhenBothAreBackAndNothingWasJournalled() {
    first.goAway();
    second.goAway();
    assertThatThrownBy(() -> values().put("a", bytes("0"))).isInstanceOf(StoreException.class);
    first.comeBack();
    recover(store);
    second.comeBack();
    recover(store);
    assertThat(store.transitions())
        .extracting(ModeTransition::from, ModeTransition::to)
        .containsExactly(
            tuple(FallbackMode.PRIMARY, FallbackMode.SAFE),
            tuple(FallbackMode.SAFE, FallbackMode.PRIMARY));
  }

  @Test
  void shouldUseNeitherStoreWhenItBeginsAndCannotReadTheJournal() {
    first.goAway();
    values().put("a", bytes("1"));
    first.comeBack();
    second.goAway();
    FallbackStore begun = open(first);
    assertThat(begun.mode()).isEqualTo(FallbackMode.SAFE);
    second.comeBack();
    recover(begun);
    assertThat(begun.mode()).isEqualTo(FallbackMode.PRIMARY);
    assertThat(text(begun.keyValues().get("a"))).isEqualTo("1");
  }

  @Test
  void shouldShowTheLaterOfTwoProcessesWritesWhateverIsToldFirst() {
    FallbackStore other = open(first);
    for (int i = 0; i < 2; i++) {
      String key = "k" + i;
      values().put(key, bytes("1"));
      other.keyValues().put(key, bytes("2"), MINUTE);
      (i == 0 ? store : other).upkeep().tell();
      (i == 0 ? other : store).upkeep().tell();
    }
    values().put("gone", bytes("1"));
    store.upkeep().tell();
    values().put("gone", bytes("2"));
    other.keyValues().delete("gone");
    other.upkeep().tell();
    values().put("lives", bytes("1"));
    other.keyValues().expire("lives", MINUTE);
    values().increment("n", 1);
    other.keyValues().increment("n", 1);
    other.upkeep().tell();
    store.upkeep().tell();
    first.goAway();
    assertThat(text(values().get("k0"))).isEqualTo("2");
    assertThat(values().timeToLive("k1")).hasValue(MINUTE);
    assertThat(text(values().get("k1"))).isEqualTo("2");
    assertThat(values().get("gone")).isEmpty();
    assertThat(values().timeToLive("lives")).hasValue(MINUTE);
    assertThat(values().increment("n", 0)).isEqualTo(2);
    assertThat(keysOf(values())).containsExactlyInAnyOrder("k0", "k1", "lives", "n");
  }

  private static List<String> keysOf(KeyValues values) {
    List<String> keys = new ArrayList<>();
    values.forEachKey("", keys::add);
    return keys.stream().distinct().toList();
  }

  @Test
  void shouldShowWhatWasAddedToAKeyWhoseTimeWasOver() {
    for (String key : List.of("told", "untold")) {
      values().put(key, bytes("1"), MINUTE);
      if (key.equals("told")) {
        store.upkeep().tell();
      }
    }
    clock.turn(MINUTE.multipliedBy(2));
    assertThat(values().increment("told", 3)).isEqualTo(3);
    assertThat(values().increment("untold", 4)).isEqualTo(4);
    first.goAway();
    assertThat(values().increment("told", 0)).isEqualTo(3);
    assertThat(values().increment("untold", 0)).isEqualTo(4);
    second.goAway();
    assertThat(text(values().get("told"))).isEqualTo("3");
    assertThat(text(values().get("untold"))).isEqualTo("4");
  }

  @Test
  void shouldShowWhatTheSecondStoreWasNotToldYet() {
    values().put("told", bytes("1"));
    store.upkeep().tell();
    values().delete("told");
    values().put("a", bytes("1"));
    first.goAway();
    assertThat(values().exists("told")).isFalse();
    assertThat(secondStore.keyValues().exists("a")).isFalse();
    assertThat(keysOf(values())).containsExactly("a");
    assertThat(values().putIfAbsent("a", bytes("2"))).isFalse();
    assertThat(values().compareAndSet("a", bytes("1"), bytes("3"))).isTrue();
    store.upkeep().tell();
    assertThat(text(values().get("a"))).isEqualTo("3");
    comeBack();
    assertThat(text(firstStore.keyValues().get("a"))).isEqualTo("3");
  }

  @Test
  void shouldNotWriteAnOldValueBehindAnExpiry() {
    values().put("a", bytes("1"));
    store.upkeep().tell();
    FallbackStore other = open(first);
    other.keyValues().put("a", bytes("2"));
    other.upkeep().tell();
    values().expire("a", MINUTE);
    store.upkeep().tell();
    first.goAway();
    assertThat(text(values().get("a"))).isEqualTo("2");
    assertThat(values().timeToLive("a")).hasValue(MINUTE);
  }

  @Test
  void shouldNotShowWhatWasRefused() {
    values().put("a", bytes("old"));
    int refused = 0;
    for (int call = 1; call < 8; call++) {
      first.goAway();
      assertThat(text(values().get("a"))).isEqualTo("old");
      second.before(call, second::goAway);
      try {
        values().put("a", bytes("new"));
      } catch (StoreException e) {
        refused++;
        assertThat(text(values().get("a"))).isEqualTo("old");
      }
      second.before(0, () -> {});
      second.comeBack();
      recover(store);
      comeBack();
      values().put("a", bytes("old"));
    }
    assertThat(refused).isGreaterThan(1);
  }

  @Test
  void shouldShowAllSourcesWhenOneWasLeftOutOfTheLastReading() {
    store.ledger().publish(Publication.ofAll("a", 1, List.of(), MINUTE));
    store.ledger().publish(Publication.ofAll("b", 1, List.of(), MINUTE));
    int before = store.ledger().parts(Set.of()).parts().size();
    store.ledger().parts(Set.of("a"));
    first.goAway();
    assertThat(store.ledger().parts(Set.of()).parts()).hasSize(before);
    assertThat(store.ledger().parts(Set.of("a")).parts()).hasSize(before - 1);
  }

  @Test
  void shouldNotTellTheSecondStoreWhatItIsToKnowBeforeItIsUsed() {
    for (int i = 0; i < 5_000; i++) {
      values().put("k" + i, bytes("1"));
    }
    int before = second.calls();
    first.goAway();
    assertThat(text(values().get("k4999"))).isEqualTo("1");
    assertThat(second.calls() - before).isLessThan(50);
  }

  @Test
  void shouldTellTheSecondStoreAgainOfAKeyThatIsWrittenWhileItIsTold() {
    for (int call = 1; call < 4; call++) {
      String key = "k" + call;
      String number = "n" + call;
      values().put(key, bytes("1"));
      values().increment(number, 1);
      second.before(
          call,
          () -> {
            values().put(key, bytes("2"));
            values().increment(number, 1);
          });
      store.upkeep().tell();
      second.before(0, () -> {});
      store.upkeep().tell();
      assertThat(text(secondStore.keyValues().get(key).map(KeyRow::of).map(KeyRow::value)))
          .as("call=%s", call)
          .isEqualTo("2");
      assertThat(text(secondStore.keyValues().get(number).map(KeyRow::of).map(KeyRow::value)))
          .as("call=%s", call)
          .isEqualTo("2");
    }
  }
}
