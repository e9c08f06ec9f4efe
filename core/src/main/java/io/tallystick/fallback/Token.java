package io.tallystick.fallback;

/**
 * A word of a condition.
 *
 * @param value what it stands for: a double, a text, an {@link Operator}, or the word itself
 * @param position where it begins, in characters from 0
 */
record Token(Kind kind, Object value, int position) {
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
