package io.tallystick.fallback;

import java.util.Map;

/** A part of a condition that is true or false. Immutable. */
sealed interface Node permits Node.Always, Node.And, Node.Or, Comparison {
  boolean test(Map<String, ?> variables);

  /** What always holds. */
  record Always() implements Node {
    @Override
    public boolean test(Map<String, ?> variables) {
      return true;
    }
  }

  /** Both; the right one is evaluated only where the left one holds. */
  record And(Node left, Node right) implements Node {
    @Override
    public boolean test(Map<String, ?> variables) {
      return left.test(variables) && right.test(variables);
    }
  }

  /** One of two; the right one is evaluated only where the left one does not hold. */
  record Or(Node left, Node right) implements Node {
    @Override
    public boolean test(Map<String, ?> variables) {
      return left.test(variables) || right.test(variables);
    }
  }
}
