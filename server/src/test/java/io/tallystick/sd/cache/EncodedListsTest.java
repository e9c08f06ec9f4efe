package io.tallystick.sd.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.testing.Await;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class EncodedListsTest {
  private final EncodedLists lists = new EncodedLists();

  private EncodedList list(int number) {
    return lists.of(("[" + number + "]").getBytes(UTF_8));
  }

  @Test
  void shouldKeepOneListForEachContent() {
    EncodedList one = list(1);
    EncodedList two = list(2);
    assertThat(list(1)).isSameAs(one);
    assertThat(list(2)).isSameAs(two).isNotSameAs(one);
    assertThat(lists.size()).isEqualTo(2);
  }

  @Test
  void shouldForgetListsThatNobodyHas() throws Exception {
    List<EncodedList> held = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      EncodedList list = list(i);
      if (i < 3) {
        held.add(list);
      }
    }
    Await.until(
        "forgotten",
        () -> {
          System.gc();
          return lists.size() == 3;
        });
    assertThat(list(1)).isSameAs(held.get(1));
  }
}
