package io.tallystick.store.redis;

import static io.tallystick.store.redis.Counters.all;
import static io.tallystick.store.redis.Counters.count;
import static io.tallystick.store.redis.Counters.counter;
import static io.tallystick.store.redis.Counters.total;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Protocol.Command;

/** The scripts of the ledger when they come late, again, or without what they need. */
class LedgerScriptsTest {
  @TempDir private static Path folder;

  private static RedisProcess server;

  private RedisStore store;

  @BeforeAll
  static void startServer() throws Exception {
    server = RedisProcess.start(folder);
  }

  @AfterAll
  static void endServer() {
    server.close();
  }

  @BeforeEach
  void open() {
    store = RedisStore.open(server.url() + "?prefix=" + UUID.randomUUID());
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void shouldWriteNothingOlderWhenACommandComesLate() {
    store.ledger().publish(all("a", 1, counter("m", count("/", 1))));
    LedgerKeys.Family keys = store.redisLedger().keys().family("m");
    Request late = put(keys, 2, Stage.NONE);
    store.ledger().publish(all("a", 3, counter("m", count("/", 3))));
    assertThat(Bytes.text(store.wire().ask(late))).isEqualTo("STALE");
    assertThat(total(store, "m")).isEqualTo(3);
    store.ledger().retire("a");
    assertThat(Bytes.text(store.wire().ask(late))).isEqualTo("RETIRED");
    assertThat(total(store, "m")).isEqualTo(3);
  }

  @Test
  void shouldCountOnceWhenTwoFoldTheSameSource() {
    store.ledger().publish(all("a", 1, counter("m", count("/", 1))));
    LedgerKeys.Family keys = store.redisLedger().keys().family("m");
    LedgerFolder folder = store.redisLedger().folder();
    folder.fold(List.of(LedgerFolder.Task.ofSource(keys, "a", false)));
    assertThat(total(store, "m")).isEqualTo(1);
    store.ledger().publish(all("b", 1, counter("m", count("/", 4))));
    folder.fold(List.of(LedgerFolder.Task.ofSource(keys, "a", false)));
    assertThat(store.ledger().retire("a")).isTrue();
    assertThat(total(store, "m")).isEqualTo(5);
  }

  @Test
  void shouldFoldNothingWhenWhatWasReadHasChanged() {
    store.ledger().publish(all("a", 1, counter("m", count("/", 1))));
    LedgerKeys.Family keys = store.redisLedger().keys().family("m");
    String header =
        Bytes.text(store.wire().ask(Request.of(Command.HGET, keys.live(), Bytes.of("a"))));
    assertThat(fold(keys, "another header", "")).isEqualTo("CHANGED");
    assertThat(fold(keys, header, "another sequence")).isEqualTo("CHANGED");
    assertThat(total(store, "m")).isEqualTo(1);
    assertThat(fold(keys, header, "")).isEqualTo("FOLDED");
    assertThat(fold(keys, header, "")).isEqualTo("DONE");
  }

  @Test
  void shouldTakeNothingWhenAPartOfAPublicationWasLost() {
    store.ledger().publish(all("a", 1, counter("m", count("/", 1))));
    LedgerKeys.Family keys = store.redisLedger().keys().family("m");
    Request incomplete = put(keys, 2, Bytes.of(7)); // seven fields, of which none came
    assertThat(Bytes.text(store.wire().ask(incomplete))).isEqualTo("LOST");
    assertThat(total(store, "m")).isEqualTo(1);
  }

  /** Folds nothing of the source a, which is gone then. */
  private String fold(LedgerKeys.Family keys, String header, String sequence) {
    List<byte[]> arguments = new ArrayList<>();
    for (String each : new String[] {"a", header, sequence, "1", "0", "1000000", "", "", ""}) {
      arguments.add(Bytes.of(each));
    }
    for (int i = 0; i < 6; i++) {
      arguments.add(Bytes.of(0)); // lists of nothing
    }
    Request request = Request.of(Script.FAMILY_FOLD, keys.all("a", "none"), arguments);
    return Bytes.text(store.wire().ask(request));
  }

  /** What writes all of a family of the source a. */
  private static Request put(LedgerKeys.Family keys, long version, byte[] staged) {
    List<byte[]> fields = FamilyFields.of(counter("m", count("/", version)));
    List<byte[]> arguments =
        new ArrayList<>(
            List.of(
                Bytes.of("a"),
                Bytes.of(LedgerPublisher.version(version)),
                Bytes.of(1),
                Bytes.of(1_000_000),
                Bytes.of("all"),
                Bytes.of(""),
                staged,
                Bytes.of(0)));
    arguments.addAll(fields);
    return Request.of(Script.FAMILY_PUT, keys.all("a", "none"), arguments);
  }
}
