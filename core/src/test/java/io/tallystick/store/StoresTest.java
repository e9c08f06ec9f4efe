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
  void shouldTakeAStoreToBeThereWhenItsProviderMakesNone() {
    try (Store store = Stores.openExisting("memory:").orElseThrow()) {
      store.ping();
    }
  }

  @Test
  void shouldHideSecretsWhenAUrlIsPrinted() {
    StoreUrl url = StoreUrl.parse("redis://u:se?cret@host:1/0?password=hush&timeout=5");
    assertThat(url).hasToString("redis://***@host:1/0?password=***&timeout=5");
    assertThat(url.option("password")).hasValue("hush");
  }

  @Test
  void shouldFindOptionsWhenTheyHaveAnAtSign() {
    StoreUrl url = StoreUrl.parse("redis://host:1/0?password=a@b&timeout=5");
    assertThat(url.location()).isEqualTo("//host:1/0");
    assertThat(url.option("password")).hasValue("a@b");
    assertThat(url.option("timeout")).hasValue("5");
    assertThat(StoreUrl.parse("sqlite:/at@home/x.db?mode=a@b").location())
        .isEqualTo("/at@home/x.db");
  }

  @Test
  void shouldHideLoginsThatAreNotWrittenAsTheyShouldBe() {
    assertThat(StoreUrl.parse("redis://u:hu/sh@host/0")).hasToString("redis://***@host/0");
    assertThat(StoreUrl.parse("redis://u:hu/s?h=x@host/0")).hasToString("redis://***");
    assertThatThrownBy(() -> StoreUrl.parse("redis://u:hu/s?hush@host/0?timeout=5"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("hush");
  }

  @Test
  void shouldOpenTwoWhenACommaAndAKnownSchemeFollow() {
    try (Store two = Stores.open("memory:?maxBytes=1000000, memory:");
        Store said = Stores.open("fallback:memory:,memory:")) {
      assertThat(two.stats().backend()).isEqualTo("fallback to memory");
      assertThat(said.stats().backend()).isEqualTo("fallback to memory");
    }
    assertThat(Stores.split("redis+sentinel://a:1,b:2/0 , memory:"))
        .containsExactly("redis+sentinel://a:1,b:2/0", "memory:");
    assertThatThrownBy(() -> Stores.open("fallback:memory:"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(Stores.withoutSecrets("memory://u:secret@h?password=b,memory:?maxBytes=1"))
        .isEqualTo("memory://***@h?password=***, memory:?maxBytes=1");
  }
}
