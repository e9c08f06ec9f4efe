package io.tallystick.sd.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ContentRulesTest {
  private static List<TargetGroup> groups(String json) throws GenerationException {
    return ContentRules.groups(
        "a.json", JsonText.parse("a.json", json.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void shouldTakeTargetsAndLabelsInTheirOrder() throws GenerationException {
    List<TargetGroup> groups =
        groups(
            "[{\"labels\":{\"z\":\"1\",\"a\":\"\"},\"targets\":[\"b:1\",\"a:2\"]},{\"targets\":[]}]");

    assertThat(groups)
        .containsExactly(
            new TargetGroup(List.of("b:1", "a:2"), Map.of("z", "1", "a", "")),
            new TargetGroup(List.of(), Map.of()));
    assertThat(groups.get(0).labels().keySet()).containsExactly("z", "a");
  }

  @Test
  void shouldAppendAValueThatIsNotAList() throws GenerationException {
    assertThat(groups("{\"targets\":[\"b:1\"],\"labels\":null,\"more\":1}"))
        .containsExactly(new TargetGroup(List.of("b:1"), Map.of()));
  }

  @Test
  void shouldTakeAnEmptyList() throws GenerationException {
    assertThat(groups("[]")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.1.1.9:9100",
        "db-1.example.com:65535",
        "[2001:db8::1]:9100",
        "mysql:db1:3306",
        "example.com:443/health",
        "https://example.com/health?deep=1",
        "https://example.com"
      })
  void shouldTakeATargetWithAPortOrAUrl(String target) throws GenerationException {
    assertThat(groups("[{\"targets\":[\"" + target + "\"]}]").get(0).targets())
        .containsExactly(target);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "192.168.19.5",
        "",
        ":9100",
        "host:",
        "host:http",
        "host: 9100",
        "a host:9100",
        "host:0",
        "host:65536",
        "host:999999",
        "2001:db8::1:9100",
        "[2001:db8::1]",
        "https://",
        "example.com/health"
      })
  void shouldRefuseATargetWithoutHostAndPort(String target) {
    assertThatThrownBy(() -> groups("[{\"targets\":[\"a:1\",\"" + target + "\"]}]"))
        .isInstanceOf(GenerationException.class)
        .hasMessageContaining("generator=a.json at=$[0].targets[1] value=\"" + target + "\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "7 | group is not a map with targets and labels: generator=a.json at=$ value=7",
        "[{\"targets\":[]},7] | group is not a map with targets and labels: generator=a.json"
            + " at=$[1] value=7",
        "[[]] | group is not a map with targets and labels: generator=a.json at=$[0] value=[]",
        "[{\"labels\":{}}] | group has no targets: generator=a.json at=$[0]",
        "[{\"targets\":\"a:1\"}] | targets are not a list: generator=a.json at=$[0].targets"
            + " value=\"a:1\"",
        "[{\"targets\":null}] | targets are not a list: generator=a.json at=$[0].targets"
            + " value=null",
        "[{\"targets\":[9100]}] | target is not text: generator=a.json at=$[0].targets[0]"
            + " value=9100",
        "[{\"targets\":[null]}] | target is not text: generator=a.json at=$[0].targets[0]"
            + " value=null",
        "[{\"targets\":[],\"labels\":[\"a\"]}] | labels are not a map: generator=a.json"
            + " at=$[0].labels value=[\"a\"]",
        "[{\"targets\":[],\"labels\":{\"env\":1}}] | label's value is not text: generator=a.json"
            + " at=$[0].labels.env value=1",
        "[{\"targets\":[],\"labels\":{\"env\":true}}] | label's value is not text: generator=a.json"
            + " at=$[0].labels.env value=true",
        "[{\"targets\":[],\"labels\":{\"env\":null}}] | label's value is not text: generator=a.json"
            + " at=$[0].labels.env value=null",
        "[{\"targets\":[],\"labels\":{\"env\":{}}}] | label's value is not text: generator=a.json"
            + " at=$[0].labels.env value={}",
        "[{\"targets\":[],\"labels\":{\"\":\"x\"}}] | label has no name: generator=a.json"
            + " at=$[0].labels value=\"x\"",
      })
  void shouldSayWhichGeneratorAndWhereWhenAValueIsNotOfTheRules(String json, String message) {
    assertThatThrownBy(() -> groups(json))
        .isInstanceOfSatisfying(
            GenerationException.class,
            e -> {
              assertThat(e.message()).isEqualTo(message);
              assertThat(e.type()).isEqualTo("InvalidContent");
              assertThat(e.generator()).isEqualTo("a.json");
            });
  }

  @Test
  void shouldCutWhatItShowsOfAValue() {
    assertThatThrownBy(() -> groups("[{\"targets\":[\"" + "x".repeat(10_000) + "\"]}]"))
        .message()
        .hasSizeLessThan(300);
  }
}
