package io.tallystick.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpHandler;
import io.tallystick.testing.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class HttpListenerTest {
  private static final int MORE_THAN_FEW = 40;

  private final HttpClient client = HttpClient.newHttpClient();
  private final CountDownLatch go = new CountDownLatch(1);
  private final AtomicInteger held = new AtomicInteger();

  /** Holds requests up, until it is let go. */
  private HttpHandler holding() {
    return exchange -> {
      try (exchange) {
        held.incrementAndGet();
        go.await();
        exchange.sendResponseHeaders(204, -1);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    };
  }

  private HttpListener start(int requests) throws IOException {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    return HttpListener.start("test", address, requests, holding());
  }

  private static HttpRequest request(HttpListener listener) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + listener.port() + "/")).build();
  }

  /** Asks until it is not refused: a request counts until a little after its answer has come. */
  private CompletableFuture<HttpResponse<String>> ask(HttpListener listener) {
    return client
        .sendAsync(request(listener), BodyHandlers.ofString())
        .thenCompose(
            answer ->
                answer.statusCode() == 503
                    ? ask(listener)
                    : CompletableFuture.completedFuture(answer));
  }

  private List<CompletableFuture<HttpResponse<String>>> ask(HttpListener listener, int times) {
    List<CompletableFuture<HttpResponse<String>>> asked = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      asked.add(ask(listener));
    }
    return asked;
  }

  private static void assertAnswered(List<CompletableFuture<HttpResponse<String>>> asked)
      throws Exception {
    for (CompletableFuture<HttpResponse<String>> each : asked) {
      assertThat(each.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(204);
    }
  }

  @Test
  void shouldAnswer503WhenThereAreMoreRequestsThanThereMayBe() throws Exception {
    try (HttpListener listener = start(4)) {
      List<CompletableFuture<HttpResponse<String>>> asked = ask(listener, 4);
      Await.until("all are held up", () -> held.get() == 4);

      HttpResponse<String> tooMany = client.send(request(listener), BodyHandlers.ofString());

      assertThat(tooMany.statusCode()).isEqualTo(503);
      assertThat(tooMany.body())
          .isEqualTo("{\"error\":\"too many requests at a time, try again\"}\n");
      assertThat(tooMany.headers().firstValue("Retry-After")).hasValue("1");
      go.countDown();
      assertAnswered(asked);
      assertThat(ask(listener).get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(204);
    } finally {
      go.countDown();
    }
  }

  @Test
  void shouldHaveAThreadForEachWhenManyRequestsAreHeldUp() throws Exception {
    try (HttpListener listener = start(64)) {
      List<CompletableFuture<HttpResponse<String>>> asked = ask(listener, MORE_THAN_FEW);

      Await.until("each has a thread", () -> held.get() == MORE_THAN_FEW);

      go.countDown();
      assertAnswered(asked);
    } finally {
      go.countDown();
    }
  }
}
