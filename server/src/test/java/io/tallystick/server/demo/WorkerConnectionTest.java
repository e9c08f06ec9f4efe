package io.tallystick.server.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class WorkerConnectionTest {
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

  @Test
  void shouldKeepTheConnectionWhenAnswersHaveABody() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      FutureTask<List<String>> requests = answer(server, OK, OK);

      try (WorkerConnection connection = WorkerConnection.open(server.getLocalPort())) {
        assertThat(connection.get("/")).isEqualTo(200);
        assertThat(connection.get("/cart")).isEqualTo(200);
      }

      assertThat(requests.get()).containsExactly("GET / HTTP/1.1", "GET /cart HTTP/1.1");
    }
  }

  @Test
  void shouldSendARequestOnceWhenAKeptConnectionBreaksBeforeTheAnswer() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      FutureTask<List<String>> requests = answer(server, OK, "");

      try (WorkerConnection connection = WorkerConnection.open(server.getLocalPort())) {
        assertThat(connection.get("/")).isEqualTo(200);
        assertThatThrownBy(() -> connection.get("/cart")).isInstanceOf(EOFException.class);
      }

      assertThat(requests.get()).containsExactly("GET / HTTP/1.1", "GET /cart HTTP/1.1");
    }
  }

  /** Answers on the first connection, closes it, and returns all requests that ever came. */
  private static FutureTask<List<String>> answer(ServerSocket server, String... answers) {
    FutureTask<List<String>> requests = new FutureTask<>(() -> serve(server, answers));
    Thread thread = new Thread(requests, "server");
    thread.setDaemon(true);
    thread.start();
    return requests;
  }

  private static List<String> serve(ServerSocket server, String... answers) throws IOException {
    List<String> requests = new ArrayList<>();
    try (Socket socket = server.accept();
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))) {
      for (String answer : answers) {
        requests.add(in.readLine());
        while (!in.readLine().isEmpty()) {
          // Headers do not matter.
        }
        socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
      }
    }
    return requests;
  }
}
