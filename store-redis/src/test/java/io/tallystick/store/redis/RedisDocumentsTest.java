package io.tallystick.store.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.records.Alert;
import io.tallystick.records.MetricRecord;
import io.tallystick.records.RecordQuery;
import io.tallystick.records.RecordStore;
import io.tallystick.records.Sample;
import io.tallystick.records.Severity;
import io.tallystick.store.DocumentChange;
import io.tallystick.store.Documents.Found;
import io.tallystick.store.Documents.Page;
import io.tallystick.store.Documents.Search;
import io.tallystick.store.MemoryStore;
import io.tallystick.store.RestoreMode;
import io.tallystick.store.Store;
import io.tallystick.store.StoreException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.RedisClient;

/** Documents as other programs see them in Redis. */
class RedisDocumentsTest {
  private static final Instant NOON = Instant.parse("2030-01-01T12:00:00Z");

  private static final int METRICS = 3;

  @TempDir private static Path folder;

  private static RedisProcess server;

  private RedisStore store;
  private RedisClient redis;

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
    store = RedisStore.open(server.url());
    redis = RedisClient.create(server.url());
    String unused = redis.flushAll();
  }

  @AfterEach
  void close() {
    redis.close();
    store.close();
  }

  @Test
  void shouldBePlainStringsThatEndUnderTheKeysThatOthersKnow() {
    RecordStore records = RecordStore.of(store);
    records.metrics().save(MetricRecord.of("1", "cpu", "gauge", NOON));
    records.alerts().save(Alert.active("a", "disk", Severity.HIGH, "probe", NOON));
    assertThat(redis.type("metric:1")).isEqualTo("string");
    assertThat(redis.get("metric:1"))
        .isEqualTo(
            "{\"id\":\"1\",\"name\":\"cpu\",\"type\":\"gauge\",\"values\":[],\"metadata\":{},"
                + "\"created_at\":\"2030-01-01T12:00:00+00:00\","
                + "\"updated_at\":\"2030-01-01T12:00:00+00:00\"}");
    assertThat(redis.ttl("metric:1")).isBetween(604_700L, 604_800L);
    assertThat(redis.ttl("alert:a")).isBetween(1_209_500L, 1_209_600L);
    assertThat(redis.keys("metric:*")).containsExactly("metric:1");
    assertThat(redis.keys("alert:*")).containsExactly("alert:a");
  }

  @Test
  void shouldPassOverWhatOthersDeletedAndKeepWhatTheyWrote() {
    RecordStore records = RecordStore.of(store);
    records.metrics().save(MetricRecord.of("1", "cpu", "gauge", NOON));
    records.metrics().save(MetricRecord.of("2", "cpu", "gauge", NOON));
    long unused = redis.del("metric:1");
    String written = redis.get("metric:2").replace("cpu", "gpu");
    String unusedReply = redis.set("metric:2", written);
    assertThat(records.metrics().query(RecordQuery.all().where("name", "cpu")).records()).isEmpty();
    assertThat(records.metrics().get("2").orElseThrow().name()).isEqualTo("gpu");
    assertThat(
            store
                .documents()
                .apply(List.of(DocumentChange.put("metric:2", "x".getBytes(UTF_8)).ifAbsent())))
        .isFalse();
    assertThat(redis.get("metric:2")).isEqualTo(written);
  }

  private void put(int from, int to, String set) {
    for (int i = from; i < to; i += 500) {
      List<List<DocumentChange>> batches = new ArrayList<>();
      for (int each = i; each < Math.min(to, i + 500); each++) {
        batches.add(
            List.of(
                DocumentChange.put(String.format("d%05d", each), "x".getBytes(UTF_8))
                    .in(Set.of(set), 7)
                    .endingAfter(Duration.ofHours(1))));
      }
      assertThat(store.documents().applyEach(batches)).doesNotContain(false);
    }
  }

  @Test
  void shouldGoOnBehindACursorWhoseDocumentIsGoneAmongManyOfItsPlace() {
    put(0, 6_000, "all");
    Found gone = new Found("d05500", 7);
    assertThat(store.documents().apply(List.of(DocumentChange.delete(gone.key())))).isTrue();
    List<String> found = new ArrayList<>();
    Found after = gone;
    while (after != null) {
      Page page = store.documents().find(new Search(Set.of("all"), 0, 9, false, after, 1_000));
      page.found().forEach(each -> found.add(each.key()));
      after = page.next();
    }
    assertThat(found).hasSize(499).startsWith("d05501").endsWith("d05999");
  }

  /** As one that is killed between the steps that a Cluster needs. */
  @Test
  void shouldTakeOutOfItsSetsWhatWasDeletedByOneThatDiedBeforeItDidSo() {
    put(0, 1, "half");
    var clustered = new ClusteredDocuments(store, store.redisDocuments());
    Object unused = store.wire().ask(clustered.enter(List.of(DocumentChange.delete("d00000"))));
    long unusedCount = redis.del("d00000");
    try (RedisStore later =
        RedisStore.open(
            server.url(), InstantSource.fixed(Instant.now().plus(Duration.ofHours(2))))) {
      assertThat(later.documents().count("half", 0, 9)).isEqualTo(1);
      assertThat(later.documents().apply(List.of(DocumentChange.delete("none")))).isTrue();
      assertThat(later.documents().count("half", 0, 9)).isZero();
    }
  }

  @Test
  void shouldHaveEachMetricAsItWasAtOneMomentWhenOthersAppendBesideABackup() throws Exception {
    put(0, 1_500, "others"); // so that it takes several round trips to list all
    int[] appended = {0};
    appendToEach(appended, 100); // whose samples are in one document yet
    try (CuttingProxy proxy = CuttingProxy.start(server.port());
        RedisStore proxied = RedisStore.open(proxy.url() + "?timeoutMs=60000")) {
      proxied.backup(folder.resolve("first"));
      int all = (int) proxied.wire().roundTrips(); // documents come last
      for (int roundTrip = all - 14; roundTrip < all; roundTrip++) {
        int before = appended[0];
        proxy.before(roundTrip, () -> appendToEach(appended, 150));
        Path file = folder.resolve("beside" + roundTrip);
        proxied.backup(file);
        proxy.throwFailure();
        proxy.mend();
        try (Store other = MemoryStore.open()) {
          other.restore(file, RestoreMode.INTO_EMPTY);
          for (int i = 0; i < METRICS; i++) {
            List<Sample> samples =
                RecordStore.of(other).metrics().get("m" + i).orElseThrow().values();
            assertThat(samples.size()).as("of " + i).isIn(before, appended[0]);
            assertThat(samples).containsExactlyElementsOf(samples(0, samples.size()));
          }
        }
      }
    }
    assertThat(redis.pttl("{prometheus:documents}:of:news")).isNotEqualTo(-1); // without an end
  }

  @Test
  void shouldHaveTheListOfNewsLiveOnHoweverLongItTakesToListTheKeys() throws Exception {
    put(0, 3_000, "all");
    String news = "{prometheus:documents}:of:news";
    List<Long> leftMs = new ArrayList<>();
    try (CuttingProxy proxy = CuttingProxy.start(server.port());
        RedisStore proxied = RedisStore.open(proxy.url() + "?timeoutMs=60000")) {
      proxy.eachTimeBefore(
          "HSCAN",
          () -> {
            leftMs.add(redis.pttl(news));
            long unused = redis.pexpire(news, 5_000); // as if much time had gone by
          });
      proxied.backup(folder.resolve("long"));
      proxy.throwFailure();
    }
    assertThat(leftMs).hasSizeGreaterThan(3).allMatch(each -> each > 5_000);
  }

  private void appendToEach(int[] appended, int count) {
    RecordStore records = RecordStore.of(store);
    for (int i = 0; i < METRICS; i++) {
      if (appended[0] == 0) {
        records.metrics().save(MetricRecord.of("m" + i, "m" + i, "gauge", NOON));
      }
      List<Sample> some = samples(appended[0], appended[0] + count);
      assertThat(records.metrics().append("m" + i, some)).isTrue();
    }
    appended[0] += count;
  }

  private static List<Sample> samples(int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(number -> Sample.of(NOON.plusMillis(number), number))
        .toList();
  }

  /** As in a Cluster, where a document enters its sets before it is refused. */
  @Test
  void shouldBeInNoSetWhenItIsRefusedAfterItEntered() throws Exception {
    try (CuttingProxy proxy = CuttingProxy.start(server.port());
        RedisStore proxied = RedisStore.open(proxy.url() + "?timeoutMs=60000")) {
      proxied.ping();
      proxy.before(
          1, // which reads what is there before
          () -> assertThat(redis.set("alert", "of another")).isEqualTo("OK"));
      List<DocumentChange> batch =
          List.of(
              DocumentChange.put("alert", new byte[0]).ifAbsent(),
              DocumentChange.put("{alert}:change", new byte[0]).numberedIn("changes"));
      assertThat(
              new ClusteredDocuments(proxied, proxied.redisDocuments()).applyEach(List.of(batch)))
          .containsExactly(false);
      assertThat(proxy.isPending()).isFalse();
      proxy.throwFailure();
    }
    assertThat(redis.get("alert")).isEqualTo("of another");
    assertThat(redis.hget("{prometheus:documents}:numbers", "changes")).isEqualTo("1");
    assertThat(store.documents().count("changes", 0, 9)).isZero();
  }

  @Test
  void shouldSweepMoreWithEachWriteWhileThereIsMore() {
    put(0, 1_200, "ended");
    long unused =
        redis.del(
            IntStream.range(0, 1_200)
                .mapToObj(each -> String.format("d%05d", each))
                .toArray(String[]::new));
    try (RedisStore later =
        RedisStore.open(
            server.url(), InstantSource.fixed(Instant.now().plus(Duration.ofHours(2))))) {
      for (int i = 0; i < 3; i++) {
        assertThat(later.documents().apply(List.of(DocumentChange.delete("none")))).isTrue();
      }
      assertThat(later.documents().count("ended", 0, 9)).isZero();
    }
  }

  @Test
  void shouldRefuseKeysThatTheStoreHasForSomethingElse() {
    for (String key : List.of("prometheus:sources", "prometheus_x", "{prometheus:documents}:of")) {
      assertThatThrownBy(
              () -> store.documents().apply(List.of(DocumentChange.put(key, "x".getBytes(UTF_8)))))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("key begins as those of the store do");
    }
  }
}
