package io.tallystick.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

final class RedisEnvironmentTest {
  private static RedisEnvironment of(String... namesAndValues) {
    Map<String, String> environment = new HashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      environment.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return new RedisEnvironment(environment);
  }

  @Test
  void shouldNameNoStoreUnlessItIsEnabled() {
    assertThat(of("REDIS_HOST", "h").url()).isNull();
    assertThat(of("REDIS_ENABLED", "").url()).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "true", "YES", "On"})
  void shouldHaveDefaultsWhenItIsEnabled(String yes) {
    assertThat(of("REDIS_ENABLED", yes).url()).isEqualTo("redis://localhost:6379/0");
    assertThat(of("REDIS_ENABLED", yes).prefix()).isEqualTo("gunicorn");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "false", "No", "OFF"})
  void shouldNameNoStoreWhenItIsDisabled(String no) {
    assertThat(of("REDIS_ENABLED", no).url()).isNull();
  }

  @Test
  void shouldTakeAllThatIsGiven() {
    RedisEnvironment all =
        of(
            "REDIS_ENABLED", "on",
            "REDIS_HOST", "::1",
            "REDIS_PORT", "7000",
            "REDIS_DB", "3",
            "REDIS_PASSWORD", "a b@c/+?%",
            "REDIS_KEY_PREFIX", "app:1",
            "REDIS_TTL_SECONDS", "60",
            "REDIS_TTL_DISABLED", "false");
    assertThat(all.url()).isEqualTo("redis://:a%20b%40c%2F%2B%3F%25@[::1]:7000/3");
    assertThat(all.prefix()).isEqualTo("app:1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "REDIS_ENABLED=maybe",
        "REDIS_PORT=x",
        "REDIS_PORT=0",
        "REDIS_DB=-1",
        "REDIS_TTL_SECONDS=0",
        "REDIS_TTL_DISABLED=2"
      })
  void shouldRefuseWhatItDoesNotUnderstand(String variable) {
    String[] parts = variable.split("=", -1);
    assertThatThrownBy(() -> of("REDIS_ENABLED", "1", parts[0], parts[1]).url())
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(parts[0]);
  }

  @Test
  void shouldBeOverriddenByAUrlAndNameTheStoreWithoutSecretsOtherwise() {
    StoreOption option =
        new StoreOption(Map.of("REDIS_ENABLED", "1", "REDIS_PASSWORD", "hush", "REDIS_DB", "2"));
    assertThat(option.isGiven()).isTrue();
    assertThat(option.name()).isEqualTo("redis://***@localhost:6379/2");
    assertThat(option.gunicornPrefix()).isEqualTo("gunicorn");
    new CommandLine(new Holder(option)).parseArgs("--store", "memory:");
    assertThat(option.name()).isEqualTo("memory:");
    assertThat(option.gunicornPrefix()).isNull();
  }

  /** A command that has this option. */
  @Command
  private record Holder(@Mixin StoreOption store) {}
}
