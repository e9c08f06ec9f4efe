package io.tallystick.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What an HTTP sink refuses, and that it does not show its key. */
class HttpSinkSettingsTest {
  private static final String KEY = "0123456789-secret-key";

  @Test
  void shouldRefuseAKeyWithoutShowingIt() {
    for (String key : List.of("", "secret\n", "sec ret", "secret\u00e9")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> HttpSink.datadog(key))
          .withMessage("API key is empty, or has characters that are not printable ASCII");
    }
  }

  @Test
  void shouldRefuseToSendAKeyInClearText() {
    HttpSink.Builder builder = HttpSink.datadog(KEY);
    for (String endpoint :
        List.of(
            "http://example.com",
            "ftp://localhost",
            "https:///x",
            "https://u:p@localhost",
            "https://localhost/?u:p",
            "https://localhost/#u:p")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> builder.endpoint(URI.create(endpoint)))
          .satisfies(e -> assertThat(e.getMessage()).doesNotContain("u:p").doesNotContain(KEY));
    }
    for (String endpoint :
        List.of("https://api.datadoghq.eu", "http://[::1]:1", "HTTP://localhost")) {
      assertThat(builder.endpoint(URI.create(endpoint))).isSameAs(builder);
    }
    assertThatIllegalArgumentException().isThrownBy(() -> builder.capacity(0));
    assertThatIllegalArgumentException().isThrownBy(() -> builder.batch(0));
    assertThatIllegalArgumentException().isThrownBy(() -> builder.interval(Duration.ZERO));
  }
}
