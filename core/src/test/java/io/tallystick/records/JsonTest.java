package io.tallystick.records;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** JSON of records. */
class JsonTest {
  @Test
  void shouldReadWhatItWrites() {
    Map<String, @Nullable Object> value = new LinkedHashMap<>();
    value.put("\u0000\"\\/\b\f\n\r\t\u007f\u00e9\u20ac\ud83d\ude00\udc00", "\uffff");
    value.put(
        "numbers",
        Arrays.asList(
            0L,
            -1L,
            Long.MIN_VALUE,
            Long.MAX_VALUE,
            new BigInteger("99999999999999999999"),
            0.1,
            -0.0,
            1e308,
            Double.MIN_VALUE,
            3.0,
            1e15,
            123456789012345680.0,
            Double.NaN,
            Double.POSITIVE_INFINITY,
            Double.NEGATIVE_INFINITY));
    value.put("others", Arrays.asList(true, false, null, List.of(), Map.of()));
    String json = new JsonWriter().value(value).toString();
    assertThat(json).isASCII().contains("\\u00e9\\u20ac\\ud83d\\ude00");
    assertThat(JsonReader.read(json)).isEqualTo(value);
  }

  @Test
  void shouldWriteTheShortestDecimalsThatAreReadAsTheSameNumbers() {
    Map<Double, String> texts =
        Map.of(
            0.1,
            "0.1",
            -0.001,
            "-0.001",
            12345678.25,
            "12345678.25",
            7.0,
            "7.0",
            -40.05,
            "-40.05",
            999999999999.999,
            "999999999999.999",
            1e14,
            "100000000000000.0",
            0.0005,
            "5.0E-4");
    texts.forEach((value, text) -> assertThat(new JsonWriter().number(value)).hasToString(text));
    Random random = new Random(5);
    for (int i = 0; i < 20_000; i++) {
      double decimal =
          random.nextLong(4_000_000_000_000_000L) / (double) (1L << random.nextInt(40));
      double value = i % 2 == 0 ? Math.rint(decimal) / 1_000 : decimal;
      String text = new JsonWriter().number(-value).toString();
      assertThat(Double.parseDouble(text)).isEqualTo(-value);
      assertThat(new BigDecimal(text)).isEqualByComparingTo(Double.toString(-value));
    }
  }

  @Test
  void shouldTellWhereATextIsNoJson() {
    for (String bad :
        new String[] {
          "",
          "{",
          "[1,]",
          "{\"a\":}",
          "{\"a\" 1}",
          "{a:1}",
          "01x",
          "1.2.3",
          "-",
          "tru",
          "\"a",
          "\"\\x\"",
          "\"\\u12g4\"",
          "1 2",
          "[1",
          "nul",
          "+",
          "{\"a\":1,}"
        }) {
      assertThatIllegalArgumentException().as(bad).isThrownBy(() -> JsonReader.read(bad));
    }
    assertThatIllegalArgumentException().isThrownBy(() -> JsonReader.read("[".repeat(100_000)));
    assertThatIllegalArgumentException().isThrownBy(() -> JsonReader.read("9".repeat(4_301)));
    assertThatIllegalArgumentException().isThrownBy(() -> JsonReader.object("[]".getBytes(UTF_8)));
  }

  @Test
  void shouldEndWhateverBytesItReads() {
    Random random = new Random(1);
    String legal = "{\"id\":\"a\",\"values\":[{\"value\":-1.5e3,\"tags\":{}}],\"b\":[null,NaN]}";
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder(legal);
      for (int j = random.nextInt(3); j >= 0; j--) {
        text.setCharAt(random.nextInt(text.length()), (char) (' ' + random.nextInt(95)));
      }
      try {
        Object unused = JsonReader.read(text.toString());
      } catch (IllegalArgumentException e) {
        assertThat(e).hasMessageNotContaining("null");
      }
    }
  }

  @Test
  void shouldRefuseValuesThatAreNotOfJson() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Sample(RecordsContract.NOON, 1, Map.of("a", new Object())))
        .withMessageContaining("java.lang.Object");
  }
}
