package io.tallystick.sd.cache;

import static io.tallystick.sd.cache.Discovery.get;
import static io.tallystick.sd.cache.Discovery.list;
import static io.tallystick.sd.cache.Discovery.target;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.server.PrivateDirectory;
import io.tallystick.store.StoreException;
import io.tallystick.testing.Await;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class TargetListsTest {
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

  private static TargetQuery query(String env) {
    return new TargetQuery("svc", Map.of("env", env));
  }

  private static CacheSettings limits(int queriesPerPath, int queries) {
    CacheSettings usual = CacheSettings.DEFAULT;
    return new CacheSettings(
        usual.fresh(), usual.refreshEvery(), usual.maxStale(), queriesPerPath, queries);
  }

  private static Answer ask(TargetLists server, TargetQuery query) throws InterruptedException {
    return server.get(query, Duration.ZERO, Optional.empty());
  }

  @Test
  void shouldQueueOneJobWhenServersHaveNothing() throws Exception {
    TargetLists one = discovery.server();
    TargetLists other = discovery.server();
    for (int i = 0; i < 3; i++) {
      assertThat(get(one, "svc")).isEqualTo(new Answer.Pending());
      assertThat(get(other, "svc")).isEqualTo(new Answer.Pending());
      turn(Duration.ofSeconds(6));
    }
    assertThat(discovery.work()).isEqualTo(1);
  }

  @Test
  void shouldListWhatTheGeneratorsGaveWhenTheJobHasRun() throws Exception {
    TargetLists server = discovery.warm("svc");

    Answer.Listed listed = list(server, "svc");

    assertThat(new String(listed.list().json(), UTF_8))
        .isEqualTo("[{\"targets\":[\"db1:9100\"],\"labels\":{\"job\":\"db\"}}]");
    assertThat(listed.age()).isEqualTo(Duration.ofSeconds(1));
    assertThat(listed.list().etag()).matches("\"[0-9a-f]{24}\"");
    byte[] unzipped =
        new GZIPInputStream(new ByteArrayInputStream(listed.list().gzip())).readAllBytes();
    assertThat(unzipped).isEqualTo(listed.list().json());
  }

  @Test
  void shouldHaveNoListWhenItIsTooOldToBeAnsweredWith() throws Exception {
    TargetLists server = discovery.warm("svc");
    assertThat(server.hasList(TargetQuery.of("svc"))).isTrue();
    assertThat(server.hasList(TargetQuery.of("other"))).isFalse();

    turn(CacheSettings.DEFAULT.maxStale());

    assertThat(server.hasList(TargetQuery.of("svc"))).isFalse();
  }

  @Test
  void shouldNotAskTheStoreWhenItWasAskedWithinASecond() throws Exception {
    TargetLists server = discovery.warm("svc");
    int before = discovery.scripted.calls();
    turn(Duration.ofMillis(999));
    for (int i = 0; i < 100; i++) {
      assertThat(list(server, "svc").stale()).isFalse();
    }
    assertThat(discovery.scripted.calls()).isEqualTo(before);
  }

  @Test
  void shouldHaveAnotherServersListWhenASecondIsOver() throws Exception {
    TargetLists server = discovery.warm("svc");
    discovery.targets.give("svc", "db2:9100");
    assertThat(discovery.server().reload(TargetQuery.of("svc"))).isPresent();
    discovery.work();
    assertThat(target(server, "svc")).isEqualTo("db1:9100");
    turn(Duration.ofSeconds(1));
    assertThat(target(server, "svc")).isEqualTo("db2:9100");
  }

  @Test
  void shouldKeepWhatIsEncodedWhenTheListIsTheSame() throws Exception {
    TargetLists server = discovery.warm("svc");
    EncodedList before = list(server, "svc").list();
    turn(Duration.ofMinutes(2));
    list(server, "svc");
    assertThat(discovery.work()).isEqualTo(1);
    turn(Duration.ofSeconds(1));
    Answer.Listed after = list(server, "svc");
    assertThat(after.age()).isEqualTo(Duration.ofSeconds(1));
    assertThat(after.list()).isSameAs(before);
  }

  @Test
  void shouldServeAStaleListWithItsAgeAndQueueAJobUntilItIsTooOld() throws Exception {
    TargetLists server = discovery.warm("svc");
    turn(Duration.ofSeconds(299));
    assertThat(list(server, "svc").stale()).isFalse();
    turn(Duration.ofSeconds(1));
    Answer.Listed stale = list(server, "svc");
    assertThat(stale.stale()).isTrue();
    assertThat(stale.age()).isEqualTo(Duration.ofSeconds(301));
    assertThat(server.sizes().orElseThrow().queued()).isEqualTo(1);
    turn(Duration.ofSeconds(3600 - 301));
    assertThat(list(server, "svc").stale()).isTrue();
    turn(Duration.ofSeconds(1));
    assertThat(get(server, "svc")).isEqualTo(new Answer.Pending());
  }

  @Test
  void shouldSayWhatWentWrongWhenThereIsNoList() throws Exception {
    discovery.targets.fail("svc", "too slow");
    TargetLists server = discovery.server();
    get(server, "svc");
    discovery.work();
    turn(Duration.ofSeconds(1));

    GenerationError error = ((Answer.Failed) get(server, "svc")).error();

    assertThat(error.type()).isEqualTo("TimeoutExpired");
    assertThat(error.message()).isEqualTo("too slow");
    assertThat(error.traceback()).isEqualTo("trace of it");
    assertThat(error.workerId()).isEqualTo("w1");
    assertThat(error.path()).isEqualTo("svc");
  }

  @Test
  void shouldKeepTheListWhenALaterGenerationFails() throws Exception {
    TargetLists server = discovery.warm("svc");
    discovery.targets.fail("svc", "too slow");
    turn(Duration.ofSeconds(301));
    list(server, "svc");
    discovery.work();
    turn(Duration.ofSeconds(1));
    assertThat(target(server, "svc")).isEqualTo("db1:9100");
    assertThat(server.states().get(0).lastError().orElseThrow().message()).isEqualTo("too slow");
  }

  @Test
  void shouldNotRunABrokenGeneratorForTenSecondsWhenItIsPolled() throws Exception {
    discovery.targets.fail("svc", "too slow");
    TargetLists server = discovery.server();
    get(server, "svc");
    discovery.work();
    for (int i = 0; i < 9; i++) {
      turn(Duration.ofSeconds(1));
      assertThat(get(server, "svc")).isInstanceOf(Answer.Failed.class);
      assertThat(discovery.work()).isZero();
    }
    turn(Duration.ofSeconds(1));
    get(server, "svc");
    assertThat(discovery.work()).isEqualTo(1);
  }

  @Test
  void shouldNotKnowAPathThatDoesNotExistOrNoMore() throws Exception {
    TargetLists server = discovery.warm("svc");
    assertThat(get(server, "svcs")).isEqualTo(new Answer.Unknown());
    assertThat(server.reload(TargetQuery.of("svcs"))).isEmpty();
    discovery.targets.remove("svc");
    turn(Duration.ofSeconds(1));
    assertThat(get(server, "svc")).isEqualTo(new Answer.Unknown());
    assertThat(discovery.work()).isZero();
  }

  @Test
  void shouldNotCountTheQueryWithoutArgumentsAmongThoseOfAPath() throws Exception {
    TargetLists server = discovery.server(limits(2, 10_000));
    assertThat(get(server, "svc")).isEqualTo(new Answer.Pending()); // has no arguments
    assertThat(ask(server, query("a"))).isEqualTo(new Answer.Pending());
    assertThat(ask(server, query("b"))).isEqualTo(new Answer.Pending());
    assertThat(ask(server, query("c"))).isEqualTo(new Answer.TooMany(2, false));
  }

  @Test
  void shouldUseTheStoreWhenItCannotSayHowManyJobsThereAre() throws Exception {
    TargetLists server = discovery.warm("svc");
    discovery.scripted.refuse("sizes");

    server.tick();
    assertThat(ask(server, query("new"))).isEqualTo(new Answer.Pending());
    assertThat(discovery.work()).isEqualTo(1);

    assertThat(server.sizes()).isEmpty();
    discovery.scripted.refuse("deadLetters");
    assertThat(server.deadLetters(1)).isEmpty();
    assertThat(ask(server, query("newer"))).isEqualTo(new Answer.Pending());
  }

  @Test
  void shouldFindOutThatTheStoreIsAwayWhenNobodyAsks() throws Exception {
    TargetLists server = discovery.server();
    assertThat(server.isReady()).isTrue();
    discovery.scripted.down();

    assertThatThrownBy(server::tick).isInstanceOf(StoreException.class);

    assertThat(server.isReady()).isFalse();
  }

  @Test
  void shouldRefuseMoreQueriesOfAPathThanAllowed() throws Exception {
    TargetLists server = discovery.server(limits(3, 10_000));
    discovery.targets.give("other", "db2:9100");
    for (int i = 0; i < 3; i++) {
      assertThat(ask(server, query("e" + i))).isEqualTo(new Answer.Pending());
    }
    for (int i = 3; i < 1000; i++) {
      assertThat(ask(server, query("e" + i))).isEqualTo(new Answer.TooMany(3, false));
    }
    assertThat(discovery.work()).isEqualTo(3);
    turn(Duration.ofSeconds(1));
    assertThat(ask(server, query("e1"))).isInstanceOf(Answer.Listed.class);
    assertThat(get(server, "other")).isEqualTo(new Answer.Pending());
    assertThat(get(server, "svc")).isEqualTo(new Answer.Pending()); // has no arguments
    turn(Duration.ofSeconds(3601));
    server.tick();
    assertThat(ask(server, query("e7"))).isEqualTo(new Answer.Pending());
  }

  @Test
  void shouldDropWhatNobodyHasAskedForSinceTheLongestTimeWhenAllPathsHaveTooManyQueries()
      throws Exception {
    TargetLists server = discovery.server(limits(1_000, 3));
    discovery.targets.give("other", "db2:9100");
    TargetQuery ofOther = new TargetQuery("other", Map.of("env", "prod"));
    for (TargetQuery each : List.of(query("old"), query("new"), ofOther)) {
      assertThat(ask(server, each)).isEqualTo(new Answer.Pending());
      turn(Duration.ofSeconds(1));
    }
    assertThat(discovery.work()).isEqualTo(3);
    assertThat(ask(server, query("more"))).isEqualTo(new Answer.TooMany(3, true));
    assertThat(get(server, "other")).isEqualTo(new Answer.Pending()); // has no arguments

    turn(Duration.ofSeconds(118)); // the first one is kept warm no more, the others are

    assertThat(ask(server, query("more"))).isEqualTo(new Answer.Pending());
    assertThat(server.hasList(query("old"))).isFalse();
    assertThat(ask(server, query("new"))).isInstanceOf(Answer.Listed.class);
    assertThat(ask(server, ofOther)).isInstanceOf(Answer.Listed.class);
    assertThat(ask(server, query("old"))).isEqualTo(new Answer.TooMany(3, true));
  }

  @Test
  void shouldDropQueriesInTheOrderInWhichTheyWereAskedForLast() throws Exception {
    TargetLists server = discovery.server(limits(1_000, 8));
    List<TargetQuery> queries =
        Stream.of("f", "b", "h", "a", "e", "c", "g", "d").map(TargetListsTest::query).toList();
    for (TargetQuery each : queries) {
      ask(server, each);
    }
    discovery.work();
    for (TargetQuery each : queries) {
      turn(Duration.ofSeconds(1));
      assertThat(ask(server, each)).isInstanceOf(Answer.Listed.class);
    }
    turn(Duration.ofMinutes(5));
    for (int i = 0; i < queries.size(); i++) {
      ask(server, query("new" + i));
      assertThat(queries.stream().filter(server::hasList))
          .containsExactlyElementsOf(queries.subList(i + 1, queries.size()));
    }
  }

  @Test
  void shouldKeepNoMoreThanTheLimitWhenTenThousandQueriesOfManyPathsAreAskedFor() throws Exception {
    TargetLists server = discovery.server(limits(1_000, 500));
    for (int path = 0; path < 20; path++) {
      discovery.targets.give("p" + path, "db1:9100");
    }
    Map<Answer, Integer> answers = new HashMap<>();
    for (int i = 0; i < 10_000; i++) {
      TargetQuery query = new TargetQuery("p" + i % 20, Map.of("i", "" + i));
      answers.merge(ask(server, query), 1, Integer::sum);
    }
    assertThat(answers)
        .isEqualTo(Map.of(new Answer.Pending(), 500, new Answer.TooMany(500, true), 9_500));
    assertThat(server.states()).hasSize(21 + 500);
    turn(Duration.ofMinutes(5));
    for (int i = 10_000; i < 20_000; i++) {
      ask(server, new TargetQuery("p" + i % 20, Map.of("i", "" + i)));
    }
    turn(Duration.ofSeconds(2));
    assertThat(server.states()).hasSize(21 + 500);
  }

  @Test
  void shouldHaveRoomAgainWhenQueriesAreForgottenOrTheirPathIsGone() throws Exception {
    TargetLists server = discovery.server(limits(1_000, 2));
    discovery.targets.give("other", "db2:9100");
    TargetQuery ofOther = new TargetQuery("other", Map.of("env", "prod"));
    assertThat(ask(server, query("a"))).isEqualTo(new Answer.Pending());
    assertThat(ask(server, ofOther)).isEqualTo(new Answer.Pending());
    discovery.targets.remove("other");
    turn(Duration.ofSeconds(1));
    assertThat(ask(server, ofOther)).isEqualTo(new Answer.Unknown());
    assertThat(ask(server, query("b"))).isEqualTo(new Answer.Pending());
    turn(Duration.ofSeconds(3601));
    server.tick();
    assertThat(ask(server, query("c"))).isEqualTo(new Answer.Pending());
    assertThat(ask(server, query("d"))).isEqualTo(new Answer.Pending());
  }

  @Test
  void shouldKeepOneCopyWhenQueriesHaveTheSameList() throws Exception {
    TargetLists server = discovery.server();
    for (int i = 0; i < 5; i++) {
      ask(server, query("e" + i));
    }
    discovery.work();
    turn(Duration.ofSeconds(1));
    EncodedList list = ((Answer.Listed) ask(server, query("e0"))).list();
    for (int i = 1; i < 5; i++) {
      assertThat(((Answer.Listed) ask(server, query("e" + i))).list()).isSameAs(list);
    }
  }

  @Test
  void shouldBeginAnewWhenItIsTold() throws Exception {
    TargetLists server = discovery.warm("svc");
    discovery.targets.fail("svc", "too slow");
    assertThat(server.reload(TargetQuery.of("svc"))).contains(new Reload(true, false));
    assertThat(get(server, "svc")).isEqualTo(new Answer.Pending());
    assertThat(server.state(TargetQuery.of("svc")))
        .isEqualTo(new QueryState(Optional.empty(), Optional.empty(), true));
    discovery.work();
    QueryState state = server.state(TargetQuery.of("svc"));
    assertThat(state.isPending()).isFalse();
    assertThat(state.error()).isPresent();
    assertThat(server.reload(TargetQuery.of("svc"))).contains(new Reload(false, true));
  }

  @Test
  void shouldSayThatAGenerationIsPendingWhenAnotherServerHasQueuedIt() throws Exception {
    TargetQuery svc = TargetQuery.of("svc");
    TargetLists other = discovery.server();
    assertThat(other.state(svc).isPending()).isFalse();
    get(discovery.server(), "svc");
    assertThat(other.state(svc).isPending()).isTrue();
    discovery.targets.run(
        "svc",
        arguments -> {
          assertThat(other.state(svc).isPending()).isTrue();
          throw ScriptedTargets.failure("too slow");
        });
    assertThat(discovery.work()).isEqualTo(1);
    assertThat(other.state(svc).isPending()).isFalse(); // it is delayed, and says why
    assertThat(other.state(svc).error()).isPresent();
    assertThat(discovery.server().reload(svc)).contains(new Reload(false, true));
    assertThat(other.state(svc).isPending()).isTrue(); // at once, beside the delayed one
  }

  @Test
  void shouldWaitForTheFirstListWhenAskedTo() throws Exception {
    TargetLists server = discovery.server();
    CompletableFuture<Answer> answer =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return server.get(TargetQuery.of("svc"), Discovery.LONG, Optional.empty());
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    Await.until("queued", () -> server.sizes().orElseThrow().queued() == 1);
    discovery.work();
    Await.until(
        "answered",
        () -> {
          turn(Duration.ofMillis(20));
          return answer.isDone();
        });
    assertThat(answer.join()).isInstanceOf(Answer.Listed.class);
  }

  @Test
  void shouldShowPathsAndQueriesWithWhatIsKnownOfThem() throws Exception {
    discovery.targets.give("cold", "db2:9100");
    TargetLists server = discovery.warm("svc");
    ask(server, query("prod"));
    turn(Duration.ofSeconds(9));

    assertThat(server.states())
        .containsExactly(
            new PathState(
                TargetQuery.of("cold"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty()),
            new PathState(
                TargetQuery.of("svc"),
                Optional.of(1),
                Optional.of(Duration.ofSeconds(10)),
                Optional.of(Duration.ZERO),
                Optional.empty()),
            new PathState(
                query("prod"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty()));
  }

  @Test
  void shouldAskTheStoreNoMoreToShowManyQueries() throws Exception {
    TargetLists server = discovery.server();
    for (int i = 0; i < 100; i++) {
      ask(server, query("e" + i));
    }
    int before = discovery.scripted.calls();
    assertThat(server.states()).hasSize(101);
    assertThat(discovery.scripted.calls()).isLessThan(before + 5);
  }

  @Test
  void shouldTickAgainWhenMemoryWasShort() throws Exception {
    AtomicInteger ticks = new AtomicInteger();
    InstantSource clock =
        () -> {
          if (Thread.currentThread().getName().equals("sd-refresh")
              && ticks.getAndIncrement() == 0) {
            throw new OutOfMemoryError("of a test");
          }
          return discovery.clock.instant();
        };
    try (TargetLists server =
        TargetLists.start(
            discovery.store,
            discovery.targets,
            CacheSettings.DEFAULT,
            clock,
            discovery.metrics,
            new Doorbell())) {
      Await.until("ticks again", () -> ticks.get() > 1);
      assertThat(server.isStoreUp()).isTrue();
    }
  }

  @Test
  void shouldListNothingWhenTheGeneratorsSaySo() throws Exception {
    discovery.targets.run("svc", arguments -> List.of());
    TargetLists server = discovery.warm("svc");
    assertThat(new String(list(server, "svc").list().json(), UTF_8)).isEqualTo("[]");
  }

  @Test
  void shouldGoOnWhenTheStoreHasWhatCannotBeRead() throws Exception {
    TargetLists server = discovery.warm("svc");
    discovery.store.keyValues().put("/targets/svc?", "{\"results\": 1".getBytes(UTF_8));
    assertThat(get(discovery.server(), "svc")).isEqualTo(new Answer.Pending());
    turn(Duration.ofSeconds(1));
    assertThat(target(server, "svc")).isEqualTo("db1:9100");
    discovery.work();
    assertThat(get(discovery.server(), "svc")).isInstanceOf(Answer.Listed.class);
  }
}
