package io.tallystick.store.contract;

import static io.tallystick.store.contract.Refusal.assertPermanent;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tallystick.store.KeyValues;
import io.tallystick.store.Store;
import io.tallystick.testing.TurnedClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The clauses of keys and values. */
abstract class KeyValuesContract {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  abstract Store store();

  abstract TurnedClock clock();

  private KeyValues values() {
    return store().keyValues();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  @Test
  void k1ShouldGiveACopyWhenAValueIsPut() {
    byte[] value = {1};
    values().put("a", value);
    value[0] = 2;
    values().get("a").orElseThrow()[0] = 3;
    assertThat(values().get("a")).hasValue(new byte[] {1});
    assertThat(values().get("b")).isEmpty();
  }

  @Test
  void k2ShouldForgetAValueWhenItsTimeToLiveIsOver() {
    values().put("a", bytes("1"), MINUTE);
    clock().turn(MINUTE.minusMillis(1));
    assertThat(values().timeToLive("a")).hasValue(Duration.ofMillis(1));
    assertThat(values().exists("a")).isTrue();
    clock().turn(Duration.ofMillis(1));
    assertThat(values().exists("a")).isFalse();
    assertThat(values().putIfAbsent("a", bytes("2"))).isTrue();
    assertThat(values().timeToLive("a")).isEmpty();
    assertThat(store().stats().keys()).isEqualTo(1);
  }

  @Test
  void k3ShouldKeepTheFirstValueWhenPutIfAbsentFindsIt() {
    assertThat(values().putIfAbsent("a", bytes("1"), MINUTE)).isTrue();
    assertThat(values().putIfAbsent("a", bytes("2"))).isFalse();
    assertThat(values().get("a")).hasValue(bytes("1"));
  }

  @Test
  void k4ShouldSetOnlyTheExpectedValueAndKeepItsTimeWhenCompared() {
    values().put("a", bytes("1"), MINUTE);
    assertThat(values().compareAndSet("a", bytes("2"), bytes("3"))).isFalse();
    assertThat(values().compareAndSet("b", bytes("1"), bytes("3"))).isFalse();
    assertThat(values().compareAndSet("a", bytes("1"), bytes("3"))).isTrue();
    assertThat(values().get("a")).hasValue(bytes("3"));
    assertThat(values().timeToLive("a")).hasValue(MINUTE);
  }

  @Test
  void k5ShouldSayWhetherAKeyWasThereWhenDeletedOrExpired() {
    assertThat(values().delete("a")).isFalse();
    assertThat(values().expire("a", MINUTE)).isFalse();
    values().put("a", bytes("1"));
    assertThat(values().expire("a", MINUTE)).isTrue();
    assertThat(values().timeToLive("a")).hasValue(MINUTE);
    assertThat(values().delete("a")).isTrue();
    assertThat(values().get("a")).isEmpty();
  }

  @Test
  void k6ShouldLeaveTheValueWhenItIsNoNumberOrTheSumIsNoLong() {
    assertThat(values().increment("n", -17)).isEqualTo(-17);
    assertThat(values().get("n")).hasValue(bytes("-17"));
    values().put("n", bytes(Long.toString(Long.MAX_VALUE)));
    assertPermanent(() -> values().increment("n", 1));
    assertThat(values().get("n")).hasValue(bytes(Long.toString(Long.MAX_VALUE)));
    for (String other : List.of("", "1.5", "+5", " 5", "\u0663", "99999999999999999999")) {
      values().put("n", bytes(other));
      assertPermanent(() -> values().increment("n", 1));
      assertThat(values().get("n")).hasValue(bytes(other));
    }
  }

  @Test
  void k7ShouldFindEachKeyOfALiteralPrefixWhenScannedInPages() {
    List<String> wanted =
        List.of("a*[%_", "a*[%_1", "a*[%_\u00e9", "a*[%_\ud83d\ude00", "a*[%_\uffff");
    wanted.forEach(key -> values().put(key, bytes("1")));
    List.of("a", "ab[%_", "b").forEach(key -> values().put(key, bytes("1")));
    values().put("a*[%_old", bytes("1"), MINUTE);
    clock().turn(MINUTE);
    List<String> found = new ArrayList<>();
    String cursor = null;
    do {
      KeyValues.Page page = values().scan("a*[%_", cursor, 1);
      found.addAll(page.keys());
      cursor = page.next();
    } while (cursor != null);
    assertThat(found.stream().distinct()).containsExactlyInAnyOrderElementsOf(wanted);
  }

  @Test
  void k8ShouldRefuseKeysAndValuesBeyondTheLimits() {
    assertPermanent(() -> values().put("", bytes("1")));
    assertPermanent(() -> values().put("\ud800", bytes("1")));
    assertPermanent(() -> values().put("k".repeat(store().limits().keyBytes() + 1), bytes("1")));
    assertPermanent(() -> values().put("a", new byte[store().limits().valueBytes() + 1]));
    assertThat(values().exists("a")).isFalse();
  }

  @Test
  void k9ShouldLoseNoUpdateWhenThreadsUpdateOneKey() throws Exception {
    AtomicInteger firsts = new AtomicInteger();
    AtomicInteger swaps = new AtomicInteger();
    values().put("swapped", bytes("0"));
    Threads.run(
        3,
        () -> {
          for (int i = 0; i < 20; i++) {
            values().increment("sum", 2);
            firsts.addAndGet(values().putIfAbsent("first" + i, bytes("1")) ? 1 : 0);
            byte[] present = values().get("swapped").orElseThrow();
            byte[] next = bytes(Integer.toString(Integer.parseInt(new String(present, UTF_8)) + 1));
            swaps.addAndGet(values().compareAndSet("swapped", present, next) ? 1 : 0);
          }
        });
    assertThat(values().get("sum")).hasValue(bytes("120"));
    assertThat(firsts).hasValue(20);
    assertThat(values().get("swapped")).hasValue(bytes(Integer.toString(swaps.get())));
  }

  @Test
  void k10ShouldKeepAKeyForNoLessThanItsTimeWhenTheClockIsSetBack() {
    values().put("a", bytes("1"), MINUTE);
    clock().turn(Duration.ofHours(-1));
    assertThat(values().exists("a")).isTrue();
    clock().turn(Duration.ofHours(1).plus(MINUTE));
    assertThat(values().exists("a")).isFalse();
  }

  @Test
  void k11ShouldTellKeysApartWhateverCharactersTheyHave() {
    List<String> keys =
        new ArrayList<>(List.of("a", "A", "a ", "a\0", "a\0b", "\u00e9", "e\u0301"));
    for (int plane = 0; plane <= 16; plane++) {
      keys.add(Character.toString((plane << 16) + 0x20ac));
      keys.add(Character.toString((plane << 16) + 0xfffd));
    }
    keys.forEach(key -> values().put(key, bytes(key)));
    assertThat(keys).allSatisfy(key -> assertThat(values().get(key)).hasValue(bytes(key)));
    List<String> found = new ArrayList<>();
    values().forEachKey("", found::add);
    assertThat(found).containsExactlyInAnyOrderElementsOf(keys);
  }

  @Test
  void k12ShouldTakeTheLargestKeyAndValuesOfAnyBytes() {
    String longest = "k".repeat(store().limits().keyBytes());
    byte[] largest = new byte[Math.min(store().limits().valueBytes(), 4 << 20)];
    new Random(1).nextBytes(largest);
    values().put(longest, largest);
    values().put("empty", new byte[0]);
    assertThat(values().get(longest)).hasValue(largest);
    assertThat(values().get("empty")).hasValue(new byte[0]);
  }

  @Test
  void k13ShouldKeepTheTimeToLiveWhenANumberGrows() {
    values().put("n", bytes("1"), MINUTE);
    assertThat(values().increment("n", 1)).isEqualTo(2);
    assertThat(values().timeToLive("n")).hasValue(MINUTE);
    clock().turn(MINUTE);
    assertThat(values().increment("n", 1)).isEqualTo(1);
    assertThat(values().timeToLive("n")).isEmpty();
  }

  @Test
  void k14ShouldFindWhatStaysWhenKeysComeAndGoBetweenPages() {
    for (int i = 0; i < 30; i++) {
      values().put("stays" + i, bytes("1"));
      values().put("goes" + i, bytes("1"));
    }
    Set<String> found = new HashSet<>();
    String cursor = null;
    int page = 0;
    do {
      KeyValues.Page keys = values().scan("", cursor, 7);
      found.addAll(keys.keys());
      cursor = keys.next();
      values().delete("goes" + page);
      values().put("comes" + page++, bytes("1"));
    } while (cursor != null && page < 1_000);
    assertThat(cursor).isNull();
    assertThat(found.stream().filter(key -> key.startsWith("stays"))).hasSize(30);
  }

  @Test
  void k15ShouldRefuseWhatIsNoTimeAndNoPage() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> values().put("a", bytes("1"), Duration.ZERO));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> values().expire("a", Duration.ofMillis(-1)));
    assertThatIllegalArgumentException().isThrownBy(() -> values().scan("", null, 0));
    values().put("a", bytes("1"), Duration.ofDays(Integer.MAX_VALUE));
    assertThat(values().exists("a")).isTrue();
  }

  @Test
  void k16ShouldAddOnceWhenAnAdditionIsRepeated() {
    assertThat(values().increment("n", 5, "writer", 1)).isEqualTo(5);
    assertThat(values().increment("n", 5, "writer", 1)).isEqualTo(5);
    assertThat(values().increment("n", 7, "writer", 3)).isEqualTo(12);
    assertThat(values().increment("n", 6, "writer", 2)).isEqualTo(12);
    assertThat(values().increment("n", 100, "other", 1)).isEqualTo(112);
    assertThat(values().increment("o", 9, "writer", 1)).isEqualTo(9);
    values().delete("n");
    assertThat(values().increment("n", 7, "writer", 3)).isZero();
    assertThat(values().increment("n", 7, "writer", 4)).isEqualTo(7);
    assertThat(values().get("n")).hasValue(bytes("7"));
    List<String> found = new ArrayList<>();
    values().forEachKey("", found::add);
    assertThat(found).containsExactlyInAnyOrder("n", "o");
    assertThat(store().stats().keys()).isEqualTo(2);
    clock().turn(KeyValues.ADDITION_KEPT.minusMillis(1));
    assertThat(values().increment("n", 7, "writer", 4)).isEqualTo(7);
  }

  @Test
  void k17ShouldNoteNoAdditionThatWasRefused() {
    values().put("n", bytes("x"));
    assertPermanent(() -> values().increment("n", 5, "writer", 1));
    values().put("n", bytes("1"), MINUTE);
    assertThat(values().increment("n", 5, "writer", 1)).isEqualTo(6);
    assertThat(values().timeToLive("n")).hasValue(MINUTE);
    assertPermanent(() -> values().increment("n", 5, "", 2));
  }
}
