package io.tallystick.fallback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.fallback.Condition.EvaluationException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What conditions mean. */
class ConditionTest {
  private static final Map<String, Object> CONTEXT =
      Map.of("severity", 0.8, "recurrence_count", 3, "confidence", 1.0f, "step", "deploy");

  @ParameterizedTest
  @ValueSource(strings = {"always", "ALWAYS", "Always", "  always\t\n"})
  void shouldHoldWithoutVariablesWhenItIsAlways(String text) {
    assertThat(Condition.parse(text).test(Map.of())).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "severity >= 0.8, true", "severity >= 0.81, false",
    "severity <= 0.8, true", "severity <= 0.79, false",
    "severity == 0.8, true", "severity == 0.9, false",
    "severity != 0.8, false", "severity != 0.9, true",
    "severity > 0.79, true", "severity > 0.8, false",
    "severity < 0.81, true", "severity < 0.8, false",
    "recurrence_count == 3, true", "3 == recurrence_count, true",
    "confidence == 1, true", "recurrence_count > confidence, true",
    "1 < 2, true", "2 < 1, false"
  })
  void shouldCompareNumbersWithEachOperator(String text, boolean expected) {
    assertThat(holds(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "step == \"deploy\", true",
    "step == \"Deploy\", false",
    "step != \"build\", true",
    "step >= \"deploy\", true",
    "step <= \"deplox\", false",
    "step > \"build\", true",
    "step < \"deploy2\", true",
    "\"a\" < \"b\", true",
    "\"\" < \"a\", true",
    "\"\" == \"\", true"
  })
  void shouldCompareTextsWithEachOperator(String text, boolean expected) {
    assertThat(holds(text)).isEqualTo(expected);
    assertThat(holds(text.replace('"', '\''))).isEqualTo(expected);
  }

  @Test
  void shouldCompareTextsByCodePointWhenTheyAreBeyondTheBasicPlane() {
    assertThat(holds("'\uffff' < '\ud83d\ude00'")).isTrue();
    assertThat(holds("'\ud83d\ude00' > '\uffff'")).isTrue();
    assertThat(holds("'\ud83d\ude00' < '\ud83d\ude01'")).isTrue();
    assertThat(holds("'\ud83d\ude00' == '\ud83d\ude00'")).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "1 == 1 or 1 == 2 and 1 == 2, true", // and before or
    "1 == 2 and 1 == 2 or 1 == 1, true",
    "(1 == 1 or 1 == 2) and 1 == 2, false",
    "1 == 2 and (1 == 2 or 1 == 1), false",
    "1 == 1 and 1 == 1 and 1 == 2, false",
    "1 == 2 or 1 == 2 or 1 == 1, true",
    "((((1 == 1)))), true",
    "severity >= 0.8 and recurrence_count >= 2, true",
    "recurrence_count >= 4 or severity >= 0.9, false"
  })
  void shouldTakeAndBeforeOrAndWhatIsInParenthesesFirst(String text, boolean expected) {
    assertThat(holds(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "007, 7", "0.5, 0.5", ".5, 0.5", "12.25, 12.25", "1000000, 1000000"})
  void shouldReadLiteralNumbers(String literal, double expected) {
    assertThat(Condition.parse("severity == " + literal).test(Map.of("severity", expected)))
        .isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"it's", "a and b or (c)", " ", "\\", "\\n", "üß", "; DROP TABLE x", "${x}"})
  void shouldTakeQuotedTextAsItStands(String text) {
    assertThat(Condition.parse("step == \"" + text + "\"").test(Map.of("step", text))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "severity>=0.8and recurrence_count>=2",
        "  severity  >=  0.8\tand\nrecurrence_count\r>= 2 ",
        "(severity>=0.8)and(recurrence_count>=2)",
        "severity >=\u2003.8 and 2<=recurrence_count"
      })
  void shouldHoldWithAndWithoutWhitespace(String text) {
    assertThat(holds(text)).isTrue();
  }

  @Test
  void shouldSayWhichVariableIsNotThereOnlyWhenItIsNeeded() {
    Condition condition = Condition.parse("severity > 1 and duration > 5 or step == 'x'");
    assertThat(condition.test(Map.of("severity", 1, "step", "x"))).isTrue();
    assertThatThrownBy(() -> condition.test(Map.of("severity", 2)))
        .isInstanceOf(EvaluationException.class)
        .hasMessage("Variable 'duration' not provided in context");
    assertThat(Condition.parse("1 == 1 or duration > 5").test(Map.of())).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {">=", "<=", "==", "!=", ">", "<"})
  void shouldRefuseToCompareANumberWithATextWhenItIsEvaluated(String operator) {
    for (String text : List.of("step " + operator + " 1", "1 " + operator + " step")) {
      assertThatThrownBy(() -> holds(text))
          .isInstanceOf(EvaluationException.class)
          .hasMessage("Cannot compare a number with a string: operator=" + operator);
    }
  }

  @Test
  void shouldRefuseAValueThatIsNeitherNumberNorTextWhenItIsEvaluated() {
    assertThatThrownBy(() -> Condition.parse("step == 1").test(Map.of("step", true)))
        .isInstanceOf(EvaluationException.class)
        .hasMessage("Variable 'step' is neither a number nor a string: type=java.lang.Boolean");
  }

  @Test
  void shouldHoldNothingButUnequalOfWhatIsNotANumber() {
    Map<String, Object> nan = Map.of("severity", Double.NaN);
    for (String operator : List.of(">=", "<=", "==", ">", "<")) {
      assertThat(Condition.parse("severity " + operator + " 1").test(nan)).isFalse();
    }
    assertThat(Condition.parse("severity != 1").test(nan)).isTrue();
  }

  @Test
  void shouldKnowTheVariablesOfItsCaller() {
    Condition condition = Condition.parse("queue_2 > 10", Set.of("queue_2", "Age"));
    assertThat(condition.test(Map.of("queue_2", 11))).isTrue();
    assertThat(condition.text()).isEqualTo("queue_2 > 10");
    assertThatThrownBy(() -> Condition.parse("severity > 1", Set.of("queue_2", "Age")))
        .hasMessage("Variable 'severity' not allowed. Allowed: Age, queue_2");
  }

  @Test
  void shouldAnswerEachThreadByItsOwnVariablesWhenManyShareIt() throws Exception {
    Condition first = Condition.parse("severity >= 50 and step == 'a' or duration < 10");
    Condition second = Condition.parse("(severity < 50 or confidence > 0.5) and step != 'b'");
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Callable<Integer>> tasks = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        int offset = thread;
        tasks.add(() -> wrongAnswers(first, second, offset));
      }
      for (Future<Integer> wrong : threads.invokeAll(tasks)) {
        assertThat(wrong.get()).isZero();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static int wrongAnswers(Condition first, Condition second, int offset) {
    int wrong = 0;
    for (int i = 0; i < 50_000; i++) {
      int severity = (i + offset) % 100;
      int duration = (i * 7 + offset) % 20;
      boolean isA = (i + offset) % 3 == 0;
      Map<String, Object> context =
          Map.of(
              "severity",
              severity,
              "duration",
              duration,
              "step",
              isA ? "a" : "b",
              "confidence",
              severity / 100.0);
      boolean wantsFirst = (severity >= 50 && isA) || duration < 10;
      boolean wantsSecond = (severity < 50 || severity / 100.0 > 0.5) && isA;
      wrong += first.test(context) == wantsFirst ? 0 : 1;
      wrong += second.test(context) == wantsSecond ? 0 : 1;
    }
    return wrong;
  }

  private static boolean holds(String text) {
    return Condition.parse(text).test(CONTEXT);
  }
}
