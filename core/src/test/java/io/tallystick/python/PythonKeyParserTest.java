package io.tallystick.python;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.shm.CorruptFileException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PythonKeyParserTest {
  private static final PythonKey FULL =
      new PythonKey(
          "http",
          "http_total",
          List.of("path", "status"),
          List.of("/\"é\"\\\n", "200😀"),
          "Requests, [served] {all}: \u0007.");

  @Test
  void shouldReadWhatIsWrittenWhenItHasEveryKindOfCharacter() throws Exception {
    assertThat(parse(FULL.toJson())).isEqualTo(FULL);
  }

  @Test
  void shouldReadTheDefaultFormWhenItIsAsPythonWritesIt() throws Exception {
    PythonKey key = parse("['a', 'a_total', {'l': 'v', 'm': ''}, 'Help.']");

    assertThat(key)
        .isEqualTo(new PythonKey("a", "a_total", List.of("l", "m"), List.of("v", ""), "Help."));
  }

  @Test
  void shouldReadTheSameWhenSpacesAreElsewhere() throws Exception {
    assertThat(parse(" [\t'a'\n,'a',{ 'l'\r:'v' } , '' ] \n"))
        .isEqualTo(parse("['a','a',{'l':'v'},'']"));
  }

  @Test
  void shouldSortLabelsWhenTheyAreInAnotherOrder() throws Exception {
    PythonKey key = parse("['a','a',{'z':'1','b':'2','m':'3','a':'4','y':'5'},'']");

    assertThat(key.labelNames()).containsExactly("a", "b", "m", "y", "z");
    assertThat(key.labelValues()).containsExactly("4", "2", "3", "5", "1");
  }

  @Test
  void shouldReadEveryEscapeWhenThereIsOne() throws Exception {
    PythonKey key =
        parse("['\\'\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\uD83D\\uDE00\\ud800x','',{},'']");

    assertThat(key.family()).isEqualTo("\"\\/\b\f\n\r\tAé😀\ud800x");
  }

  @Test
  void shouldReadTextThatIsNotEscapedWhenItIsUtf8() throws Exception {
    assertThat(parse("['é😀\u2028\u007f','',{},'']").family()).isEqualTo("é😀\u2028\u007f");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "null",
        "{}",
        "[]",
        "['a']",
        "['a','a',{}]",
        "['a','a',{},'',]",
        "['a','a',{},'','']",
        "['a','a',{},''",
        "['a','a',{},'']]",
        "['a','a',{},'']x",
        "['a','a',{},'']\0",
        "['a','a',{},null]",
        "['a','a',{},1]",
        "['a','a',null,'']",
        "['a','a',[],'']",
        "['a',null,{},'']",
        "[['a'],'a',{},'']",
        "['a','a',{'l':1},'']",
        "['a','a',{'l':{}},'']",
        "['a','a',{'l'},'']",
        "['a','a',{'l':'v',},'']",
        "['a','a',{,'l':'v'},'']",
        "['a','a',{'l':'v' 'm':'w'},'']",
        "['a','a',{l:'v'},'']",
        "['a','a',{'l':'v','l':'v'},'']",
        "['a','a',{'m':'1','l':'2','m':'3'},'']",
        "['a','a',{'l':'1','\\u006c':'2'},'']",
        "['a' 'a',{},'']",
        "['a','a',{},'\\x']",
        "['a','a',{},'\\u12']",
        "['a','a',{},'\\u12g4']",
        "['a','a',{},'\\u+123']",
        "['a','a',{},'\\u１２３４']",
        "['a','a',{},'\\",
        "['a','a',{},'\\u",
        "['a','a',{},'\n']",
        "['a','a',{},'\0']",
        "['a','a',{},'\u001f']",
        "['a','a',{},'",
        "['a','a',{}/**/,'']",
        "\ufeff['a','a',{},'']",
        "\u00a0['a','a',{},'']",
      })
  void shouldRefuseWhenTheShapeIsAnother(String json) {
    assertThatThrownBy(() -> parse(json))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageStartingWith("key is no JSON of its shape: ");
  }

  @Test
  void shouldRefuseWhenItIsNotUtf8() {
    byte[] overlong = "[\"\u00c0\u0080\",\"\",{},\"\"]".getBytes(StandardCharsets.ISO_8859_1);
    byte[] cut = "[\"\u00e2\u0082\",\"\",{},\"\"]".getBytes(StandardCharsets.ISO_8859_1);
    byte[] surrogate =
        "[\"\u00ed\u00a0\u0080\",\"\",{},\"\"]".getBytes(StandardCharsets.ISO_8859_1);

    for (byte[] bad : List.of(overlong, cut, surrogate)) {
      assertThatThrownBy(() -> PythonKeyParser.parse(bad))
          .isInstanceOf(CorruptFileException.class)
          .hasMessageStartingWith("key is not UTF-8");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"[", "{", "[{", "['a','a',{'l':[", "['a','a',{'l':{'l':"})
  void shouldNotOverflowTheStackWhenNestingIsDeep(String nesting) {
    String json = nesting.repeat(1_000_000 / nesting.length());

    assertThatThrownBy(() -> parse(json)).isInstanceOf(CorruptFileException.class);
  }

  @Test
  void shouldThrowNothingElseWhenBytesAreAnything() {
    byte[] good = FULL.toJson().getBytes(UTF_8);
    byte[] interesting = "[]{}\",:\\u0019abfnrt/ \n\0\u0080é".getBytes(UTF_8);
    SplittableRandom random = new SplittableRandom(7);
    int read = 0;
    for (int i = 0; i < 200_000; i++) {
      byte[] bytes =
          java.util.Arrays.copyOf(
              good, random.nextInt(8) == 0 ? random.nextInt(good.length) : good.length);
      for (int j = random.nextInt(4); j >= 0 && bytes.length > 0; j--) {
        bytes[random.nextInt(bytes.length)] = interesting[random.nextInt(interesting.length)];
      }
      try {
        PythonKeyParser.parse(bytes);
        read++;
      } catch (CorruptFileException e) {
        assertThat(e.getMessage()).startsWith("key is no");
      }
    }
    assertThat(read).isBetween(1_000, 199_000);
  }

  private static PythonKey parse(String json) throws CorruptFileException {
    return PythonKeyParser.parse(json.replace('\'', '"').getBytes(UTF_8));
  }
}
