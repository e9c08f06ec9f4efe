package io.tallystick.fallback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.store.Ledger;
import io.tallystick.store.Publication;
import io.tallystick.store.StoreException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The ledger of a fallback store, a step at a time. */
class FallbackLedgerTest extends FallbackStoreSteps {
  @Test
  void shouldPassARefusalOnAndStayWhenTheFirstStoreAsksForAllThatIsPublished() {
    Ledger ledger = store.ledger();
    for (int i = 1; i < 20; i++) {
      Publication publication = Publication.ofAll("a", i, List.of(), MINUTE);
      first.before(
          1,
          () -> {
            throw StoreException.refusal("publish all");
          });
      assertThatThrownBy(() -> ledger.publish(publication)).hasMessage("publish all");
    }
    assertThat(store.mode()).isEqualTo(FallbackMode.PRIMARY);
    assertThat(store.circuitBreaker().health().failuresTotal()).isZero();
    assertThat(ledger.publish(Publication.ofAll("a", 20, List.of(), MINUTE)))
        .isEqualTo(Ledger.Result.ACCEPTED);
  }

  @Test
  void shouldPassARefusalOfTheSecondStoreOnAndStay() {
    first.goAway();
    values().put("a", bytes("1"));
    for (int i = 1; i < 20; i++) {
      Publication publication = Publication.ofAll("a", i, List.of(), MINUTE);
      second.before(
          3, // behind the look at the journal
          () -> {
            throw StoreException.refusal("publish all");
          });
      assertThatThrownBy(() -> store.ledger().publish(publication)).hasMessage("publish all");
    }
    assertThat(store.mode()).isEqualTo(FallbackMode.HEURISTIC);
  }

  @Test
  void shouldShowTheLaterReadingWhenAnEarlierOneThatIsSlowComesBehindIt() {
    Ledger ledger = store.ledger();
    ledger.publish(Publication.ofAll("a", 1, List.of(), MINUTE));
    int one = ledger.parts(Set.of()).parts().size();
    for (Set<String> slow : List.of(Set.<String>of(), Set.of("left out"))) {
      String later = "later" + slow.size();
      first.beforeNextAnswer(
          () -> {
            clock.turn(Duration.ofMillis(1));
            ledger.publish(Publication.ofAll(later, 1, List.of(), MINUTE));
            assertThat(ledger.parts(Set.of()).parts()).hasSize(one + 1);
          });
      assertThat(ledger.parts(slow).parts()).hasSize(one);
      first.goAway();
      assertThat(ledger.parts(Set.of()).parts()).as("slow=%s", slow).hasSize(one + 1);
      assertThat(ledger.parts(Set.of("left out")).parts()).as("slow=%s", slow).hasSize(one + 1);
      comeBack();
      assertThat(ledger.retire(later)).isTrue();
    }
  }

  @Test
  void shouldShowTheLastReadingWhenTheFirstStoresClockWasSetBack() {
    Ledger ledger = store.ledger();
    int none = ledger.parts(Set.of()).parts().size();
    clock.turn(Duration.ofHours(-1));
    ledger.publish(Publication.ofAll("a", 1, List.of(), MINUTE));
    ledger.parts(Set.of());
    first.goAway();
    assertThat(ledger.parts(Set.of()).parts()).hasSize(none + 1);
  }

  @Test
  void shouldShowTheNewestReadingsWhenMoreWereMadeThanAreKept() {
    for (int i = 0; i < 10; i++) {
      store.ledger().publish(Publication.ofAll("s" + i, 1, List.of(), MINUTE));
    }
    int all = store.ledger().parts(Set.of()).parts().size();
    for (int i = 0; i < 9; i++) {
      assertThat(store.ledger().parts(Set.of("s" + i)).parts()).hasSize(all - 1);
    }
    first.goAway();
    for (int i = 1; i < 9; i++) {
      assertThat(store.ledger().parts(Set.of("s" + i)).parts()).as("i=%s", i).hasSize(all - 1);
    }
    assertThat(store.ledger().parts(Set.of("s0")).parts()).hasSizeLessThan(all - 1);
  }
}
