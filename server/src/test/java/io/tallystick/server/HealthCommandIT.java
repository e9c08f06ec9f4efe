package io.tallystick.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class HealthCommandIT {
  private static final int SLOW_CLIENTS = 80;
  private static final String SECRET = "0123456789-the-secret";

  @TempDir Path folder;

  private Path log() {
    return folder.resolve("log");
  }

  private Process start(String... options) throws IOException {
    Path secret = Files.writeString(folder.resolve("secret"), SECRET + "\n");
    Path config =
        Files.writeString(
            folder.resolve("health.yaml"),
            "port: 0\nstore: 'sqlite:" + folder + "/x.db'\nsecret: {file: " + secret + "}\n");
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(List.of(options));
    words.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    words.addAll(List.of("health", "--config", config.toString()));
    return new ProcessBuilder(words).redirectError(log().toFile()).start();
  }

  @Test
  void shouldTakeWebhooksShowNoSecretAndEndWhenItIsToldTo() throws Exception {
    Process serving = start();
    try (BufferedReader lines = serving.inputReader(UTF_8)) {
      URI uri = uriOf(lines.readLine());

      int status =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(uri.resolve("/monitoring/datadog/webhook"))
                      .header("Authorization", "Bearer " + SECRET)
                      .POST(
                          BodyPublishers.ofString(
                              "{\"component\":\"prices\",\"status\":\"critical\"}"))
                      .build(),
                  BodyHandlers.discarding())
              .statusCode();
      String state = get(uri);

      assertThat(status).isEqualTo(200);
      assertThat(state).contains("\"prices\":{\"status\":\"UNHEALTHY\"").doesNotContain(SECRET);
      serving.destroy();
      assertThat(serving.waitFor()).isEqualTo(143);
      assertThat(log()).content().doesNotContain(SECRET);
    } finally {
      serving.destroyForcibly();
    }
  }

  @Test
  void shouldGiveSlowClientsUpAndAnswerOthers() throws Exception {
    Process serving = start("-Dsun.net.httpserver.maxReqTime=2");
    List<Socket> slow = new ArrayList<>();
    try (BufferedReader lines = serving.inputReader(UTF_8)) {
      URI uri = uriOf(lines.readLine());
      for (int i = 0; i < SLOW_CLIENTS; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), uri.getPort());
        slow.add(socket);
        socket.setSoTimeout(30_000); // else a read that is never answered could not fail
        socket.getOutputStream().write(slowRequest(i).getBytes(UTF_8));
      }

      String state = get(uri);

      assertThat(state).startsWith("{\"timestamp\":\"");
      for (Socket socket : slow) {
        assertThat(isEnded(socket)).isTrue();
      }
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
      serving.destroyForcibly();
    }
  }

  /** A part of a request: of its head, or of the body that its head says to come. */
  private static String slowRequest(int number) {
    return number % 2 == 0
        ? "GET /health/live HTTP/1.1\r\nHost: "
        : "POST /monitoring/datadog/webhook HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
            + SECRET
            + "\r\nContent-Length: 100\r\n\r\n{";
  }

  private static boolean isEnded(Socket socket) {
    try {
      byte[] unused = socket.getInputStream().readAllBytes();
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true; // in the middle of something
    }
  }

  private static URI uriOf(String line) {
    return URI.create(line.substring(line.lastIndexOf("http://")));
  }

  private static String get(URI uri) throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
        .body();
  }
}
