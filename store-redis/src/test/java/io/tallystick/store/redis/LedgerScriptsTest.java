package io.tallystick.store.redis;

import static io.tallystick.store.redis.Counters.all;
import static io.tallystick.store.redis.Counters.count;
import static io.tallystick.store.redis.Counters.counter;
import static io.tallystick.store.redis.Counters.total;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.GaugeMode;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.SeriesValues;
import io.tallystick.store.StoreException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Protocol.Command;

/** The scripts of the ledger when they come late, again, or without what they need. */
class LedgerScriptsTest extends OneServer {
  private RedisStore store;

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
    Request late = put(keys, 2, "");
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
    int unused = folder.fold(List.of(LedgerFolder.Task.ofSource(keys, "a", false)));
    assertThat(total(store, "m")).isEqualTo(1);
    store.ledger().publish(all("b", 1, counter("m", count("/", 4))));
    assertThat(folder.fold(List.of(LedgerFolder.Task.ofSource(keys, "a", false)))).isZero();
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
  void shouldTakeNoPartOfALargePublicationThatIsRefused() {
    store.ledger().publish(all("a", 5, counter("m", count("/", 5))));
    LedgerKeys.Family keys = store.redisLedger().keys().family("m");
    Request late = large(keys, put(keys, 2, "open"));
    assertThat(Bytes.list(store.wire().ask(late)))
        .first()
        .extracting(Bytes::text)
        .isEqualTo("STALE");
    assertThat(total(store, "m")).isEqualTo(5);
    assertThat(store.wire().ask(Request.of(Command.EXISTS, keys.stage("none")))).isEqualTo(0L);
  }

  @Test
  void shouldTakeNothingWhenTheServerRefusesAPartOfATransaction() {
    store.ledger().publish(all("a", 1, counter("m", count("/", 5))));
    LedgerKeys.Family keys = store.redisLedger().keys().family("m");
    Request wrong = Request.of(Command.HSET, keys.stage("none"), Bytes.of("without a value"));
    Request refused = Request.transaction(List.of(put(keys, 2, "open"), wrong));
    assertThatThrownBy(() -> store.wire().ask(refused))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("code=ERR");
    assertThat(total(store, "m")).isEqualTo(5);
  }

  /** What a large publication consists of. */
  private static Request large(LedgerKeys.Family keys, Request open) {
    List<byte[]> fields = List.of(Bytes.of("scounter:x"), Bytes.of("x"));
    List<byte[]> ends = List.of(keys.stage("none"), keys.series("a"));
    return Request.transaction(
        List.of(
            open,
            Request.of(Command.HSET, keys.stage("none"), fields),
            Request.of(Script.FAMILY_PUT_END, ends, List.of(Bytes.of(1_000_000)))));
  }

  @Test
  void shouldAskForNoMoreFieldsThanACommandTakes() {
    List<SeriesValues> series = new ArrayList<>();
    List<Double> bounds = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      bounds.add(i == 59 ? Double.POSITIVE_INFINITY : (double) i);
    }
    List<Long> counts = Collections.nCopies(60, 1L);
    for (int i = 0; i < 100; i++) {
      Labels labels = Labels.of("path", "/" + i);
      series.add(new SeriesValues(labels, 1, 0, counts, 1, 0, null, null, List.of()));
    }
    FamilyValues family =
        new FamilyValues(
            "h",
            "h",
            "h",
            FamilyType.HISTOGRAM,
            GaugeMode.ALL,
            null,
            null,
            bounds,
            List.of(),
            List.of(),
            1,
            series);
    store.ledger().publish(all("a", 1, family));
    store.ledger().retire("a");
    store.ledger().publish(all("b", 1, family));
    LedgerKeys.Family keys = store.redisLedger().keys().family("h");
    List<Request> read =
        List.of(
            Request.of(Command.HGET, keys.live(), Bytes.of("b")),
            Request.of(Command.HGETALL, keys.series("b")),
            Request.of(Command.HGETALL, keys.meta()),
            Request.of(Command.HLEN, keys.python()));
    LedgerFolder.Task task = LedgerFolder.Task.ofSource(keys, "b", false);
    task.begin(store.wire().askAll(read), 1);
    List<Request> requests = task.baseRequests();
    assertThat(requests).hasSize(3); // one of the base, 6,300 fields of Python's
    assertThat(requests)
        .allSatisfy(each -> assertThat(each.toCommands(false).get(0).size()).isLessThan(4_100));
    assertThat(store.ledger().retire("b")).isTrue();
    assertThat(store.ledger().read().get(0).series())
        .hasSize(100)
        .allSatisfy(each -> assertThat(each.counts()).containsOnly(2L));
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
    return Bytes.text(Bytes.list(store.wire().ask(request)).get(0));
  }

  /** What writes all of a family of the source a. */
  private static Request put(LedgerKeys.Family keys, long version, String open) {
    List<byte[]> fields = FamilyFields.of(counter("m", count("/", version)));
    List<byte[]> arguments =
        new ArrayList<>(
            List.of(
                Bytes.of("a"),
                Bytes.of(LedgerHeader.version(version)),
                Bytes.of(System.currentTimeMillis()),
                Bytes.of(Long.MAX_VALUE),
                Bytes.of(1_000_000),
                Bytes.of("all"),
                Bytes.of(""),
                Bytes.of(open),
                Bytes.of(0)));
    arguments.addAll(fields);
    return Request.of(Script.FAMILY_PUT, keys.all("a", "none"), arguments);
  }
}
