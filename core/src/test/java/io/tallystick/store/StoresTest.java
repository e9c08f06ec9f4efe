package io.tallystick.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class StoresTest {
  @Test
  void shouldKeepWhatItHasWhenABoundedStoreIsFull() {
    try (Store store = Stores.open("memory:?maxBytes=1000")) {
      store.keyValues().put("a", new byte[500]);
      assertThatThrownBy(() -> store.keyValues().put("b", new byte[500]))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("full");
      assertThat(store.keyValues().exists("a")).isTrue();
      assertThat(store.keyValues().exists("b")).isFalse();
    }
  }

  @Test
  void shouldNameTheKnownSchemesAndNoSecretWhenNoneFits() {
    assertThatThrownBy(() -> Stores.open("nosuch://user:secret@host"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("memory]")
        .hasMessageNotContaining("secret");
  }

  @Test
  void shouldHideSecretsWhenAUrlIsPrinted() {
    StoreUrl url = StoreUrl.parse("redis://u:se?cret@host:1/0?password=hush&timeout=5");
    assertThat(url).hasToString("redis://***@host:1/0?password=***&timeout=5");
    assertThat(url.option("password")).hasValue("hush");
  }
}
