package io.tallystick.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BytesReaderTest {
  private static BytesReader reader(byte[] payload) {
    BytesWriter writer = new BytesWriter();
    writer.putInt(payload.length);
    for (byte each : payload) {
      writer.putByte(each);
    }
    writer.putByte(7);
    return new BytesReader(writer.toBytes());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "plain", "\u00e9\u4e2d\ud83d\ude00", "a replacement \ufffd of its own"})
  void shouldReadATextAndNoByteMore(String text) {
    BytesReader reader = reader(text.getBytes(UTF_8));
    assertThat(reader.getText()).isEqualTo(text);
    assertThat(reader.getByte()).isEqualTo(7);
    reader.requireEnd();
  }

  @Test
  void shouldRefuseATextThatIsNotUtf8() {
    byte[] bytes = "\ufffd and more".getBytes(UTF_8);
    bytes[4] = (byte) 0xc3;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> reader(bytes).getText())
        .withMessage("text is not in UTF-8");
  }

  @Test
  void shouldRefuseASizeForWhoseElementsThereAreNoBytes() {
    byte[] bytes = {2, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    assertThat(new BytesReader(bytes).getSize(7)).isEqualTo(2);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BytesReader(bytes).getSize(8))
        .withMessage("size is beyond the end: size=2 left=15");
    bytes[3] = -1;
    assertThatIllegalArgumentException().isThrownBy(() -> new BytesReader(bytes).getSize(1));
  }
}
