package io.tallystick.sd.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tallystick.sd.cache.ScriptedTargets;
import io.tallystick.sd.generate.TargetGroup;
import io.tallystick.testing.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is let in, and how many. */
@Timeout(120)
final class AccessTest {
  private static final int SLOW_CLIENTS = 100;

  @TempDir Path folder;

  private BasicAuthentication users(String lines) throws IOException {
    return BasicAuthentication.read(Files.writeString(folder.resolve("users"), lines));
  }

  private static String basic(String user) {
    return "Basic " + Base64.getEncoder().encodeToString(user.getBytes(UTF_8));
  }

  @Test
  void shouldLetThoseInOnlyWhoHaveAPasswordWhenThereAreUsers() throws Exception {
    try (Site site =
        new Site().patient().users(users("# who asks\nprometheus:sécret:x:\n\nold:y\n")).start()) {
      site.targets.give("svc", "a:1");
      HttpRequest.Builder wrong =
          site.request("/targets/svc").header("Authorization", basic("old:x"));
      HttpRequest.Builder other =
          site.request("/targets/svc").header("Authorization", basic("prometheus:sécret"));

      HttpResponse<String> none = site.get("/targets/svc");

      assertThat(none.statusCode()).isEqualTo(401);
      assertThat(none.headers().firstValue("WWW-Authenticate"))
          .hasValueSatisfying(value -> assertThat(value).startsWith("Basic realm="));
      assertThat(site.send(wrong).statusCode()).isEqualTo(401);
      assertThat(site.send(other).statusCode()).isEqualTo(401);
      for (String each : List.of("prometheus:sécret:x:", "old:y")) {
        HttpRequest.Builder right =
            site.request("/targets/svc").header("Authorization", basic(each));
        assertThat(site.send(right).statusCode()).isEqualTo(200);
      }
      assertThat(site.status("/")).isEqualTo(401);
      assertThat(site.status("/metrics")).isEqualTo(401);
      assertThat(site.status("/scrape_configs/svc")).isEqualTo(401);
      assertThat(site.status("/health/ready")).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Basic", "Basic ", "Basic !!", "Bearer b2xkOnk=", "b2xkOnk=", "Basic b2xk"})
  void shouldRefuseHeadersThatAreNone(String header) throws Exception {
    assertThat(users("old:y\n").admits(header)).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | no user in it",
        "'# nobody' | no user in it",
        "'a:b\nsecret' | not a user: line=2",
        "':secret' | not a user: line=1",
        "'secret:' | not a user: line=1"
      })
  void shouldSayWhatIsWrongWithAFileOfUsersWithoutItsContent(String lines, String expected) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> users(lines))
        .withMessageStartingWith(expected)
        .withMessageNotContaining("secret");
  }

  @Test
  void shouldEncryptWhenThereIsACertificate() throws Exception {
    KeyStore keys = certificate();
    Path certificate = pem("CERTIFICATE", keys.getCertificate("server").getEncoded());
    Path key = pem("PRIVATE KEY", keys.getKey("server", "changeit".toCharArray()).getEncoded());
    TrustManagerFactory trusted =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    KeyStore known = KeyStore.getInstance("PKCS12");
    known.load(null, null);
    known.setCertificateEntry("server", keys.getCertificate("server"));
    trusted.init(known);
    SSLContext client = SSLContext.getInstance("TLS");
    client.init(null, trusted.getTrustManagers(), null);

    try (Site site = new Site().patient().tls(TlsFiles.read(certificate, key)).start()) {
      site.targets.give("svc", "a:1");
      HttpResponse<String> answer =
          HttpClient.newBuilder()
              .sslContext(client)
              .build()
              .send(
                  HttpRequest.newBuilder(
                          URI.create("https://localhost:" + site.port() + "/targets/svc"))
                      .build(),
                  BodyHandlers.ofString());

      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body()).contains("a:1");
    }
  }

  @Test
  void shouldSayWhatIsWrongWithFilesOfTls() throws Exception {
    Path nothing = Files.writeString(folder.resolve("nothing"), "");
    KeyStore keys = certificate();
    Path certificate = pem("CERTIFICATE", keys.getCertificate("server").getEncoded());
    Path otherKind = pem("RSA PRIVATE KEY", new byte[] {1});
    Path binary = Files.write(folder.resolve("binary"), new byte[] {-1, -2});
    Path others = pem("PRIVATE KEY", otherKey());

    assertThatIllegalArgumentException()
        .isThrownBy(() -> TlsFiles.read(nothing, nothing))
        .withMessageContaining("no certificate in the file");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TlsFiles.read(certificate, otherKind))
        .withMessageContaining("openssl pkcs8");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TlsFiles.read(certificate, binary))
        .withMessageContaining("openssl pkcs8");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TlsFiles.read(certificate, others))
        .withMessageContaining("cannot be used together");
    Path damaged = pem("PRIVATE KEY", new byte[] {1, 2, 3});
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TlsFiles.read(certificate, damaged))
        .withMessageContaining("known=");
  }

  /** A store of a certificate for this host that was just made, and its key. */
  private KeyStore certificate() throws Exception {
    Path file = folder.resolve("keys.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "server",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost",
                "-storetype",
                "PKCS12",
                "-storepass",
                "changeit",
                "-keystore",
                file.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return KeyStore.getInstance(file.toFile(), "changeit".toCharArray());
  }

  private static byte[] otherKey() throws Exception {
    KeyPairGenerator pairs = KeyPairGenerator.getInstance("EC");
    pairs.initialize(256);
    return pairs.generateKeyPair().getPrivate().getEncoded();
  }

  private Path pem(String kind, byte[] content) throws IOException {
    String text = Base64.getMimeEncoder().encodeToString(content);
    String pem = "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n";
    return Files.writeString(folder.resolve(kind + ".pem"), pem);
  }

  @Test
  void shouldRefuseWhatDoesNotRead() throws Exception {
    try (Site site = new Site().start()) {
      for (String method : List.of("POST", "PUT", "DELETE", "TRACE", "BREW")) {
        HttpResponse<String> answer =
            site.send(site.request("/targets").method(method, BodyPublishers.ofString("body")));

        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("Allow")).hasValue("GET, HEAD");
      }
    }
  }

  @Test
  void shouldAnswerOthersWhenManyClientsAreSlow() throws Exception {
    List<Socket> slow = new ArrayList<>();
    try (Site site = new Site().start()) {
      site.targets.give("svc", "a:1");
      site.await(200, "/targets/svc");
      for (int i = 0; i < SLOW_CLIENTS; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), site.port());
        slow.add(socket);
        socket.getOutputStream().write("GET /targets/svc HTTP/1.1\r\nHost: ".getBytes(UTF_8));
      }

      assertThat(site.status("/targets/svc")).isEqualTo(200);
      for (Socket socket : slow) {
        assertThat(isOpen(socket)).as("it has not been given up before").isTrue();
      }
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
    }
  }

  private static boolean isOpen(Socket socket) throws IOException {
    socket.setSoTimeout(1);
    try {
      return socket.getInputStream().read() >= 0;
    } catch (SocketTimeoutException e) {
      return true;
    }
  }

  @Test
  void shouldAnswer503WhenThereAreMoreRequestsThanConnectionsMayBe() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    try (Site site = new Site().patient().limits(1, 300).start()) {
      site.targets.give("warm", "b:1");
      site.await(200, "/targets/warm");
      site.targets.run("svc", arguments -> waited(go));

      Await.until(
          "one waits, and others are told so",
          () -> {
            var unused =
                site.client()
                    .sendAsync(site.request("/targets/svc").build(), BodyHandlers.discarding());
            return site.status("/targets/warm") == 503;
          });

      go.countDown();
      Await.until("there is room again", () -> site.status("/targets/warm") == 200);
    } finally {
      go.countDown();
    }
  }

  private static List<TargetGroup> waited(CountDownLatch go) throws InterruptedException {
    go.await();
    return ScriptedTargets.groups("a:1");
  }
}
