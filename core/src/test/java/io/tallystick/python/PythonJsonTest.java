package io.tallystick.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PythonJsonTest {
  @Test
  void shouldEscapeAsJsonDumpsDoesWhenCharactersAreSpecial() {
    String special = "\"\\/\b\f\n\r\t\0\u001f ~\u007f<>&é\u2028\uffff😀\ud800";

    assertThat(PythonJson.dumps(special))
        .isEqualTo(
            "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f ~\\u007f<>&\\u00e9\\u2028\\uffff"
                + "\\ud83d\\ude00\\ud800\"");
  }

  @Test
  void shouldSortKeysByCodePointWhenUtf16WouldSortThemOtherwise() {
    Map<String, String> map = Map.of("😀", "4", "\uffff", "3", "a", "1", "z", "2", "", "0");

    assertThat(PythonJson.dumpsCompact(map))
        .isEqualTo(
            "{\"\":\"0\",\"a\":\"1\",\"z\":\"2\",\"\\uffff\":\"3\",\"\\ud83d\\ude00\":\"4\"}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "a ab",
        "ab b",
        "z é",
        "\uffff 😀",
        "\ue000 😀",
        "😀 😁",
        "x\uffff x😀",
        "\ud800 😀",
        "\ud83dz 😀",
        "\ud83d\ue000 😀",
      })
  void shouldCompareAsPythonDoesWhenOneIsLess(String less, String more) {
    assertThat(PythonJson.compareCodePoints(less, more)).isNegative();
    assertThat(PythonJson.compareCodePoints(more, less)).isPositive();
    assertThat(PythonJson.compareCodePoints(less, less)).isZero();
  }

  @Test
  void shouldSeparateAsPythonDoesWhenNotCompact() {
    Object value = Arrays.asList("a", Map.of("b", 1, "a", 2.5), List.of(), Map.of(), null, true);

    assertThat(PythonJson.dumps(value))
        .isEqualTo("[\"a\", {\"a\": 2.5, \"b\": 1}, [], {}, null, true]");
    assertThat(PythonJson.dumpsCompact(value))
        .isEqualTo("[\"a\",{\"a\":2.5,\"b\":1},[],{},null,true]");
  }

  @Test
  void shouldWriteFloatsAsReprAndOthersAsJavaScriptWhenTheyAreNotFinite() {
    List<Double> floats =
        List.of(1.0, 1e16, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY);

    assertThat(PythonJson.dumpsCompact(floats)).isEqualTo("[1.0,1e+16,NaN,Infinity,-Infinity]");
  }

  @Test
  void shouldRefuseWhenThereIsNoJsonForAType() {
    assertThatThrownBy(() -> PythonJson.dumps(new Object()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("type=");
  }
}
