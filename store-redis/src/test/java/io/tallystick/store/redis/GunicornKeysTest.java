package io.tallystick.store.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.fleet.FleetScraper;
import io.tallystick.scrape.Exposition;
import io.tallystick.scrape.TextFormat;
import io.tallystick.testing.TurnedClock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Protocol.Command;

/** What gunicorn-prometheus-exporter 0.2.4 keeps, written here as it does. */
class GunicornKeysTest {
  private static final String COUNTER =
      "[\"requests\", \"requests_total\", {\"path\": \"/caf\\u00e9\"}, \"Requests.\"]";

  @TempDir private static Path folder;
  private static RedisProcess server;

  private final TurnedClock clock = TurnedClock.at(Instant.parse("2030-01-01T00:00:00Z"));
  private RedisStore store;
  private GunicornKeys keys;
  private String prefix = "";

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
    server.run(Command.FLUSHALL);
    store = RedisStore.open(server.url(), clock);
    read("gunicorn");
  }

  @AfterEach
  void close() {
    keys.close();
    store.close();
  }

  private void read(String newPrefix) {
    prefix = newPrefix;
    keys = store.gunicorn(prefix);
  }

  private static String md5(String text) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("MD5").digest(text.getBytes(UTF_8)));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private String name(String kind, int pid, String part, String key) {
    return prefix + ":" + kind + ":" + pid + ":" + part + ":" + md5(key);
  }

  private void put(String kind, int pid, String key, String value, double timestamp) {
    server.run(
        Command.HSET,
        name(kind, pid, "metric", key),
        "value",
        value,
        "timestamp",
        Double.toString(timestamp),
        "updated_at",
        "1893456000.5");
    server.run(
        Command.HSET,
        name(kind, pid, "meta", key),
        "original_key",
        key,
        "typ",
        kind.startsWith("gauge") ? "gauge" : kind,
        "multiprocess_mode",
        kind.startsWith("gauge_") ? kind.substring(6) : "",
        "created_at",
        "1893456000.5");
  }

  private void put(String kind, int pid, String key, String value) {
    put(kind, pid, key, value, 1_893_456_000);
  }

  private static String sample(String family, String suffix, String labels) {
    return "[\"" + family + "\", \"" + family + suffix + "\", {" + labels + "}, \"Help.\"]";
  }

  /** What a scrape shows, the scraper's own metrics and what describes families left out. */
  private String shown() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (FleetScraper fleet =
        FleetScraper.builder(store.ledger()).clock(clock).beside(keys::read).open()) {
      fleet.write(
          Exposition.of(TextFormat.PROMETHEUS), out, name -> !name.startsWith("tallystick_"));
    }
    return out.toString(UTF_8);
  }

  private String samples() throws IOException {
    return shown().lines().filter(line -> !line.startsWith("#")).collect(Collectors.joining("\n"));
  }

  @Test
  void shouldShowEachTypeAsItIsWhenProcessesHaveAll() throws IOException {
    for (int pid = 11; pid <= 12; pid++) {
      put("counter", pid, COUNTER, "2.5");
      put("summary", pid, sample("size", "_count", ""), "3");
      put("summary", pid, sample("size", "_sum", ""), "30.5");
      put("histogram", pid, sample("took", "_sum", ""), "7.5");
      put("histogram", pid, sample("took", "_bucket", "\"le\": \"0.1\""), "1.0");
      put("histogram", pid, sample("took", "_bucket", "\"le\": \"1e+06\""), "4.0");
      put("histogram", pid, sample("took", "_bucket", "\"le\": \"+Inf\""), "2.0");
    }
    assertThat(shown())
        .isEqualTo(
            """
            # HELP requests_total Requests.
            # TYPE requests_total counter
            requests_total{path="/café"} 5.0
            # HELP size Help.
            # TYPE size summary
            size_count 6
            size_sum 61.0
            # HELP took Help.
            # TYPE took histogram
            took_bucket{le="0.1"} 2
            took_bucket{le="1000000.0"} 10
            took_bucket{le="+Inf"} 14
            took_count 14
            took_sum 15.0
            """);
  }

  @Test
  void shouldMergeGaugesByTheirModesWhenProcessesHaveThem() throws IOException {
    String[] modes = {
      "all",
      "liveall",
      "min",
      "livemin",
      "max",
      "livemax",
      "sum",
      "livesum",
      "mostrecent",
      "livemostrecent"
    };
    for (String mode : modes) {
      put("gauge_" + mode, 1, sample("g_" + mode, "", ""), "-3.0", 1_893_456_002);
      put("gauge_" + mode, 2, sample("g_" + mode, "", ""), "5.0", 1_893_456_001);
    }
    assertThat(samples())
        .isEqualTo(
            """
            g_all{instance="gunicorn",pid="1"} -3.0
            g_all{instance="gunicorn",pid="2"} 5.0
            g_liveall{instance="gunicorn",pid="1"} -3.0
            g_liveall{instance="gunicorn",pid="2"} 5.0
            g_livemax 5.0
            g_livemin -3.0
            g_livemostrecent -3.0
            g_livesum 2.0
            g_max 5.0
            g_min -3.0
            g_mostrecent -3.0
            g_sum 2.0\
            """);
  }

  @Test
  void shouldReadNothingElseWhenPrefixesLookLikePatternsAndKindsOfOthers() throws IOException {
    put("counter", 1, COUNTER, "1000"); // of gunicorn
    read("a:*[b]?");
    put("counter", 1, COUNTER, "1");
    read("a:xb?");
    put("counter", 1, COUNTER, "100");
    read("a:*[b]?:counter");
    put("counter", 1, COUNTER, "100");
    read("a:*[b]?");
    server.run(Command.SET, name("counter", 2, "metric", COUNTER), "text");
    server.run(Command.HSET, name("gauge", 3, "metric", COUNTER), "value", "1");
    server.run(Command.HSET, name("gauge_odd", 3, "metric", COUNTER), "value", "1");
    server.run(Command.HSET, prefix + ":counter:4:metric:no", "value", "1");
    assertThat(samples()).isEqualTo("requests_total{path=\"/café\"} 1.0");
  }

  @Test
  void shouldLeaveOutOnlyWhatCannotBeRead() throws IOException {
    put("counter", 1, COUNTER, "1");
    put("counter", 2, COUNTER, "nan");
    put("counter", 3, COUNTER, "much");
    put("counter", 4, "[not json", "1");
    put("counter", 5, "[\"0\", \"0_total\", {\"\": \"\"}, \"\"]", "1");
    put("counter", 6, "[\"x\", \"x_total\", {\"le\": \"\\ud800\"}, \"\"]", "1");
    put("histogram", 7, sample("h", "_bucket", "\"le\": \"x\""), "1");
    put("gauge_all", 8, sample("g", "", "\"pid\": \"1\""), "1");
    assertThat(samples()).isEqualTo("requests_total{path=\"/café\"} 1.0");
  }

  @Test
  void shouldShowNoSeriesThatWasNeverWrittenAndKnowSamplesByTheirDigest() throws IOException {
    put("counter", 1, COUNTER, "1");
    server.run(Command.HDEL, name("counter", 1, "metric", COUNTER), "value", "timestamp");
    assertThat(samples()).isEmpty();
    put("counter", 2, COUNTER, "4"); // whose description is there
    server.run(Command.HDEL, name("counter", 2, "meta", COUNTER), "original_key", "typ");
    assertThat(keys.scan()).hasSize(2);
    assertThat(samples()).isEqualTo("requests_total{path=\"/café\"} 4.0");
  }

  @Test
  void shouldTakeNothingFromATotalWhenKeysExpireAndBeginAnew() throws IOException {
    String sum = sample("took", "_sum", "");
    String low = sample("took", "_bucket", "\"le\": \"1.0\"");
    String high = sample("took", "_bucket", "\"le\": \"+Inf\"");
    put("counter", 1, COUNTER, "5");
    put("histogram", 1, sum, "10");
    put("histogram", 1, low, "2");
    put("histogram", 1, high, "1");
    put("gauge_max", 1, sample("g", "", ""), "9");
    assertThat(samples()).contains("requests_total{path=\"/café\"} 5.0", "took_count 3", "g 9.0");
    server.run(Command.FLUSHALL);
    String expected =
        """
        requests_total{path="/café"} 5.0
        took_bucket{le="1.0"} 2
        took_bucket{le="+Inf"} 3
        took_count 3
        took_sum 10.0\
        """;
    assertThat(samples()).isEqualTo(expected);
    assertThat(keys.scan()).isEmpty();
    assertThat(samples()).isEqualTo(expected);
    put("counter", 1, COUNTER, "1");
    put("histogram", 1, sum, "20");
    put("histogram", 1, high, "1");
    assertThat(keys.scan()).hasSize(3);
    assertThat(samples())
        .contains("} 6.0", "took_sum 30.0")
        .contains("took_bucket{le=\"1.0\"} 2\ntook_bucket{le=\"+Inf\"} 3");
    clock.turn(Duration.ofDays(2));
    server.run(Command.FLUSHALL);
    assertThat(keys.scan()).isEmpty();
    assertThat(samples()).contains("} 6.0", "took_sum 30.0");
    put("counter", 1, COUNTER, "2"); // another process of this number
    assertThat(keys.scan()).hasSize(1);
    assertThat(samples()).contains("} 8.0");
  }

  @Test
  void shouldAskOnceForEachReadingAndNotScanForIt() throws IOException {
    for (int i = 0; i < 500; i++) {
      put("counter", i, COUNTER, "1");
    }
    assertThat(samples()).contains("} 500.0");
    Object unused = server.run(Command.CONFIG, "RESETSTAT");
    long before = store.wire().roundTrips();
    for (int i = 0; i < 10; i++) {
      assertThat(keys.read()).isNotEmpty();
    }
    assertThat(store.wire().roundTrips() - before).isEqualTo(10);
    assertThat(RedisClusterNodes.text(server.run(Command.INFO, "commandstats")))
        .contains("cmdstat_hmget")
        .doesNotContain("cmdstat_scan", "cmdstat_keys", "cmdstat_hset");
  }

  @Test
  void shouldSayThatItCannotBeReadInPlaceOfShowingLess() throws Exception {
    put("counter", 1, COUNTER, "1");
    assertThat(keys.read()).hasSize(1);
    try (RedisProcess other = RedisProcess.start(folder.resolve("other"));
        RedisStore elsewhere = RedisStore.open(other.url() + "?connectTimeoutMs=500");
        GunicornKeys gone = elsewhere.gunicorn("gunicorn")) {
      other.kill();
      assertThatThrownBy(gone::read).hasMessageContaining("cannot be reached");
    }
  }
}
