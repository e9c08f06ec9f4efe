package io.tallystick.sd.generate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60) // a bomb that goes off must not hold up the build
final class YamlTextTest {
  private static JsonNode parse(String text) throws GenerationException {
    return YamlText.parse("a.yaml", text.getBytes(UTF_8));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "a | \"a\"",
        "'1' | \"1\"",
        "[1, -2, 0x1f, 017, 0b11, 1_000] | [1,-2,31,15,3,1000]",
        "[1.5, 1.5e+3, yes, no, on, off, true, False] |"
            + " [1.5,1500.0,true,false,true,false,true,false]",
        "[12e5, 1.5e3, 0o17, y] | [\"12e5\",\"1.5e3\",\"0o17\",\"y\"]",
        "[~, null, ''] | [null,null,\"\"]",
        "{b: 1, a: {c: [x]}} | {\"b\":1,\"a\":{\"c\":[\"x\"]}}",
        "[10.1.1.9:9100, db:9100] | [\"10.1.1.9:9100\",\"db:9100\"]",
        "[!!str 9100, !!int '7', !!map {a: !!seq [b]}] | [\"9100\",7,{\"a\":[\"b\"]}]",
        "[&x {a: b}, *x, *x] | [{\"a\":\"b\"},{\"a\":\"b\"},{\"a\":\"b\"}]",
        "{a: &x {b: 1, c: 2}, d: {<<: *x, c: 3}} |"
            + " {\"a\":{\"b\":1,\"c\":2},\"d\":{\"c\":3,\"b\":1}}",
        "[&x {a: 1}, &y {a: 2, b: 2}, {<<: [*x, *y]}] |"
            + " [{\"a\":1},{\"a\":2,\"b\":2},{\"a\":1,\"b\":2}]",
      })
  void shouldReadPlainData(String text, String json) throws GenerationException {
    assertThat(new String(JsonText.bytes(parse(text)), UTF_8)).isEqualTo(json);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "!!python/object/apply:os.system ['touch /tmp/x']",
        "!!python/name:os.system",
        "!!javax.script.ScriptEngineManager [!!java.net.URLClassLoader [[]]]",
        "[!local x]",
        "{a: !<tag:example.com,2026:x> {b: c}}",
        "!!set {a, b}",
        "!!binary aGVsbG8=",
        "!!omap [a: 1]",
        "!!pairs [a: 1]",
        "!x [a]"
      })
  void shouldRefuseTags(String text) {
    assertThatThrownBy(() -> parse(text))
        .isInstanceOf(GenerationException.class)
        .hasMessageMatching("(?i).*tag.*");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{a: 1, a: 2} | key is there twice: key=a line=1 column=8",
        "{1: a} | key is not text; put it in quotes",
        "{on: a} | key is not text; put it in quotes",
        "{[a]: b} | key is not text; put it in quotes",
        "[2026-11-21] | a date; put it in quotes",
        "[.inf] | not a number of JSON; put it in quotes",
        "[.nan] | not a number of JSON; put it in quotes",
        "[!!int x] | not of its type",
        "{<<: 1} | only maps can be merged",
        "{<<: [[a]]} | only maps can be merged",
        "[*none] | found undefined alias none",
        "[a | line=1",
        "[a] ] | line=1",
      })
  void shouldSayWhatIsWrong(String text, String message) {
    assertThatThrownBy(() -> parse(text))
        .isInstanceOfSatisfying(
            GenerationException.class, e -> assertThat(e.type()).isEqualTo("InvalidYaml"))
        .hasMessageStartingWith("not plain YAML: generator=a.yaml: ")
        .hasMessageContaining(message);
  }

  @Test
  void shouldRefuseASecondDocument() {
    assertThatThrownBy(() -> parse("--- [a]\n--- [b]\n"))
        .isInstanceOf(GenerationException.class)
        .hasMessageContaining("but found another document");
  }

  @Test
  void shouldHaveNoValueWhenThereIsNoDocument() throws GenerationException {
    assertThat(parse("").isMissingNode()).isTrue();
    assertThat(parse("# nothing\n").isMissingNode()).isTrue();
    assertThat(parse("---\n").isNull()).isTrue();
  }

  @Test
  void shouldRefuseBytesThatAreNotUtf8() {
    assertThatThrownBy(() -> YamlText.parse("a.yaml", new byte[] {'a', (byte) 0xff}))
        .isInstanceOf(GenerationException.class);
  }

  /** Nine lists of nine of the one before: a billion values once written out. */
  @Test
  void shouldRefuseABillionLaughs() {
    assertThatThrownBy(() -> parse(doubling("[*%1$s, *%1$s, *%1$s, *%1$s, *%1$s, *%1$s]", 12)))
        .hasMessageContaining("too much once its aliases are written out");
  }

  @Test
  void shouldRefuseABillionMerges() {
    assertThatThrownBy(() -> parse(doubling("{<<: [*%1$s, *%1$s, *%1$s, *%1$s]}", 30)))
        .hasMessageContaining("too much once its aliases are written out");
  }

  @Test
  void shouldRefuseKeysThatHoldABillionValues() {
    assertThatThrownBy(() -> parse(doubling("{? [*%1$s, *%1$s] : b}", 40)))
        .hasMessageContaining("key is not text");
  }

  private static String doubling(String line, int times) {
    StringBuilder text = new StringBuilder("a0: &a0 {k: v}\n");
    for (int i = 1; i <= times; i++) {
      text.append("a" + i + ": &a" + i + " " + String.format(line, "a" + (i - 1)) + "\n");
    }
    return text.toString();
  }

  /** Aliases, since as nodes they take no room here. */
  @Test
  void shouldRefuseMoreValuesThanAreKeptInMemory() {
    assertThatThrownBy(() -> parse("[&a b" + ", *a".repeat(Limits.YAML_NODES) + "]"))
        .hasMessageContaining("too many values: limit=1000000");
  }

  @Test
  void shouldRefuseALongTextThatAliasesRepeat() {
    String text = "[&a " + "x".repeat(100_000) + ", *a".repeat(1_000) + "]";

    assertThatThrownBy(() -> parse(text))
        .hasMessageContaining("too much once its aliases are written out");
  }

  @Test
  void shouldRefuseAListThatHoldsItself() {
    assertThatThrownBy(() -> parse("&a [*a]")).hasMessageContaining("nested too deeply");
    assertThatThrownBy(() -> parse("&a [*a, *a]")).isInstanceOf(GenerationException.class);
    assertThatThrownBy(() -> parse("&a {b: *a}")).isInstanceOf(GenerationException.class);
    assertThatThrownBy(() -> parse("&a {<<: *a}")).isInstanceOf(GenerationException.class);
  }

  @Test
  void shouldRefuseWhatIsNestedTooDeeply() {
    assertThatThrownBy(() -> parse("[".repeat(100_000))).isInstanceOf(GenerationException.class);
    assertThatThrownBy(() -> parse("- ".repeat(100_000))).isInstanceOf(GenerationException.class);
    assertThatThrownBy(() -> parse("{a: ".repeat(100_000))).isInstanceOf(GenerationException.class);
  }

  @Test
  void shouldRefuseANumberThatTakesLongToRead() {
    assertThatThrownBy(() -> parse("!!int " + "9".repeat(100_000)))
        .hasMessageContaining("number is too long");
    assertThatThrownBy(() -> parse("!!float " + "1:".repeat(50_000) + "1.0"))
        .hasMessageContaining("number is too long");
  }

  @Test
  void shouldReadAThousandGroupsThatShareTheirLabels() throws GenerationException {
    String text =
        "- {targets: ['a:1'], labels: &l {a: b}}\n"
            + "- {targets: ['b:1'], labels: *l}\n".repeat(999);

    assertThat(parse(text)).hasSize(1000);
  }

  @Test
  void shouldReadUtf8WithAByteOrderMark() throws GenerationException {
    byte[] text = "\uFEFF[é]".getBytes(StandardCharsets.UTF_8);

    assertThat(YamlText.parse("a.yaml", text).get(0).textValue()).isEqualTo("é");
  }
}
