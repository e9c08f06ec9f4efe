package io.tallystick.jmh.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The arguments of {@code jmh/load}. */
class LoadTest {
  private static final String URL = "http://localhost:9100/metrics";

  @Test
  void shouldTakeItsOptionsInAnyOrder() {
    Load.Request request =
        Load.Request.parse(URL, "--rate=500", "--connections=8", "--seconds=3").orElseThrow();

    assertThat(request.uri()).isEqualTo(URI.create(URL));
    assertThat(request.options())
        .containsEntry("rate", 500)
        .containsEntry("connections", 8)
        .containsEntry("seconds", 3)
        .containsEntry("warm-up", 0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "--seconds=3",
        "localhost:9100",
        "https://localhost/",
        "http://localhost/[",
        URL + " --conections=8",
        URL + " --rate=fast",
        URL + " --rate",
        URL + " --connections=0",
        URL + " --connections=10001",
        URL + " --connections=-1",
        URL + " --connections=",
        URL + " --connections=8 --connections=9",
        URL + " --seconds=0",
        URL + " --seconds=86401",
        URL + " --seconds=9999999999",
        URL + " --rate=-1",
        URL + " --rate=10000001",
        URL + " --warm-up=86401",
        URL + " " + URL
      })
  void shouldRefuseWhatItWouldOtherwisePassOver(String arguments) {
    assertThat(Load.Request.parse(arguments.split(" ", -1))).isEmpty();
  }
}
