package io.tallystick.store.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.store.DocumentChange;
import io.tallystick.store.Documents.Watch;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import io.tallystick.testing.Await;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Protocol.Command;

/** TLS, with certificates that both sides have made for this test. */
class RedisTlsTest {
  private static final String PASSWORD = "s3cret";

  @TempDir private Path folder;

  /** Makes a key and a certificate for 127.0.0.1, in a store and as PEM. */
  private Path makeKey(String name) throws Exception {
    Path store = folder.resolve(name + ".p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                name,
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + name,
                "-ext",
                "san=ip:127.0.0.1",
                "-keystore",
                store.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("keytool.log").toFile())
            .start();
    assertThat(keytool.waitFor(1, TimeUnit.MINUTES)).isTrue();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream stream = Files.newInputStream(store)) {
      keys.load(stream, PASSWORD.toCharArray());
    }
    putPem(name + ".crt", "CERTIFICATE", keys.getCertificate(name).getEncoded());
    putPem(name + ".key", "PRIVATE KEY", keys.getKey(name, PASSWORD.toCharArray()).getEncoded());
    return store;
  }

  private void putPem(String file, String what, byte[] bytes) throws Exception {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
    Files.writeString(
        folder.resolve(file),
        "-----BEGIN " + what + "-----\n" + body + "\n-----END " + what + "-----\n",
        US_ASCII);
  }

  /** A store of certificates that are trusted. */
  private Path trust(Path keys) throws Exception {
    String name = "server";
    Path file = folder.resolve("trusted.p12");
    KeyStore own = KeyStore.getInstance("PKCS12");
    try (InputStream stream = Files.newInputStream(keys)) {
      own.load(stream, PASSWORD.toCharArray());
    }
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry(name, own.getCertificate(name));
    try (var stream = Files.newOutputStream(file)) {
      trusted.store(stream, PASSWORD.toCharArray());
    }
    return file;
  }

  @Test
  @SuppressWarnings("try") // one is closed early
  void shouldWakeWhoWaitsAndLetItGoThoughTheServerDoesNotAnswer() throws Exception {
    Path client = makeKey("client");
    String options =
        "?trustStore="
            + trust(makeKey("server"))
            + "&trustStorePassword="
            + PASSWORD
            + "&keyStore="
            + client
            + "&keyStorePassword="
            + PASSWORD
            + "&timeoutMs=60000";
    try (RedisProcess redis =
            RedisProcess.startTls(
                folder.resolve("redis"),
                folder.resolve("server.crt"),
                folder.resolve("server.key"),
                folder.resolve("client.crt"));
        RedisStore store = RedisStore.open("rediss://127.0.0.1:" + redis.tlsPort() + options);
        Watch watch = store.documents().watch("set")) {
      DocumentChange change = DocumentChange.put("key", new byte[0]).numberedIn("set");
      assertThat(store.documents().apply(List.of(change))).isTrue();
      assertThat(watch.await(0, Duration.ofHours(1))).isEqualTo(1);
      FutureTask<Long> waiting = new FutureTask<>(() -> watch.await(1, Duration.ofHours(1)));
      Thread thread = new Thread(waiting, "waits");
      thread.setDaemon(true);
      thread.start();
      Await.until(
          "who waits",
          () ->
              RedisClusterNodes.text(redis.run(Command.INFO, "clients"))
                  .contains("blocked_clients:1"));
      redis.signal("STOP");
      watch.close();
      assertThat(waiting.get(30, TimeUnit.SECONDS)).isEqualTo(1);
    }
  }

  @Test
  void shouldTrustAndBeTrustedWhenCertificatesAreGiven() throws Exception {
    Path client = makeKey("client");
    String trusted =
        "?trustStore="
            + trust(makeKey("server"))
            + "&trustStorePassword="
            + PASSWORD
            + "&timeoutMs=2000";
    try (RedisProcess redis =
        RedisProcess.startTls(
            folder.resolve("redis"),
            folder.resolve("server.crt"),
            folder.resolve("server.key"),
            folder.resolve("client.crt"))) {
      String url = "rediss://127.0.0.1:" + redis.tlsPort();
      try (RedisStore store =
          RedisStore.open(
              url + trusted + "&keyStore=" + client + "&keyStorePassword=" + PASSWORD)) {
        store.ping();
        store.keyValues().put("a", new byte[] {1});
        assertThat(store.keyValues().get("a")).hasValue(new byte[] {1});
      }
      try (RedisStore unknownServer = RedisStore.open(url)) {
        assertThatThrownBy(unknownServer::ping)
            .isInstanceOfSatisfying(
                StoreException.class, e -> assertThat(e.category()).isEqualTo(Category.PERMANENT));
      }
      try (RedisStore unknownClient = RedisStore.open(url + trusted)) {
        assertThatThrownBy(unknownClient::ping)
            .isInstanceOf(StoreException.class)
            .hasMessageContaining("it may ask for a certificate, which keyStore gives")
            .satisfies(e -> assertThat(e.toString()).doesNotContain(PASSWORD));
      }
      String otherName = "rediss://localhost:" + redis.tlsPort();
      try (RedisStore unnamed =
          RedisStore.open(
              otherName + trusted + "&keyStore=" + client + "&keyStorePassword=" + PASSWORD)) {
        assertThatThrownBy(unnamed::ping)
            .isInstanceOfSatisfying(
                StoreException.class, e -> assertThat(e.category()).isEqualTo(Category.PERMANENT));
      }
    }
  }
}
