package io.tallystick.server.health;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.health.ComponentHealth;
import io.tallystick.health.Components;
import io.tallystick.health.HealthMonitor;
import io.tallystick.health.HealthResult;
import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What webhooks take, of whom, and what they make of it. */
@Timeout(60)
class WebhookTest {
  private static final String DATADOG = "/monitoring/datadog/webhook";
  private static final String EVENT = "{\"component\":\"redis\",\"status\":\"critical\"}";
  private static final int MOST_BYTES = 256 << 10;

  private final HealthMonitor monitor = HealthMonitor.builder().build();
  private HealthClient client;

  @BeforeEach
  void open() throws Exception {
    client =
        HealthClient.of(
            new HealthHandler(monitor, Optional.of(SharedSecret.of(HealthClient.SECRET))));
  }

  @AfterEach
  void close() {
    client.close();
    monitor.close();
  }

  @ParameterizedTest
  @CsvSource({
    "critical, UNHEALTHY",
    "error, UNHEALTHY",
    "Failure, UNHEALTHY",
    "WARNING, DEGRADED",
    "warn, DEGRADED",
    "degraded, DEGRADED",
    "success, HEALTHY",
    "info, HEALTHY",
    "' critical ', UNHEALTHY"
  })
  void shouldTakeAStatusByItsWord(String word, String status) throws Exception {
    for (String source : Webhook.SOURCES) {
      HttpResponse<String> answer =
          client.tell(
              source,
              "{\"component\":\"" + source + "\",\"status\":\"" + word + "\",\"message\":\"why\"}");
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo("{\"ingested\":1}\n");
      ComponentHealth health = monitor.components().find(source).orElseThrow();
      assertThat(health.status()).hasToString(status);
      assertThat(health.message()).isEqualTo("why");
    }
    assertThat(client.get("/health/state").body())
        .contains("\"datadog\":{\"status\":\"" + status + "\",\"message\":\"why\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'title':'redis','alert_type':'error','alert_transition':'Triggered'} | UNHEALTHY | redis",
        "{'title':'redis','alert_type':'error','alert_transition':'Recovered'} | HEALTHY | redis",
        "{'condition_name':'redis','severity':'CRITICAL','current_state':'open','details':'d'}"
            + " | UNHEALTHY | d",
        "{'condition_name':'redis','severity':'CRITICAL','current_state':'closed'} | HEALTHY | ''",
        "{'component':'redis','title':'t','priority':'CRITICAL','state':'ACTIVATED'}"
            + " | UNHEALTHY | t",
        "{'component':'redis','priority':'CRITICAL','state':'CLOSED'} | HEALTHY | ''",
        "{'component':'redis','status':7,'severity':'warning','x':[{'y':null}]} | DEGRADED | ''"
      })
  void shouldKnowTheFieldsOfBothSources(String event, String status, String message)
      throws Exception {
    assertThat(client.tell("datadog", event.replace('\'', '"')).statusCode()).isEqualTo(200);
    ComponentHealth health = monitor.components().find("redis").orElseThrow();
    assertThat(health.status()).hasToString(status);
    assertThat(health.message()).isEqualTo(message);
  }

  @Test
  void shouldTakeAListOfEvents() throws Exception {
    assertThat(client.tell("newrelic", "[" + EVENT + "," + EVENT.replace("redis", "disk") + "]"))
        .returns(200, HttpResponse::statusCode)
        .returns("{\"ingested\":2}\n", HttpResponse::body);
    assertThat(client.tell("newrelic", "[]").body()).isEqualTo("{\"ingested\":0}\n");
    assertThat(monitor.state().system().failedComponents()).isEqualTo(2);
  }

  @Test
  void shouldSayHowManyItTookWhenComponentsAreTooMany() throws Exception {
    for (int i = 0; i < Components.MOST; i++) {
      assertThat(monitor.components().report("c" + i, HealthResult.healthy())).isTrue();
    }
    assertThat(client.tell("datadog", "[" + EVENT + "," + EVENT.replace("redis", "c0") + "]"))
        .returns(200, HttpResponse::statusCode)
        .returns("{\"ingested\":1}\n", HttpResponse::body);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`` | body is neither an event nor a list of at most 1000 events",
        "7 | body is neither an event nor a list of at most 1000 events",
        "null | body is neither an event nor a list of at most 1000 events",
        "{ | body is not JSON: line=1 column=2",
        "{\"component\":secret} | body is not JSON: line=1 column=14",
        "{} x | body is not JSON: line=1 column=4",
        "{\"status\":\"a\",\"status\":\"b\"} | body is not JSON: line=1 column=23",
        "[[]] | event has no component: event=0 fields=[component, condition_name, title]",
        "{\"component\":\" \"} "
            + "| event has no component: event=0 fields=[component, condition_name, title]",
        "{\"component\":\"a\"} "
            + "| event has no status: event=0 fields=[status, severity, alert_type, priority]",
        "{\"component\":\"a\\n"
            + "b\",\"status\":\"ok\"} | event has a component that is no name: event=0"
      })
  void shouldSayWhatIsWrongWithABody(String body, String error) throws Exception {
    HttpResponse<String> answer = client.tell("datadog", body);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).isEqualTo("{\"error\":\"" + error + "\"}\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0000feff7f000000", "0000fffe00000000", "0000007b000000", "feff007b00"})
  void shouldSayThatABodyIsNotJsonWhenItsCharactersAreNone(String hex) throws Exception {
    HttpRequest.Builder request =
        client
            .request(DATADOG)
            .header("Authorization", "Bearer " + HealthClient.SECRET)
            .POST(BodyPublishers.ofByteArray(HexFormat.of().parseHex(hex)));
    HttpResponse<String> answer = client.send(request);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).startsWith("{\"error\":\"body is not JSON");
  }

  @Test
  void shouldTakeNothingOfABodyOfWhichSomethingIsWrong() throws Exception {
    assertThat(client.tell("datadog", "[" + EVENT + ",{}]").body()).contains("event=1");
    assertThat(client.tell("datadog", "[" + EVENT + ",").statusCode()).isEqualTo(400);
    assertThat(client.tell("datadog", "[".repeat(1_000)).statusCode()).isEqualTo(400);
    assertThat(client.tell("datadog", "[" + (EVENT + ",").repeat(1_000) + EVENT + "]").statusCode())
        .isEqualTo(400);
    assertThat(monitor.components().find("redis")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Bearer",
        "Bearer ",
        "Bearer 0123456789-the-secre",
        "Bearer 0123456789-the-secret2",
        "Bearer  0123456789-the-secret",
        "Basic 0123456789-the-secret",
        HealthClient.SECRET
      })
  void shouldRefuseWhoeverDoesNotKnowTheSecret(String authorization) throws Exception {
    HttpRequest.Builder request =
        client.request(DATADOG).POST(BodyPublishers.ofString("no JSON, and nobody is told"));
    if (!authorization.isEmpty()) {
      request.header("Authorization", authorization);
    }
    HttpResponse<String> answer = client.send(request);
    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(answer.headers().firstValue("WWW-Authenticate")).contains("Bearer");
    assertThat(answer.body()).isEqualTo("{\"error\":\"not authorized\"}\n");
  }

  @Test
  void shouldTakeTheNameOfTheSchemeInAnyCase() throws Exception {
    HttpRequest.Builder request =
        client
            .request(DATADOG)
            .header("Authorization", "bearer " + HealthClient.SECRET)
            .POST(BodyPublishers.ofString(EVENT));
    assertThat(client.send(request).statusCode()).isEqualTo(200);
  }

  @Test
  void shouldRefuseAllWhenNoSecretIsSet() throws Exception {
    try (HealthClient open = HealthClient.of(new HealthHandler(monitor, Optional.empty()))) {
      HttpResponse<String> answer = open.tell("datadog", EVENT);
      assertThat(answer.statusCode()).isEqualTo(401);
      assertThat(answer.body()).isEqualTo("{\"error\":\"webhooks are off: no secret is set\"}\n");
    }
    assertThat(monitor.components().find("redis")).isEmpty();
  }

  @Test
  void shouldTakeABodyOfTheLimitAndRefuseALongerOne() throws Exception {
    String longest = EVENT + " ".repeat(MOST_BYTES - EVENT.length());
    assertThat(client.tell("datadog", longest).statusCode()).isEqualTo(200);
    HttpResponse<String> longer = client.tell("datadog", longest + " ");
    assertThat(longer.statusCode()).isEqualTo(413);
    assertThat(longer.body()).isEqualTo("{\"error\":\"body is too large: bytes=262144\"}\n");
  }

  @Test
  void shouldLetAClientThatSendsAllBeforeItReadsSeeThatItWasTooMuch() throws Exception {
    byte[] body = new byte[4 * MOST_BYTES];
    String head =
        "POST "
            + DATADOG
            + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
            + HealthClient.SECRET
            + "\r\nContent-Length: "
            + body.length
            + "\r\n\r\n";
    try (Socket socket = new Socket()) {
      socket.setSendBufferSize(4_096); // what does not fit into buffers must be read
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), client.port()));
      socket.getOutputStream().write(head.getBytes(UTF_8));
      socket.getOutputStream().write(body);
      assertThat(new String(socket.getInputStream().readAllBytes(), UTF_8))
          .startsWith("HTTP/1.1 413 ");
    }
  }

  @Test
  void shouldRefuseALongBodyThatDoesNotSayHowLongItIs() throws Exception {
    byte[] body = (EVENT + " ".repeat(MOST_BYTES)).getBytes(UTF_8);
    HttpRequest.Builder request =
        client
            .request(DATADOG)
            .header("Authorization", "Bearer " + HealthClient.SECRET)
            .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)));
    assertThat(client.send(request).statusCode()).isEqualTo(413);
  }

  @ParameterizedTest
  @ValueSource(strings = {"sentry", "Datadog", "datadog/x", "%64atadog%2F"})
  void shouldSayThatASourceIsNotKnown(String source) throws Exception {
    HttpResponse<String> answer = client.tell(source, EVENT);
    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.body())
        .isEqualTo("{\"error\":\"unknown source: known=[datadog, newrelic]\"}\n");
  }

  @Test
  void shouldNotShowTheSecret() {
    assertThat(SharedSecret.of(HealthClient.SECRET)).hasToString("SharedSecret[***]");
  }
}
