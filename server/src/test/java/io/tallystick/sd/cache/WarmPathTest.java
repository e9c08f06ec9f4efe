package io.tallystick.sd.cache;

import static io.tallystick.sd.cache.Discovery.get;
import static io.tallystick.sd.cache.Discovery.list;
import static io.tallystick.sd.cache.Discovery.target;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.server.PrivateDirectory;
import io.tallystick.store.StoreException;
import io.tallystick.testing.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a path over time, and while the store is away. */
@Timeout(120)
final class WarmPathTest {
  private static final Duration HINT_MINUTE = Duration.ofMinutes(1);

  @TempDir(factory = PrivateDirectory.class)
  Path folder;

  private Discovery discovery;

  @BeforeEach
  void open() {
    discovery = new Discovery(folder.resolve("metrics"));
    discovery.targets.give("svc", "db1:9100");
  }

  @AfterEach
  void close() {
    discovery.close();
  }

  private void turn(Duration by) {
    discovery.clock.turn(by);
  }

  /** Five runs with 10, 20, 40 and 80 seconds between them; then one in each five minutes. */
  @Test
  void shouldRunABrokenGeneratorEverLessWhenItIsPolledForAnHour() throws Exception {
    discovery.targets.fail("svc", "too slow");
    TargetLists server = discovery.server();
    int runs = 0;
    for (int i = 0; i < 3600; i++) {
      get(server, "svc");
      if (i % 10 == 0) {
        server.tick();
      }
      runs += discovery.work();
      turn(Duration.ofSeconds(1));
    }
    assertThat(runs).isBetween(20, 45);
    assertThat(server.deadLetters(10)).hasSize(1);
    assertThat(server.deadLetters(10).get(0).error()).isEqualTo("too slow");
    discovery.targets.give("svc", "db1:9100");
    for (int i = 0; i < 400; i++) {
      get(server, "svc");
      discovery.work();
      turn(Duration.ofSeconds(1));
    }
    server.tick();
    assertThat(list(server, "svc").stale()).isFalse();
    assertThat(server.deadLetters(10)).isEmpty();
  }

  @Test
  void shouldServeItsOwnListWhenTheStoreIsAway() throws Exception {
    TargetLists server = discovery.warm("svc");
    discovery.scripted.down();
    turn(Duration.ofSeconds(299));
    assertThat(list(server, "svc").stale()).isFalse();
    turn(Duration.ofSeconds(1000));
    Answer.Listed own = list(server, "svc");
    assertThat(own.stale()).isTrue();
    assertThat(own.age()).isEqualTo(Duration.ofSeconds(1300));
    assertThat(server.isReady()).isTrue();
    assertThat(server.sizes()).isEmpty();
    turn(Duration.ofSeconds(2301));
    assertThat(get(server, "svc")).isInstanceOf(Answer.Unavailable.class);
    assertThat(server.isReady()).isFalse();
  }

  @Test
  void shouldSayThatTheStoreIsAwayWhenItHasNoListOfItsOwn() throws Exception {
    TargetLists server = discovery.server();
    discovery.scripted.down();
    assertThat(get(server, "svc")).isEqualTo(new Answer.Unavailable("store is away"));
    assertThatThrownBy(() -> server.reload(TargetQuery.of("svc")))
        .isInstanceOf(StoreException.class);
    assertThat(server.states()).hasSize(1);
    discovery.scripted.up();
    turn(Duration.ofSeconds(1));
    server.tick();
    assertThat(get(server, "svc")).isEqualTo(new Answer.Pending());
    assertThat(server.isStoreUp()).isTrue();
  }

  @Test
  void shouldLeaveAStoreAloneThatIsAway() throws Exception {
    TargetLists server = discovery.warm("svc");
    discovery.scripted.down();
    turn(Duration.ofSeconds(1));
    list(server, "svc");
    int before = discovery.scripted.calls();
    for (int i = 0; i < 100; i++) {
      turn(Duration.ofSeconds(1));
      list(server, "svc");
    }
    assertThat(discovery.scripted.calls()).isEqualTo(before);
    server.tick();
    assertThat(discovery.scripted.calls()).isEqualTo(before + 1); // asks whether it is back
  }

  @Test
  void shouldServeItsOwnListWhenTheStoreHangs() throws Exception {
    TargetLists server = discovery.warm("svc");
    discovery.scripted.hang();
    for (int i = 0; i < 100; i++) {
      turn(Duration.ofSeconds(1));
      assertThat(target(server, "svc")).isEqualTo("db1:9100");
    }
  }

  @Test
  void shouldKeepItsListWhenTheStoreComesBackEmpty() throws Exception {
    TargetLists server = discovery.warm("svc");
    discovery.store.keyValues().delete("/targets/svc?");
    discovery.store.keyValues().delete("status:/targets/svc?");
    turn(Duration.ofSeconds(61));
    assertThat(target(server, "svc")).isEqualTo("db1:9100");
    assertThat(discovery.work()).isEqualTo(1);
    assertThat(discovery.store.keyValues().exists("/targets/svc?")).isTrue();
  }

  @Test
  void shouldRefreshAheadOfExpiryWhenAPathIsPolled() throws Exception {
    TargetLists server = discovery.warm("svc");
    for (int second = 0; second < 1200; second++) {
      if (second % 60 == 0) {
        Answer answer = server.get(TargetQuery.of("svc"), Duration.ZERO, Optional.of(HINT_MINUTE));
        assertThat(((Answer.Listed) answer).age()).isLessThan(Duration.ofSeconds(65));
      }
      tickAndWork(server);
      turn(Duration.ofSeconds(1));
    }
    assertThat(discovery.targets.runs()).isBetween(15, 21);
  }

  @Test
  void shouldLeaveAPathAloneWhenNobodyAsksAnyMore() throws Exception {
    TargetLists server = discovery.warm("svc");
    for (int second = 0; second < 1200; second++) {
      tickAndWork(server);
      turn(Duration.ofSeconds(1));
    }
    assertThat(discovery.targets.runs()).isBetween(2, 3);
  }

  /** Polls that are farther apart than lists may be old. */
  @Test
  void shouldAnswerFreshWhenPolledSeldomWithAHint() throws Exception {
    TargetLists server = discovery.warm("svc");
    Duration tenMinutes = Duration.ofMinutes(10);
    for (int second = 0; second < 3600; second++) {
      if (second % 600 == 0) {
        Answer answer = server.get(TargetQuery.of("svc"), Duration.ZERO, Optional.of(tenMinutes));
        assertThat(((Answer.Listed) answer).stale()).isFalse();
      }
      tickAndWork(server);
      turn(Duration.ofSeconds(1));
    }
    assertThat(discovery.targets.runs()).isLessThan(20);
  }

  @Test
  void shouldRefreshAsBeforeWhenTheClockIsSetBack() throws Exception {
    TargetLists server = discovery.warm("svc");
    turn(Duration.ofHours(-1));
    discovery.targets.give("svc", "db2:9100");
    for (int second = 0; second < 600; second++) {
      get(server, "svc");
      tickAndWork(server);
      turn(Duration.ofSeconds(1));
    }
    Answer.Listed listed = list(server, "svc");
    assertThat(target(server, "svc")).isEqualTo("db2:9100");
    assertThat(listed.age()).isBetween(Duration.ofMillis(1), Duration.ofSeconds(65));
    assertThat(discovery.targets.runs()).isBetween(9, 12);
  }

  /** As far as such a server can know. */
  @Test
  void shouldRefreshNoMoreOftenWhenTheClockOfTheWorkersIsAhead() throws Exception {
    TargetLists server = discovery.warm("svc");
    for (int second = 0; second < 600; second++) {
      get(server, "svc");
      server.tick();
      Await.until("looks are done", server::isIdle);
      turn(Duration.ofHours(1));
      discovery.work();
      turn(Duration.ofHours(-1).plusSeconds(1));
    }
    assertThat(discovery.targets.runs()).isBetween(9, 12);
  }

  @Test
  void shouldAnswerSeldomPollsFreshWhenOthersAskInBetween() throws Exception {
    TargetLists server = discovery.warm("svc");
    for (int second = 0; second < 3600; second++) {
      if (second % 600 == 0) {
        Optional<Duration> tenMinutes = Optional.of(Duration.ofMinutes(10));
        Answer answer = server.get(TargetQuery.of("svc"), Duration.ZERO, tenMinutes);
        assertThat(((Answer.Listed) answer).stale()).isFalse();
      } else if (second % 600 == 1) {
        get(server, "svc");
      }
      tickAndWork(server);
      turn(Duration.ofSeconds(1));
    }
  }

  /** As a Redis whose disk is full. */
  @Test
  void shouldListWhatTheStoreHasWhenItTakesNothing() throws Exception {
    discovery.warm("svc");
    discovery.targets.give("cold", "db2:9100");
    discovery.scripted.refuse("offer");
    TargetLists server = discovery.server();
    assertThat(get(server, "cold")).isEqualTo(new Answer.Unavailable("store is away"));
    assertThat(target(server, "svc")).isEqualTo("db1:9100");
    int before = discovery.scripted.calls();
    turn(Duration.ofMillis(100));
    assertThat(get(server, "cold")).isEqualTo(new Answer.Unavailable("store is away"));
    assertThat(discovery.scripted.calls()).isEqualTo(before + 2); // reads, and tries no more
    discovery.scripted.up();
    server.tick();
    turn(Duration.ofMillis(100));
    assertThat(get(server, "cold")).isEqualTo(new Answer.Pending());
  }

  private void tickAndWork(TargetLists server) throws Exception {
    server.tick();
    Await.until("looks are done", server::isIdle);
    discovery.work();
  }
}
