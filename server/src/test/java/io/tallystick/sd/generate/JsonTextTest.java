package io.tallystick.sd.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonTextTest {
  private static JsonNode parse(String text) throws GenerationException {
    return JsonText.parse("a.json", text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void shouldKeepNumbersAndOrderAsTheyWereWritten() throws GenerationException {
    String text = "{\"z\":1.10,\"a\":[1E+400,12345678901234567890,\"\\u00e9\"]}";

    assertThat(new String(JsonText.bytes(parse(text)), StandardCharsets.UTF_8))
        .isEqualTo("{\"z\":1.10,\"a\":[1E+400,12345678901234567890,\"é\"]}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[",
        "[{\"targets\":[\"a:1\"]},",
        "{\"targets\":[\"a:1\"]",
        "[] []",
        "[]x",
        "[1,]",
        "{'a':1}",
        "NaN",
        "// x",
        "{\"a\":1,\"a\":2}",
        "[{\"labels\":{\"a\":\"1\",\"a\":\"1\"}}]",
        "\"\n\""
      })
  void shouldRefuseWhatIsNotOneWholeValue(String text) {
    assertThatThrownBy(() -> parse(text))
        .isInstanceOfSatisfying(
            GenerationException.class, e -> assertThat(e.type()).isEqualTo("InvalidJson"))
        .hasMessageStartingWith("not JSON: generator=a.json: ");
  }

  @Test
  void shouldSayWhereItIsWrong() {
    assertThatThrownBy(() -> parse("[\n  x]")).hasMessageEndingWith(" line=2 column=3");
  }

  @Test
  void shouldRefuseBytesThatAreNotUtf8() {
    assertThatThrownBy(() -> JsonText.parse("a.json", new byte[] {'"', (byte) 0xff, '"'}))
        .isInstanceOf(GenerationException.class);
  }

  @Test
  void shouldHaveNoValueWhenThereIsNoText() throws GenerationException {
    assertThat(parse("").isMissingNode()).isTrue();
    assertThat(parse(" \n").isMissingNode()).isTrue();
  }

  @Test
  void shouldRefuseWhatIsNestedTooDeeplyOrTooLong() throws GenerationException {
    assertThat(parse("[".repeat(100) + "]".repeat(100)).isArray()).isTrue();
    assertThatThrownBy(() -> parse("[".repeat(101) + "]".repeat(101)))
        .isInstanceOf(GenerationException.class);
    assertThatThrownBy(() -> parse("[".repeat(1_000_000))).isInstanceOf(GenerationException.class);
    assertThatThrownBy(() -> parse("9".repeat(1_000_000))).isInstanceOf(GenerationException.class);
  }
}
