package io.tallystick.fallback;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.store.MemoryStore;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Fallbacks that are registered by name. */
class NamedFallbacksTest {
  private static final NamedFallback RESTART =
      new NamedFallback(
          "restart", "severity > 0.5 and step == 'a\"b'", "restart it", Map.of("by", "\u00e9\n"));

  private final MemoryStore store = MemoryStore.open();

  @Test
  void shouldEvaluateTheConditionWhenAsked() {
    NamedFallbacks fallbacks = NamedFallbacks.of(store);
    fallbacks.register(RESTART);
    assertThat(fallbacks.evaluate("restart", Map.of("severity", 0.6, "step", "a\"b")))
        .hasValue(RESTART);
    assertThat(fallbacks.evaluate("restart", Map.of("severity", 0.5))).isEmpty();
    assertThatThrownBy(() -> fallbacks.evaluate("restart", Map.of()))
        .isInstanceOf(Condition.EvaluationException.class);
    assertThatIllegalArgumentException().isThrownBy(() -> fallbacks.evaluate("x", Map.of()));
  }

  @Test
  void shouldRefuseWhatHasNoConditionAndKeepWhatWasThere() {
    NamedFallbacks fallbacks = NamedFallbacks.of(store);
    fallbacks.register(RESTART);
    assertThatThrownBy(
            () -> fallbacks.register(new NamedFallback("restart", "severity >", "x", Map.of())))
        .isInstanceOf(Condition.SyntaxException.class);
    assertThat(fallbacks.all()).containsExactly(RESTART);
  }

  @Test
  void shouldFindWhatOthersHaveRegisteredAndPassOverWhatIsNone() {
    NamedFallbacks fallbacks = NamedFallbacks.of(store);
    NamedFallbacks.of(store).register(RESTART);
    put("bad", "{\"condition\":\"x >\"}");
    put("list", "[]");
    put("cut", "{\"condition\":\"always\"");
    put("python", "{\"name\": \"python\", \"condition\": \"always\", \"action\": \"\\u00e9\"}");
    fallbacks.load();
    assertThat(fallbacks.all())
        .extracting(NamedFallback::name)
        .containsExactly("python", "restart");
    assertThat(fallbacks.all().get(0).action()).isEqualTo("\u00e9");
    assertThat(fallbacks.all().get(1)).isEqualTo(RESTART);
    assertThat(fallbacks.unregister("restart")).isTrue();
    assertThat(fallbacks.unregister("restart")).isFalse();
    assertThat(NamedFallbacks.of(store, Set.of("x")).all()).hasSize(1);
  }

  private void put(String name, String json) {
    store.keyValues().put("fallback:definition:" + name, json.getBytes(UTF_8));
  }
}
