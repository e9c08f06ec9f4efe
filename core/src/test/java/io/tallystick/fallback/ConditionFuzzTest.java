package io.tallystick.fallback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.tallystick.fallback.Condition.EvaluationException;
import io.tallystick.fallback.Condition.SyntaxException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Random texts as conditions: nothing but the documented errors. {@code
 * -Dtallystick.test.conditions=N} says how many, {@code -Dtallystick.test.seed=N} from which seed.
 */
class ConditionFuzzTest {
  private static final int TEXTS = Integer.getInteger("tallystick.test.conditions", 100_000);
  private static final long SEED = Long.getLong("tallystick.test.seed", 6);
  private static final List<String> PARTS =
      List.of(
          "and",
          "or",
          "always",
          "(",
          ")",
          ">=",
          "<=",
          "==",
          "!=",
          ">",
          "<",
          "=",
          "!",
          "severity",
          "recurrence_count",
          "confidence",
          "step",
          "duration",
          "x",
          "1",
          "0.5",
          ".5",
          "1.",
          "..",
          "''",
          "'a'",
          "\"b\"",
          "'",
          "\"",
          " ",
          "\t",
          "\n",
          "-",
          "\u0000",
          "\ud83d\ude00",
          "\ud800",
          "99999999999999999999999999999999",
          "\u00a0",
          "_");

  private final Random random = new Random(SEED);

  @Test
  void shouldThrowNothingButTheDocumentedErrorsWhenTheTextIsRandom() {
    int parsed = 0;
    int evaluated = 0;
    for (int i = 0; i < TEXTS; i++) {
      String text = random.nextInt(3) == 0 ? sentence() : soup();
      try {
        Condition condition = Condition.parse(text);
        parsed++;
        boolean unused = condition.test(context());
        evaluated++;
      } catch (SyntaxException e) {
        assertThat(e.position()).as(text).isBetween(0, text.length());
        assertThat(e.getMessage()).as(text).isNotBlank();
      } catch (EvaluationException e) {
        assertThat(e.getMessage()).as(text).matches("Variable '.*|Cannot compare .*");
      } catch (RuntimeException | StackOverflowError e) {
        fail("text=" + text + " seed=" + SEED + " number=" + i, e);
      }
    }
    assertThat(parsed).isGreaterThan(TEXTS / 10);
    assertThat(evaluated).isGreaterThan(TEXTS / 100).isLessThan(parsed);
  }

  @Test
  void shouldMeanWhatAnotherEvaluationOfTheSameTreeMeansWhenItIsRandom() {
    for (int i = 0; i < TEXTS / 10; i++) {
      StringBuilder text = new StringBuilder();
      boolean expected = tree(text, 3);
      assertThat(Condition.parse(text.toString()).test(Map.of("severity", 5)))
          .as(text.toString())
          .isEqualTo(expected);
    }
  }

  /** Appends a random condition, and returns what it means where severity is 5. */
  private boolean tree(StringBuilder text, int depth) {
    boolean holds = conjunction(text, depth);
    while (random.nextInt(3) == 0 && text.length() < 60) {
      text.append(" or ");
      holds |= conjunction(text, depth);
    }
    return holds;
  }

  private boolean conjunction(StringBuilder text, int depth) {
    boolean holds = atom(text, depth);
    while (random.nextInt(3) == 0 && text.length() < 60) {
      text.append(" and ");
      holds &= atom(text, depth);
    }
    return holds;
  }

  private boolean atom(StringBuilder text, int depth) {
    if (depth > 0 && random.nextInt(4) == 0 && text.length() < 60) {
      text.append('(');
      boolean holds = tree(text, depth - 1);
      text.append(')');
      return holds;
    }
    int right = random.nextInt(11);
    int comparison = Integer.compare(5, right);
    text.append("severity");
    switch (random.nextInt(4)) {
      case 0 -> {
        text.append(">=").append(right);
        return comparison >= 0;
      }
      case 1 -> {
        text.append(" < ").append(right);
        return comparison < 0;
      }
      case 2 -> {
        text.append("== ").append(right);
        return comparison == 0;
      }
      default -> {
        text.append(" !=").append(right);
        return comparison != 0;
      }
    }
  }

  /** Parts in any order. */
  private String soup() {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(80); i > 0; i--) {
      text.append(
          random.nextInt(10) == 0
              ? Character.toString(random.nextInt(Character.MAX_CODE_POINT + 1))
              : PARTS.get(random.nextInt(PARTS.size())));
    }
    return text.toString();
  }

  /** Comparisons that are right but for one part at times. */
  private String sentence() {
    List<String> words = new ArrayList<>();
    for (int i = random.nextInt(4); i >= 0; i--) {
      words.add(value());
      words.add(PARTS.get(5 + random.nextInt(6)));
      words.add(value());
      words.add(random.nextBoolean() ? "and" : "or");
    }
    words.remove(words.size() - 1);
    if (random.nextInt(4) == 0) {
      words.set(random.nextInt(words.size()), PARTS.get(random.nextInt(PARTS.size())));
    }
    return String.join(" ", words);
  }

  private String value() {
    int kind = random.nextInt(4);
    return kind == 0 ? "'a'" : kind == 1 ? "0.5" : PARTS.get(13 + random.nextInt(5));
  }

  private Map<String, Object> context() {
    Map<String, Object> context = new HashMap<>();
    IntStream.range(13, 18)
        .mapToObj(PARTS::get)
        .filter(name -> random.nextInt(8) > 0)
        .forEach(name -> context.put(name, random.nextInt(8) == 0 ? "a" : random.nextDouble()));
    return context;
  }
}
