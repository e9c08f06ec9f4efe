package io.tallystick.jmh.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class HttpLoadTest {
  private static final Duration SHORT = Duration.ofMillis(100);
  private static final Duration LONG = Duration.ofSeconds(60);

  private static URI uri(int port) {
    return URI.create("http://127.0.0.1:" + port + "/");
  }

  @Test
  void shouldCountWhatWasDueAsErrorsWhenThereIsNoAnswer() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      HttpLoad.Result result = HttpLoad.atRate(uri(silent.getLocalPort()), 2, 100, SHORT, SHORT);

      assertThat(result.answers()).isZero();
      assertThat(result.errors()).isEqualTo(10);
    }
  }

  @Test
  void shouldAskForTheRootWhereTheUrlHasNoPath() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            boolean isRoot = exchange.getRequestURI().toString().equals("/?a=1");
            exchange.sendResponseHeaders(isRoot ? 200 : 404, 2);
            exchange.getResponseBody().write(new byte[2]);
          }
        });
    server.start();
    try {
      URI uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "?a=1");
      HttpLoad.Result result = HttpLoad.atRate(uri, 1, 100, SHORT, LONG);

      assertThat(result.answers()).isEqualTo(10);
    } finally {
      server.stop(0);
    }
  }

  @Test
  void shouldAskAsOftenAsItIsToldAndTellAnswersFromErrors() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
    int[] asked = new int[1]; // of the server's one thread
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            int status = asked[0]++ % 2 == 0 ? 200 : 503;
            exchange.sendResponseHeaders(status, 2);
            exchange.getResponseBody().write(new byte[2]);
          }
        });
    server.start();
    try {
      HttpLoad.Result result =
          HttpLoad.atRate(uri(server.getAddress().getPort()), 2, 100, SHORT, LONG);

      assertThat(result.answers()).isEqualTo(5);
      assertThat(result.errors()).isEqualTo(5);
    } finally {
      server.stop(0);
    }
  }
}
