package io.tallystick.fallback;

import io.tallystick.fallback.Condition.EvaluationException;
import java.util.Map;

/** One side of a comparison. Immutable. */
sealed interface Operand {
  /**
   * A number or a text.
   *
   * @throws EvaluationException where there is none
   */
  Object value(Map<String, ?> variables);

  /** What stands in the condition itself. */
  record Literal(Object literal) implements Operand {
    @Override
    public Object value(Map<String, ?> variables) {
      return literal;
    }
  }

  /** What is given when the condition is evaluated. */
  record Variable(String name) implements Operand {
    @Override
    public Object value(Map<String, ?> variables) {
      Object value = variables.get(name);
      if (value == null) {
        throw new EvaluationException("Variable '" + name + "' not provided in context");
      }
      if (value instanceof Number || value instanceof String) {
        return value;
      }
      throw new EvaluationException(
          "Variable '" + name + "' is neither a number nor a string: type=" + nameOf(value));
    }

    private static String nameOf(Object value) {
      return value.getClass().getName();
    }
  }
}
