package io.tallystick.fallback;

/**
 * A word of a condition.
 *
 * @param value what it stands for: a double, a text, an {@link Operator}, or the word itself
 * @param index of its first char
 */
record Token(Kind kind, Object value, int index) {
  /** What a token is. */
  enum Kind {
    NUMBER,
    TEXT,
    VARIABLE,
    OPERATOR,
    AND,
    OR,
    OPEN,
    CLOSE,
    END
  }
}
