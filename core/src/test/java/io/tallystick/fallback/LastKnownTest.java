package io.tallystick.fallback;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.store.Deadline;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is known of keys while the second store is told of them. */
class LastKnownTest {
  private final AtomicLong nowNs = new AtomicLong(1);
  private final LastKnown known =
      new LastKnown(InstantSource.system(), nowNs::incrementAndGet, MirrorBounds.DEFAULT);

  private void tell(String key) {
    assertThat(pop()).isEqualTo(key);
    known.popped(Objects.requireNonNull(known.unwritten(key)), true);
  }

  private String pop() {
    return Objects.requireNonNull(known.pop()).key();
  }

  @Test
  void shouldKeepTheGreaterSumWhenTheLesserOneIsNotedBehindIt() {
    long beganNs = nowNs.get();
    known.added("n", 6, 1, beganNs);
    tell("n");
    known.added("n", 5, 1, beganNs); // returned first, and was held up
    assertThat(known.get("n").orElseThrow().value()).isEqualTo("6".getBytes(UTF_8));
    known.added("n", 5, 1, nowNs.incrementAndGet()); // began behind it: others have taken some away
    assertThat(known.get("n").orElseThrow().value()).isEqualTo("5".getBytes(UTF_8));
  }

  @Test
  void shouldKeepWhatIsKnownOfKeysWhenThereAreMoreMarksThanKeysAreKept() {
    LastKnown small =
        new LastKnown(
            InstantSource.system(),
            nowNs::incrementAndGet,
            new MirrorBounds(100, 10_000, Duration.ofMillis(1)));
    small.told("a", filled(10, 'x'), Deadline.NEVER_MS);
    for (int i = 0; i < 1_000; i++) {
      small.told(JournalRows.PREFIX + "job-ended:" + i, filled(20, 'x'), Deadline.NEVER_MS);
    }
    small.wrote("b", filled(10, 'x'), Deadline.NEVER_MS);
    assertThat(small.isFull()).isFalse();
    assertThat(small.get("a")).isPresent();
    assertThat(small.get("b").orElseThrow().value()).isEqualTo(filled(10, 'x'));
    assertThat(small.get(JournalRows.PREFIX + "job-ended:0")).isPresent();
  }

  @Test
  void shouldForgetMarksThatHaveEndedAndNoKeysForThem() {
    LastKnown small =
        new LastKnown(
            InstantSource.system(),
            nowNs::incrementAndGet,
            new MirrorBounds(100, 10_000, Duration.ofMillis(1)));
    small.told("a", filled(10, 'x'), Deadline.NEVER_MS);
    for (int i = 0; i < 1_000; i++) {
      small.told(JournalRows.PREFIX + "job-of-first:" + i, filled(1, 'x'), Deadline.NEVER_MS);
      small.told(JournalRows.PREFIX + "job-of-first:" + i, null, Deadline.NEVER_MS);
    }
    assertThat(
            IntStream.range(0, 1_000)
                .filter(i -> small.get(JournalRows.PREFIX + "job-of-first:" + i).isPresent()))
        .hasSizeLessThan(200);
    assertThat(small.get("a")).isPresent();
  }

  @Test
  void shouldTellNothingThatSomebodyElseHasChangedSince() {
    int changes = known.noted("a", filled(1, 'x'), Deadline.NEVER_MS);
    known.told("a", null, Deadline.NEVER_MS);
    known.wroteUnlessChanged("a", filled(1, 'x'), Deadline.NEVER_MS, changes);
    assertThat(known.unwritten("a")).isNull();
    assertThat(known.get("a").orElseThrow().isThere()).isFalse();
    changes = known.noted("a", filled(1, 'y'), Deadline.NEVER_MS);
    known.wroteUnlessChanged("a", filled(1, 'y'), Deadline.NEVER_MS, changes);
    assertThat(Objects.requireNonNull(known.unwritten("a")).value()).isEqualTo(filled(1, 'y'));
  }

  @Test
  void shouldListAKeyWhileTheSecondStoreIsBeingToldOfIt() {
    known.added("n", 6, 1, nowNs.get());
    String key = pop();
    assertThat(known.unwrittenKeys("", null, 10)).containsExactly("n");
    known.popped(Objects.requireNonNull(known.unwritten(key)), true);
    assertThat(known.unwrittenKeys("", null, 10)).isEmpty();
  }

  @Test
  void shouldTellTheValueThatItWasWhenTheKeyIsWrittenMeanwhile() {
    for (int length : new int[] {1, 10_000}) { // of which the one is changed in place
      known.wrote("a", filled(length, 'x'), Deadline.NEVER_MS);
      Known told = Objects.requireNonNull(known.unwritten("a"));
      Optional<StoredValue> read = known.get("a");
      known.wrote("a", filled(length, 'y'), Deadline.NEVER_MS);
      assertThat(told.value()).isEqualTo(filled(length, 'x'));
      assertThat(read.orElseThrow().value()).isEqualTo(filled(length, 'x'));
      assertThat(known.get("a").orElseThrow().value()).isEqualTo(filled(length, 'y'));
    }
  }

  @Test
  void shouldLeaveAValueThatItWasGivenAsItIs() {
    byte[] first = filled(1, 'x');
    known.wrote("a", first, Deadline.NEVER_MS);
    known.wrote("b", first, Deadline.NEVER_MS);
    known.wrote("a", filled(1, 'y'), Deadline.NEVER_MS);
    assertThat(first).isEqualTo(filled(1, 'x'));
    assertThat(known.get("b").orElseThrow().value()).isEqualTo(filled(1, 'x'));
  }

  private static byte[] filled(int length, char each) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) each);
    return bytes;
  }
}
