package io.tallystick.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.tallystick.Tallystick;
import io.tallystick.metrics.Counter;
import io.tallystick.store.Store;
import io.tallystick.store.Stores;
import io.tallystick.store.redis.RedisProcess;
import io.tallystick.testing.Await;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Protocol.Command;

/** The command, with a store in a real Redis. */
@Timeout(120)
final class RedisCommandTest {
  private static final String PASSWORD = "hu%sh";
  private static final String ESCAPED = "hu%25sh";

  /** What {@code docs/store-redis.md} gives to one who only reads. */
  private static final String READER =
      "on >"
          + PASSWORD
          + " ~shop_* ~shop:* ~{shop_* ~{shop:* ~app:* +@read +@scripting +@connection +info"
          + " +cluster";

  @TempDir Path folder;

  @TempDir(factory = PrivateDirectory.class)
  Path directory;

  private RedisProcess server;

  @BeforeEach
  void start() throws Exception {
    server = RedisProcess.start(folder.resolve("redis"));
    Object unused = server.run(Command.ACL, ("SETUSER reader " + READER).split(" "));
    unused = server.run(Command.ACL, "SETUSER", "all", "on", ">" + PASSWORD, "~*", "+@all");
  }

  @AfterEach
  void end() {
    server.close();
  }

  private String url(RedisProcess at, String user) {
    return "redis://" + user + ":" + ESCAPED + "@127.0.0.1:" + at.port() + "/0?prefix=shop";
  }

  private String hidden() {
    return "redis://***@127.0.0.1:" + server.port() + "/0?prefix=shop";
  }

  private Tallystick replicating() {
    return Tallystick.builder()
        .directory(directory)
        .replicateTo(url(server, "all"))
        .replicationInterval(Duration.ofMillis(20))
        .open();
  }

  private static CounterDataPoint requests(Tallystick tallystick) {
    return Counter.builder()
        .name("requests")
        .labelNames("path")
        .register(tallystick)
        .labelValues("/");
  }

  private static String body(URI uri) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(uri).header("Accept", "text/plain").build();
    return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
  }

  private static double total(URI uri) throws Exception {
    String body = body(uri);
    Matcher line = Pattern.compile("(?m)^requests_total\\{path=\"/\"} (.*)$").matcher(body);
    return line.find() ? Double.parseDouble(line.group(1)) : 0;
  }

  /** What another host has counted: a source, and a retired one. */
  private void fillLedger() {
    try (Store store = Stores.open(url(server, "all"))) {
      for (int i = 0; i < 2; i++) {
        try (Tallystick job =
            Tallystick.builder()
                .directory(folder.resolve("j"))
                .replicateTo(store)
                .ephemeral()
                .open()) {
          requests(job).inc(50);
        }
      }
    }
  }

  @Test
  void shouldPingCountListBackUpAndRestoreAStoreWithoutShowingSecrets() throws Exception {
    String url = url(server, "all");
    try (Store store = Stores.open(url)) {
      store.keyValues().put("a", new byte[] {1});
      store.jobQueue("mails").offer("x", new byte[0]);
    }
    fillLedger();
    Path file = folder.resolve("backup");

    CommandRun ping = CommandRun.of("store", "ping", "--store", url);
    CommandRun stats = CommandRun.of("store", "stats", "--json", "--store", url);
    CommandRun queues = CommandRun.of("store", "ls", "--kind", "queues", "--store", url);
    CommandRun backup = CommandRun.of("store", "backup", "--to", file.toString(), "--store", url);
    CommandRun restore =
        CommandRun.of("store", "restore", "--from", file.toString(), "--store", url + "2");

    assertThat(ping)
        .isEqualTo(new CommandRun(0, "store can be used: store=" + hidden() + "\n", ""));
    JsonNode json = new ObjectMapper().readTree(stats.out());
    assertThat(json.get("store").asText()).isEqualTo(hidden());
    assertThat(json.get("backend").asText()).isEqualTo("redis");
    assertThat(json.get("version").asText()).matches("\\d+\\.\\d+.*");
    assertThat(json.get("keys").asLong()).isEqualTo(1);
    assertThat(json.get("jobs").asLong()).isEqualTo(1);
    assertThat(json.get("series").asLong()).isEqualTo(1);
    assertThat(queues.out()).isEqualTo("mails queued=1 delayed=0 running=0 dead=0\n");
    assertThat(backup.exit()).as(backup.err()).isEqualTo(Exit.OK);
    assertThat(restore.exit()).as(restore.err()).isEqualTo(Exit.OK);
    assertThat(CommandRun.of("store", "ls", "--store", url + "2").out()).isEqualTo("a\n");
    for (CommandRun run : new CommandRun[] {ping, stats, queues, backup, restore}) {
      assertThat(run.err()).isEmpty();
      assertThat(run.out()).doesNotContain(PASSWORD, ESCAPED);
    }
  }

  @Test
  void shouldPrintOneLineWithoutSecretsWhenRedisCannotBeUsed() throws Exception {
    String[] urls = {
      url(server, "nobody"),
      "redis://all:wr0ng" + ESCAPED + "@127.0.0.1:" + server.port(),
      "redis+sentinel://all:" + ESCAPED + "@127.0.0.1:" + server.port() + "/m?connectTimeoutMs=500",
      "redis+cluster://all:" + ESCAPED + "@127.0.0.1:" + server.port() + "?connectTimeoutMs=500",
      "rediss://all:" + ESCAPED + "@127.0.0.1:" + server.port() + "?timeoutMs=500",
    };
    for (String url : urls) {
      CommandRun run = CommandRun.of("store", "ping", "--store", url);

      assertThat(run.exit()).as(url).isEqualTo(Exit.FAULT);
      assertThat(run.out()).isEmpty();
      assertThat(run.err()).hasLineCount(1).doesNotContain(PASSWORD, ESCAPED, "wr0ng");
    }
    server.kill();
    CommandRun gone = CommandRun.of("store", "ping", "--store", url(server, "all"));
    assertThat(gone.exit()).isEqualTo(Exit.FAULT);
    assertThat(gone.err()).hasLineCount(1).contains(hidden()).doesNotContain(PASSWORD, ESCAPED);
  }

  @Test
  void shouldServeAFleetToOneWhoMayOnlyRead() throws Exception {
    fillLedger();
    try (Tallystick tallystick = replicating();
        ServeRun served = ServeRun.start("--store", url(server, "reader"), "--port", "0")) {
      requests(tallystick).inc(7);
      String line = served.nextLine();
      assertThat(line).startsWith("serving redis://***@127.0.0.1:").doesNotContain(PASSWORD);
      URI uri = URI.create(line.substring(line.lastIndexOf("http://")));
      Await.until("published", () -> total(uri) == 107);
      String body = body(uri);
      assertThat(body).contains("tallystick_store_up 1.0\n", "tallystick_store_sources 1.0\n");
      assertThat(body)
          .contains("tallystick_redis_scrape_round_trips 3.0\n")
          .contains("tallystick_redis_failures_total{category=\"transient\"} 0.0\n")
          .containsPattern("tallystick_redis_round_trips_total [1-9]")
          .containsPattern("tallystick_redis_bytes_total\\{direction=\"received\"} [1-9]")
          .containsPattern("tallystick_redis_bytes_total\\{direction=\"sent\"} [1-9]");
      assertThat(served.stop()).isEqualTo(Exit.OK);
    }
    for (String command : new String[] {"ping", "stats", "ls", "ls --kind sources"}) {
      String line = "store " + command + " --store " + url(server, "reader");
      CommandRun run = CommandRun.of(line.split(" "));
      assertThat(run.exit()).as(run.err()).isEqualTo(Exit.OK);
    }
    assertThat(server.run(Command.ACL, "LOG").toString()).isEqualTo("[]"); // nothing was denied
  }

  @Test
  void shouldServeADirectoryLiveBesideTheRestToOneWhoMayOnlyRead() throws Exception {
    try (ServeRun served =
        ServeRun.start(
            "--dir", directory.toString(), "--store", url(server, "reader"), "--port", "0")) {
      URI uri = served.awaitUri();
      assertThat(body(uri)).contains("tallystick_store_up 1.0\n"); // an empty store, without an id
      fillLedger();
      try (Tallystick tallystick = replicating()) {
        CounterDataPoint requests = requests(tallystick);
        for (int i = 1; i < 50; i++) {
          requests.inc();
          assertThat(total(uri)).isEqualTo(100 + i);
        }
      }
      assertThat(total(uri)).isEqualTo(149); // now dead, and folded
      assertThat(served.stop()).isEqualTo(Exit.OK);
    }
  }

  @Test
  void shouldServeKeysOfGunicornBesideTheFleetWhenAskedTo() throws Exception {
    fillLedger();
    String key = "[\"requests\", \"requests_total\", {\"path\": \"/\"}, \"Requests.\"]";
    String digest =
        HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(key.getBytes(UTF_8)));
    server.run(Command.HSET, "app:counter:7:metric:" + digest, "value", "11.0");
    server.run(Command.HSET, "app:counter:7:meta:" + digest, "original_key", key);
    try (ServeRun served =
            ServeRun.start(
                "--store", url(server, "reader"), "--gunicorn-prefix", "app", "--port", "0");
        ServeRun without = ServeRun.start("--store", url(server, "reader"), "--port", "0")) {
      assertThat(total(served.awaitUri())).isEqualTo(111);
      assertThat(total(without.awaitUri())).isEqualTo(100);
      assertThat(served.stop()).isEqualTo(Exit.OK);
    }
    CommandRun run = CommandRun.of("serve", "--store", "memory:", "--gunicorn-prefix", "app");
    assertThat(run.exit()).isEqualTo(Exit.USAGE);
    assertThat(run.err()).contains("not without a store in Redis: option=--gunicorn-prefix");
  }

  @Test
  void shouldServeFromAReplicaThatCanOnlyBeRead() throws Exception {
    fillLedger();
    try (RedisProcess replica = RedisProcess.start(folder.resolve("replica"));
        Tallystick tallystick = replicating()) {
      requests(tallystick).inc(7);
      Object unused =
          replica.run(Command.ACL, "SETUSER", "all", "on", ">" + PASSWORD, "~*", "+@all");
      unused = replica.run(Command.REPLICAOF, "127.0.0.1", Integer.toString(server.port()));
      try (ServeRun served = ServeRun.start("--store", url(replica, "all"), "--port", "0");
          ServeRun both =
              ServeRun.start(
                  "--dir", directory.toString(), "--store", url(replica, "all"), "--port", "0")) {
        URI uri = served.awaitUri();
        URI uriOfBoth = both.awaitUri();
        Await.until("replicated", () -> total(uri) == 107);
        assertThat(total(uriOfBoth)).isEqualTo(107);
        assertThat(served.stop()).isEqualTo(Exit.OK);
        assertThat(both.stop()).isEqualTo(Exit.OK);
      }
    }
  }
}
