package io.tallystick.fallback;

import io.tallystick.fallback.Condition.EvaluationException;
import java.util.Map;

/** Two values and how they are compared. Immutable. */
record Comparison(Operand left, Operator operator, Operand right) implements Node {
  @Override
  public boolean test(Map<String, ?> variables) {
    Object first = left.value(variables);
    Object second = right.value(variables);
    if (first instanceof Number number && second instanceof Number other) {
      return operator.test(number.doubleValue(), other.doubleValue());
    }
    if (first instanceof String text && second instanceof String other) {
      return operator.test(compare(text, other), 0);
    }
    throw new EvaluationException(
        "Cannot compare a number with a string: operator=" + operator.sign());
  }

  /** By code point; by UTF-16 unit, what is beyond the basic plane comes before its last part. */
  private static int compare(String left, String right) {
    int common = Math.min(left.length(), right.length());
    for (int i = 0; i < common; i++) {
      char first = left.charAt(i);
      char second = right.charAt(i);
      if (first != second) {
        boolean beyond = Character.isSurrogate(first);
        return beyond == Character.isSurrogate(second) ? first - second : beyond ? 1 : -1;
      }
    }
    return left.length() - right.length();
  }
}
