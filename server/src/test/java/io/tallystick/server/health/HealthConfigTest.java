package io.tallystick.server.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a config says, and what is said of a wrong one. */
class HealthConfigTest {
  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "DD_API_KEY", "a-key",
          "ORDERS_STORE", "memory:",
          "SHORT", "too-short",
          "EMPTY", " \n",
          "BAD_URL", "http://u:hidden@h/",
          "HEALTH_SECRET", HealthClient.SECRET + "\n");

  @TempDir private Path folder;

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  @Test
  void shouldHaveDefaultsForAllButChecks() throws Exception {
    HealthConfig config = HealthConfig.read(write("h.yaml", "checks: []"), ENVIRONMENT);
    assertThat(config.host()).isEqualTo("127.0.0.1");
    assertThat(config.port()).isEqualTo(9401);
    assertThat(config.interval()).isEqualTo(Duration.ofSeconds(10));
    assertThat(config.maxThreads()).isEqualTo(64);
    assertThat(config.disk()).isEqualTo(Path.of("/"));
    assertThat(config.secret()).isEmpty();
    assertThat(config.checks()).isEmpty();
    assertThat(config.sinks()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"h.yaml", "h.json"})
  void shouldReadTheSameAsYamlAndAsJson(String name) throws Exception {
    String text =
        """
        {
          "host": "::1", "port": 0, "interval_seconds": 0.25, "max_threads": 8, "disk": "/tmp",
          "store": "memory:",
          "secret": {"env": "HEALTH_SECRET"},
          "checks": [
            {"name": "a", "type": "http", "url": "http://h/", "timeout_seconds": 1.5},
            {"name": "b", "type": "store", "url": {"env": "DD_API_KEY"}}
          ],
          "sinks": [{"type": "logging"}, {"type": "datadog", "key": {"env": "DD_API_KEY"}}]
        }
        """;
    HealthConfig config = HealthConfig.read(write(name, text), ENVIRONMENT);
    assertThat(config.host()).isEqualTo("::1");
    assertThat(config.port()).isZero();
    assertThat(config.interval()).isEqualTo(Duration.ofMillis(250));
    assertThat(config.maxThreads()).isEqualTo(8);
    assertThat(config.disk()).isEqualTo(Path.of("/tmp"));
    assertThat(config.secret().orElseThrow().isIn("Bearer " + HealthClient.SECRET)).isTrue();
    assertThat(config.checks())
        .extracting(ConfiguredCheck::name)
        .containsExactly("memory", "a", "b");
    assertThat(config.checks().get(1).timeLimit()).contains(Duration.ofMillis(1500));
    assertThat(config.sinks()).hasSize(2);
    assertThat(config.toString()).doesNotContain(HealthClient.SECRET, "a-key");
  }

  @ParameterizedTest
  @CsvSource({
    "redis://h:1, redis",
    "rediss://h, redis",
    "redis+cluster://h, redis",
    "sqlite:/x.db, sqlite",
    "MEMORY:, memory"
  })
  void shouldNameTheCheckOfTheStoreByItsKind(String url, String name) throws Exception {
    HealthConfig config = HealthConfig.read(write("h.yaml", "store: \"" + url + "\""), ENVIRONMENT);
    assertThat(config.checks()).extracting(ConfiguredCheck::name).containsExactly(name);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "port: x | bad value: field=port expected=a whole number from 0 to 65535",
        "port: 65536 | bad value: field=port expected=a whole number from 0 to 65535",
        "port: 1.5 | bad value: field=port expected=a whole number from 0 to 65535",
        "host: 1 | bad value: field=host expected=a text",
        "host: ' ' | bad value: field=host expected=a text",
        "max_threads: 0 | bad value: field=max_threads expected=a whole number from 1 to 10000",
        "interval_seconds: 0 "
            + "| bad value: field=interval_seconds expected=a number from 0.001 to 86400",
        "interval_seconds: 86401 "
            + "| bad value: field=interval_seconds expected=a number from 0.001 to 86400",
        "ports: 1 | unknown: field=ports known=[checks, disk, host, interval_seconds, max_threads,"
            + " port, secret, sinks, store]",
        "checks: {} | bad value: field=checks expected=a list, of at most 1000",
        "checks: [1] | missing: field=checks[0].type",
        "checks: [{type: htp}] "
            + "| unknown: field=checks[0].type known=[store, http, disk, component]",
        "checks: [{type: http, url: 'http://h'}] | missing: field=checks[0].name",
        "checks: [{type: http, name: a}] | missing: field=checks[0].url",
        "checks: [{type: http, name: a, path: /}] | unknown: field=checks[0].path"
            + " known=[expected_status, name, timeout_seconds, type, url]",
        "checks: [{type: http, name: a, url: 'http://u:hidden@h/'}] "
            + "| URL has a user in it: host=h: field=checks[0].url",
        "checks: [{type: http, name: a, url: {env: BAD_URL}}] "
            + "| URL has a user in it: host=h: field=checks[0].url",
        "checks: [{type: http, name: a, url: 'ht tp://hidden'}] "
            + "| bad value: field=checks[0].url expected=a URL",
        "checks: [{type: http, name: a, url: 'http://h', timeout_seconds: 31}] "
            + "| bad value: field=checks[0].timeout_seconds expected=a number from 0.001 to 30",
        "checks: [{type: disk, name: a, path: /, degraded_percent: 90, unhealthy_percent: 80}] "
            + "| bad percentages: degraded=90.0 unhealthy=80.0: field=checks[0]",
        "checks: [{type: component, name: a}] | missing: field=checks[0].component",
        "checks: [{type: component, name: a-b, component: x},"
            + " {type: component, name: a_b, component: x}] "
            + "| has the name of another check, or would in metrics: field=checks[1]",
        "store: redis " + "| store URL does not begin with a scheme, as in memory:: field=store",
        "secret: hidden | bad value: field=secret expected=a map with file or env:"
            + " a secret does not belong into a config",
        "secret: {} | bad value: field=secret expected=either file or env",
        "secret: {file: a, env: b} | bad value: field=secret expected=either file or env",
        "secret: {file: /none/x} | cannot be read: field=secret.file reason=NoSuchFileException",
        "secret: {env: NONE} | no such environment variable: field=secret.env",
        "secret: {env: EMPTY} | secret is empty: field=secret",
        "secret: {env: SHORT} | not a secret: expected=printable ASCII without spaces,"
            + " 16 or more: field=secret",
        "sinks: [{type: statsd}] | unknown: field=sinks[0].type"
            + " known=[logging, prometheus, datadog, newrelic]",
        "sinks: [{type: prometheus}] | missing: field=sinks[0].directory",
        "sinks: [{type: datadog}] | missing: field=sinks[0].key",
        "sinks: [{type: datadog, key: hidden}] | bad value: field=sinks[0].key"
            + " expected=a map with file or env: a secret does not belong into a config",
        "sinks: [{type: newrelic, key: {env: DD_API_KEY}, endpoint: 'http://h.example'}] "
            + "| bad endpoint: host=h.example expected=https, or http on the loopback interface,"
            + " without user and query: field=sinks[0].endpoint",
        "sinks: [{type: newrelic, key: {env: DD_API_KEY}, labels: {a: 1}}] "
            + "| bad value: field=sinks[0].labels.a expected=a text",
        "secret: {file: /dev/zero} | longer than a secret can be: bytes=65536: field=secret.file",
        "a: [ | not YAML: line=1 column=5",
        "`port: 1\nport: 2` | a field is given twice: line=2 column=5",
        "`port: &p 1\nmax_threads: *p` | aliases are not for configs: line=2 column=16",
        "`port: 1\n---\nport: 2` | not YAML: line=3 column=1",
        "[] | not a map of settings",
        "`` | not a map of settings"
      })
  void shouldSayWhereAConfigIsWrongAndShowNoValue(String text, String message) throws Exception {
    Path file = write("h.yaml", text);
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> HealthConfig.read(file, ENVIRONMENT))
        .withMessage(message)
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hidden", "too-short"));
  }

  @Test
  void shouldSayThatAFileIsNotJsonOrNotThereOrTooLong() throws Exception {
    assertRefused(write("h.json", "{\"port\": 1,}"), "not JSON: line=1 column=12");
    assertRefused(write("h.json", "port: 1"), "not JSON: line=1 column=1");
    assertRefused(folder.resolve("none.yaml"), "no such file");
    assertRefused(folder, "cannot be read: reason=IOException");
    assertRefused(
        write("h.yaml", " ".repeat((1 << 20) + 1)), "longer than a config can be: bytes=1048576");
    assertRefused(write("h.json", "[".repeat(1_000)), "not JSON");
  }

  private static void assertRefused(Path file, String message) {
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> HealthConfig.read(file, ENVIRONMENT))
        .withMessage(message);
  }

  @Test
  void shouldRefuseAnAddressWhereThereIsOneAlready() throws Exception {
    for (String field : List.of("host: h", "port: 1")) {
      Path file = write("h.yaml", field);
      assertThatExceptionOfType(ConfigException.class)
          .isThrownBy(() -> HealthConfig.readWithoutAddress(file, ENVIRONMENT))
          .withMessageStartingWith("unknown: field=" + field.substring(0, 4) + " known=[");
    }
  }

  @Test
  void shouldReadTheConfigOfTheGuide() throws Exception {
    String page = Files.readString(Path.of("..", "docs", "health.md"));
    Matcher example = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL).matcher(page);
    assertThat(example.find()).isTrue();
    String text =
        example.group(1).replace("/run/secrets/health", write("s", HealthClient.SECRET) + "");
    HealthConfig config = HealthConfig.read(write("h.yaml", text), ENVIRONMENT);
    assertThat(config.checks()).hasSize(CheckKind.values().length + 1);
    assertThat(config.sinks()).hasSize(3);
    assertThat(config.secret()).isPresent();
  }
}
