package io.tallystick.fallback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tallystick.fallback.Condition.SyntaxException;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said of texts that are no conditions. */
class ConditionSyntaxTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``|0|Expected value or '(' at position 0",
        "`   `|3|Expected value or '(' at position 3",
        "severity|8|Expected comparison operator at position 8",
        "severity >=|11|Expected value at position 11",
        ">= 1|0|Expected value or '(' at position 0",
        "1 == and|5|Expected value at position 5",
        "1 == 1 and|10|Expected value or '(' at position 10",
        "or 1 == 1|0|Expected value or '(' at position 0",
        "(1 == 1|7|Expected ')' at position 7",
        "1 == 1)|6|Expected 'and', 'or' or the end at position 6",
        "()|1|Expected value or '(' at position 1",
        "(1) == 1|2|Expected comparison operator at position 2",
        "1 < 2 < 3|6|Expected 'and', 'or' or the end at position 6",
        "1 == 1 1 == 1|7|Expected 'and', 'or' or the end at position 7",
        "1.2.3 == 1|3|Expected comparison operator at position 3",
        "1. == 1|1|Unexpected character '.' at position 1",
        "severity == -1|12|Unexpected character '-' at position 12",
        "1 == 1 && 1 == 1|7|Unexpected character '&' at position 7",
        "1 == \u0663|5|Unexpected character '\u0663' at position 5",
        "1 == \ud83d\ude00|5|Unexpected character '\ud83d\ude00' at position 5",
        "step == '\ud83d\ude00' & 1|12|Unexpected character '&' at position 12",
        "step == '\ud83d\ude00' = 1|12|Invalid operator at position 12:"
            + " use >=, <=, >, <, ==, or !=",
        "step == '\ud83d\ude00' and|15|Expected value or '(' at position 15",
        "'\ud83d\ude00' == '|7|Unterminated string at position 7",
        "'\ud83d\ude00' == x|7|Variable 'x' not allowed."
            + " Allowed: confidence, duration, recurrence_count, severity, step",
        "severity = 1|9|Invalid operator at position 9: use >=, <=, >, <, ==, or !=",
        "severity ! 1|9|Invalid operator at position 9: use >=, <=, >, <, ==, or !=",
        "severity => 1|9|Invalid operator at position 9: use >=, <=, >, <, ==, or !=",
        "severity === 1|11|Invalid operator at position 11: use >=, <=, >, <, ==, or !=",
        "severity <> 1|10|Expected value at position 10",
        "step == \"deploy|8|Unterminated string at position 8",
        "step == 'it''|12|Unterminated string at position 12",
        "step == 'deploy\"|8|Unterminated string at position 8",
        "x > 1|0|Variable 'x' not allowed."
            + " Allowed: confidence, duration, recurrence_count, severity, step",
        "1 > 2 or Severity > 1|9|Variable 'Severity' not allowed."
            + " Allowed: confidence, duration, recurrence_count, severity, step",
        "1 == 1 AND 1 == 1|7|Variable 'AND' not allowed."
            + " Allowed: confidence, duration, recurrence_count, severity, step",
        "always or 1 == 1|0|Variable 'always' not allowed."
            + " Allowed: confidence, duration, recurrence_count, severity, step",
      })
  void shouldSayWhatIsWrongAndWhere(String text, int position, String message) {
    SyntaxException e = refused(text);
    assertThat(e).hasMessage(message);
    assertThat(e.position()).isEqualTo(position);
  }

  @Test
  void shouldShowControlCharactersAsTheirCodes() {
    assertThat(refused("1 == \u0000")).hasMessage("Unexpected character '\\u0000' at position 5");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "__import__('os').system('id')",
        "java.lang.Runtime.getRuntime().exec('id')",
        "severity.getClass() == 1",
        "eval('1')",
        "T(java.lang.System).exit(1) == 1",
        "${jndi:ldap://localhost/a} == 1",
        "#{severity} == 1",
        "lambda: 1",
        "severity >= 0; exit",
        "severity >= 0 # and more",
        "severity >= 0 -- and more",
        "severity[0] == 1",
        "`id` == 1",
        "1 == 1 \n; import os",
        "severity >= (lambda: 0)()",
        "step == 'a' + 'b'",
        "not severity",
        "True",
        "1e9 == 1",
        "0x10 == 16"
      })
  void shouldRefuseWhatReachesForMore(String text) {
    assertThatThrownBy(() -> Condition.parse(text)).isInstanceOf(SyntaxException.class);
  }

  @Test
  void shouldTakeFiftyTokensAndNoMore() {
    String fortySeven = "1 == 1" + " and 1 == 1".repeat(11);
    assertThat(Condition.parse("(" + fortySeven + ")").test(Map.of())).isTrue();
    SyntaxException e = refused("((" + fortySeven + "))");
    assertThat(e).hasMessage("Expression too complex (51 tokens > 50 max)");
    assertThat(e.position()).isEqualTo(fortySeven.length() + 3);
  }

  @Test
  void shouldRefuseWhatIsNestedBeyondTheCapWhateverItsLength() {
    SyntaxException e = refused("(".repeat(100_000));
    assertThat(e).hasMessage("Expression too complex (100000 tokens > 50 max)");
    assertThat(e.position()).isEqualTo(50);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "and", "or", "always", "ALWAYS", "2x", "a-b", "a b", "ä", "a.b"})
  void shouldRefuseVariablesThatNoConditionCouldName(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Condition.parse("1 == 1", Set.of(name)))
        .withMessage("not a name for a variable: name=" + name);
  }

  private static SyntaxException refused(String text) {
    return catchThrowableOfType(SyntaxException.class, () -> Condition.parse(text));
  }
}
