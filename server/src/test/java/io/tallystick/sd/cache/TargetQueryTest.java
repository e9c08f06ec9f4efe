package io.tallystick.sd.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class TargetQueryTest {
  private static final int MOST_BYTES = 1_024 - "status:".length();

  private static String key(String path, String... arguments) {
    Map<String, String> map = new LinkedHashMap<>();
    for (int i = 0; i < arguments.length; i += 2) {
      map.put(arguments[i], arguments[i + 1]);
    }
    return new TargetQuery(path, map).key();
  }

  @Test
  void shouldBeDecodedPathAndQueryStringWithAQuestionMark() {
    assertThat(key("svc", "env", "prod")).isEqualTo("/targets/svc?env=prod");
    assertThat(key("svc")).isEqualTo("/targets/svc?");
    assertThat(key("")).isEqualTo("/targets?");
    assertThat(key("a b/ü.json", "x", "")).isEqualTo("/targets/a b/ü.json?x=");
  }

  @Test
  void shouldBeTheSameWhateverTheOrderOfArguments() {
    assertThat(key("svc", "b", "2", "a", "1")).isEqualTo("/targets/svc?a=1&b=2");
    assertThat(key("svc", "a", "1", "b", "2")).isEqualTo("/targets/svc?a=1&b=2");
  }

  @Test
  void shouldNotBeThatOfOtherArgumentsWhenTheseHaveSeparators() {
    Set<String> keys = new HashSet<>();
    keys.add(key("svc", "a", "1&b=2"));
    keys.add(key("svc", "a", "1", "b", "2"));
    keys.add(key("svc?a=1", "b", "2"));
    keys.add(key("svc", "a=1&b", "2"));
    assertThat(keys).hasSize(4);
  }

  @Test
  void shouldFitIntoEveryStoreHoweverLongAPathOrArgumentIs() {
    Set<String> keys = new HashSet<>();
    for (String text : new String[] {"x".repeat(2_000), "€".repeat(2_000), "😀".repeat(2_000)}) {
      for (String last : new String[] {"1", "2"}) {
        String ofPath = key(text + last);
        String ofArgument = key("svc", "a", text + last);
        assertThat(ofPath.getBytes(UTF_8)).hasSizeLessThan(MOST_BYTES);
        assertThat(ofArgument.getBytes(UTF_8)).hasSizeLessThan(MOST_BYTES);
        assertThat(UTF_8.newEncoder().canEncode(ofPath)).isTrue();
        assertThat(keys.add(ofPath) && keys.add(ofArgument)).isTrue();
      }
    }
    assertThat(key("x".repeat(800))).isEqualTo("/targets/" + "x".repeat(800) + "?");
  }
}
