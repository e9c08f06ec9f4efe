package io.tallystick.fallback;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * An expression over a few variables that is true or false, such as {@code severity >= 0.8 and step
 * == 'deploy'}.
 *
 * <pre>{@code
 * condition  := "always" | or
 * or         := and ("or" and)*
 * and        := comparison ("and" comparison)*
 * comparison := "(" or ")" | value operator value
 * operator   := ">=" | "<=" | "==" | "!=" | ">" | "<"
 * value      := digits ["." digits] | "." digits | quoted text | variable
 * }</pre>
 *
 * <p>A text stands in single or double quotes, ends at the next one, and has no escapes. Numbers
 * are compared as doubles, texts by code point. The right side of {@code and} and {@code or} is
 * evaluated only where the left one does not say it all. Whatever is wrong with the text is said
 * when it is parsed; it is neither compiled nor run, and cannot reach anything but the variables.
 *
 * <p>Threading: immutable, any. Evaluating takes no lock and allocates nothing.
 */
public final class Condition {
  /** The variables that are allowed where nothing else is said. */
  public static final Set<String> DEFAULT_VARIABLES =
      Set.of("severity", "recurrence_count", "confidence", "step", "duration");

  /** The most tokens of an expression. */
  public static final int MAX_TOKENS = 50;

  private final String text;
  private final Node root;

  private Condition(String text, Node root) {
    this.text = text;
    this.root = root;
  }

  /**
   * Parses an expression over the {@linkplain #DEFAULT_VARIABLES default variables}.
   *
   * @throws SyntaxException where it is not one
   */
  public static Condition parse(String text) {
    return parse(text, DEFAULT_VARIABLES);
  }

  /**
   * Parses an expression.
   *
   * @param variables those that it may have: letters, digits and underscores, no digit first; not
   *     {@code and}, {@code or} and {@code always}
   * @throws SyntaxException where it is not one
   * @throws IllegalArgumentException where a variable cannot be one
   */
  public static Condition parse(String text, Set<String> variables) {
    Set<String> allowed = new TreeSet<>(variables);
    allowed.forEach(Tokenizer::requireVariable);
    return new Condition(text, new ConditionParser(text, allowed).parse());
  }

  /**
   * Whether the condition holds.
   *
   * @param variables the value of each variable: a number or a text
   * @throws EvaluationException where a variable that is needed is not there, or is neither a
   *     number nor a text, or where a number is compared with a text
   */
  public boolean test(Map<String, ?> variables) {
    return root.test(variables);
  }

  /** The text that it was parsed from. */
  public String text() {
    return text;
  }

  @Override
  public String toString() {
    return text;
  }

  /** A place in a text in the characters that its author sees, whatever UTF-16 makes of them. */
  static int position(String text, int index) {
    return text.codePointCount(0, index);
  }

  /** What is wrong with the text of a condition, and where. */
  public static final class SyntaxException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final int position;

    SyntaxException(String message, int position) {
      super(message);
      this.position = position;
    }

    /** Where it is, in characters (code points) from 0; at the end, how many the text has. */
    public int position() {
      return position;
    }
  }

  /** Why a condition could not be evaluated with the variables that it was given. */
  public static final class EvaluationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    EvaluationException(String message) {
      super(message);
    }
  }
}
