package io.tallystick.sd.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.server.PrivateDirectory;
import io.tallystick.store.JobQueue;
import io.tallystick.store.JobQueue.DeadLetter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class DeadLettersTest {
  private static final Duration HALF_A_MINUTE = Duration.ofSeconds(30);

  @TempDir(factory = PrivateDirectory.class)
  Path folder;

  private Discovery discovery;
  private ListStore store;
  private StoreGate gate;
  private DeadLetters deadLetters;

  @BeforeEach
  void open() {
    discovery = new Discovery(folder.resolve("metrics"));
    store = new ListStore(discovery.store);
    gate = new StoreGate(discovery.store);
    deadLetters = new DeadLetters(store);
  }

  @AfterEach
  void close() {
    discovery.close();
  }

  /** Some dead letters, from a number on, whose errors are remembered. */
  private void die(int from, int to) {
    JobQueue queue = store.queue();
    for (int i = from; i < to; i++) {
      assertThat(queue.offer("/targets/p" + i + "?", new byte[0])).isTrue();
      store.putError("/targets/p" + i + "?", error());
    }
    for (int attempt = 0; attempt < ListStore.ATTEMPTS; attempt++) {
      for (int i = from; i < to; i++) {
        assertThat(queue.take(Duration.ofMillis(1))).isPresent();
      }
      discovery.clock.turn(Duration.ofMillis(1));
    }
  }

  private GenerationError error() {
    long nowMs = discovery.clock.millis();
    return new GenerationError("E", "why", "", "w", "j", "p", Map.of(), nowMs, 0, 5);
  }

  private void tidy() {
    discovery.clock.turn(HALF_A_MINUTE);
    deadLetters.tidy(discovery.clock.millis(), store.queue().sizes().dead(), gate);
  }

  private List<String> keys() {
    return store.queue().deadLetters(Integer.MAX_VALUE).stream().map(DeadLetter::key).toList();
  }

  @Test
  void shouldKeepTheLastOneOfEachQuery() {
    die(0, 3);
    die(1, 2);
    tidy();
    assertThat(keys()).containsExactly("/targets/p0?", "/targets/p2?", "/targets/p1?");
  }

  @Test
  void shouldKeepTheLatestWhenThereAreTooMany() {
    die(0, DeadLetters.MOST + 20);
    tidy();
    assertThat(keys()).hasSize(DeadLetters.MOST).startsWith("/targets/p20?");
    tidy();
    assertThat(keys()).hasSize(DeadLetters.MOST);
  }

  @Test
  void shouldLookForTheErrorsOfSomeAtATimeUntilItHasLookedForAll() {
    int letters = 2 * DeadLetters.LOOKS;
    die(0, letters);
    store.deleteError("/targets/p" + (letters - 1) + "?");
    int before = discovery.scripted.calls("get");
    tidy();
    assertThat(discovery.scripted.calls("get")).isEqualTo(before + DeadLetters.LOOKS);
    assertThat(keys()).hasSize(letters);
    tidy();
    assertThat(keys()).hasSize(letters - 1).doesNotContain("/targets/p" + (letters - 1) + "?");
  }

  @Test
  void shouldAskNothingWhenThereAreNoneOrItWasDoneJustNow() {
    int before = discovery.scripted.calls("deadLetters");
    tidy();
    assertThat(discovery.scripted.calls("deadLetters")).isEqualTo(before);
    die(0, 1);
    tidy();
    deadLetters.tidy(discovery.clock.millis() + 29_999, 1, gate);
    assertThat(discovery.scripted.calls("deadLetters")).isEqualTo(before + 1);
  }
}
