package io.tallystick.agent.attached;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AgentOptionsTest {
  @Test
  void shouldTakeTheDefaultsWhenThereAreNone() {
    assertThat(AgentOptions.parse("")).isEqualTo(new AgentOptions(null, 9400, true));
  }

  @Test
  void shouldTakeAllOptionsInAnyOrder() {
    assertThat(AgentOptions.parse("jvm=false,port=0,dir=/dev/shm/a=b"))
        .isEqualTo(new AgentOptions(Path.of("/dev/shm/a=b"), 0, false));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "dir",
        "dir=",
        "port=",
        "port=x",
        "port=-1",
        "port=65536",
        "jvm=yes",
        "Dir=/a",
        "a=b",
        ",",
        "port=1,"
      })
  void shouldSayWhatIsExpectedWhenAnOptionIsBad(String options) {
    assertThatThrownBy(() -> AgentOptions.parse(options))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("bad option: ")
        .hasMessageContaining("expected=dir=<directory>,port=<port>,jvm=<true|false>");
  }
}
