package io.tallystick.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The names of fields in prometheus-distributed-client's stores. */
class DistributedFieldTest {
  private static String text(String suffix, Map<String, String> labels) {
    return new DistributedField(suffix, labels).text();
  }

  @Test
  void shouldSortLabelsAndEscapeAllButAsciiWhenWritten() {
    assertThat(text("_total", Map.of())).isEqualTo("_total:{}");
    assertThat(text("", Map.of("b", "2", "a", "1"))).isEqualTo(":{\"a\":\"1\",\"b\":\"2\"}");
    assertThat(text("_bucket", Map.of("path", "/", "le", "1.0")))
        .isEqualTo("_bucket:{\"le\":\"1.0\",\"path\":\"/\"}");
    assertThat(text("_sum", Map.of("a", "\u00e9\ud83d\ude00\u007f\"\\\n")))
        .isEqualTo("_sum:{\"a\":\"\\u00e9\\ud83d\\ude00\\u007f\\\"\\\\\\n\"}");
  }

  @Test
  void shouldReadWhatItWroteWhateverCharactersItHas() {
    DistributedField field =
        new DistributedField("_total", Map.of("a:b", "}:{\"", "b", "\u0000\ud83d\ude00"));
    assertThat(DistributedField.parse(field.text())).hasValue(field);
    assertThat(DistributedField.parse("_total:{\"a\": \"x\", \"b\": \"y\"}"))
        .hasValue(new DistributedField("_total", Map.of("a", "x", "b", "y")));
  }

  @Test
  void shouldGiveNothingWhenATextIsNoField() {
    List<String> others =
        List.of("", "_total", "_total:", "_total:[]", "_total:{\"a\":1}", "x:{}}");
    assertThat(others).allSatisfy(text -> assertThat(DistributedField.parse(text)).isEmpty());
    assertThat(DistributedField.parse("x:{},\"\"],[\"\",\"\",{}")).isEmpty();
  }

  @Test
  void shouldReadABoundInEachOfItsForms() {
    assertThat(DistributedField.le(1e6)).isEqualTo("1e+06");
    assertThat(DistributedField.le(1e10)).isEqualTo("1e+10");
    assertThat(DistributedField.le(Double.POSITIVE_INFINITY)).isEqualTo("+Inf");
    assertThat(DistributedField.bound("1e+010")).isEqualTo(1e10);
    assertThat(DistributedField.bound("+Inf")).isInfinite();
    assertThat(DistributedField.bound("0.25")).isEqualTo(0.25);
  }

  @Test
  void shouldNameABoundAsOlderAndNewerClientsDo() {
    String older = "_bucket:{\"a\":\"x\",\"le\":\"1.5e+010\",\"z\":\"\"}";
    String newer = "_bucket:{\"a\":\"x\",\"le\":\"1.5e+10\",\"z\":\"\"}";
    assertThat(text("_bucket", Map.of("a", "x", "z", "", "le", DistributedField.le(1.5e10))))
        .isEqualTo(newer);
    assertThat(DistributedField.newer(older)).isEqualTo(newer);
    assertThat(DistributedField.newer(newer)).isEqualTo(newer);
    assertThat(DistributedField.older(newer)).isEqualTo(older);
    assertThat(DistributedField.older(older)).isEqualTo(older);
    for (String same : List.of("1e+06", "+Inf", "0.1", "1e+16")) {
      String field = text("_bucket", Map.of("le", same));
      assertThat(DistributedField.older(field)).isEqualTo(field);
      assertThat(DistributedField.newer(field)).isEqualTo(field);
    }
    String value = text("_total", Map.of("a", "{\"le\":\"1e+010\",\"le\":\"1e+10\""));
    assertThat(DistributedField.older(value)).isEqualTo(value);
    assertThat(DistributedField.newer(value)).isEqualTo(value);
  }

  @Test
  void shouldWriteNumbersAsPythonAndReadThoseOfRedisToo() {
    assertThat(DistributedField.number(3)).isEqualTo("3.0");
    assertThat(DistributedField.number(1e16)).isEqualTo("1e+16");
    assertThat(DistributedField.value("10000000000000003")).isEqualTo(10000000000000004.0);
    assertThat(DistributedField.value("inf")).isEqualTo(Double.POSITIVE_INFINITY);
    assertThatExceptionOfType(NumberFormatException.class)
        .isThrownBy(() -> DistributedField.value("0x1"));
  }
}
