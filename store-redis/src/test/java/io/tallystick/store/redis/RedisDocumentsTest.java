package io.tallystick.store.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.records.Alert;
import io.tallystick.records.MetricRecord;
import io.tallystick.records.RecordQuery;
import io.tallystick.records.RecordStore;
import io.tallystick.records.Severity;
import io.tallystick.store.DocumentChange;
import io.tallystick.store.StoreException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
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
