package io.tallystick.fallback;

import io.tallystick.fallback.Condition.SyntaxException;
import io.tallystick.fallback.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Takes the text of a condition apart, and refuses what cannot be a part of one. */
final class Tokenizer {
  private final String text;
  private final Set<String> variables; // in the order of messages
  private final List<Token> tokens = new ArrayList<>();
  private int count; // more than there are in the list, where they are too many
  private int firstTooMany;
  private int at;

  Tokenizer(String text, Set<String> variables) {
    this.text = text;
    this.variables = variables;
  }

  /** Refuses what would be read as something else. */
  static void requireVariable(String name) {
    boolean isName = !name.isEmpty() && isLetter(name.charAt(0));
    if (!isName
        || !name.chars().allMatch(c -> isLetter((char) c) || isDigit((char) c))
        || name.equals("and")
        || name.equals("or")
        || name.equalsIgnoreCase(ConditionParser.ALWAYS)) {
      throw new IllegalArgumentException("not a name for a variable: name=" + name);
    }
  }

  /** The tokens, with one for the end of the text. */
  List<Token> tokens() {
    for (skipSpace(); at < text.length(); skipSpace()) {
      take(next());
    }
    if (count > Condition.MAX_TOKENS) {
      throw new SyntaxException(
          "Expression too complex (" + count + " tokens > " + Condition.MAX_TOKENS + " max)",
          Condition.position(text, firstTooMany));
    }
    tokens.add(new Token(Kind.END, "", text.length()));
    return tokens;
  }

  private void take(Token token) {
    count++;
    if (count <= Condition.MAX_TOKENS) {
      tokens.add(token);
    } else if (count == Condition.MAX_TOKENS + 1) {
      firstTooMany = token.index();
    }
  }

  private void skipSpace() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  private Token next() {
    char c = text.charAt(at);
    if (isDigit(c) || (c == '.' && isDigit(charAt(at + 1)))) {
      return number();
    }
    if (isLetter(c)) {
      return word();
    }
    return switch (c) {
      case '"', '\'' -> quoted(c);
      case '(' -> new Token(Kind.OPEN, "(", at++);
      case ')' -> new Token(Kind.CLOSE, ")", at++);
      case '<', '>', '=', '!' -> operator();
      default -> throw wrong("Unexpected character '" + shown(text.codePointAt(at)) + "'", at, "");
    };
  }

  private Token number() {
    int start = at;
    skipDigits();
    if (charAt(at) == '.' && isDigit(charAt(at + 1))) {
      at++;
      skipDigits();
    }
    return new Token(Kind.NUMBER, Double.valueOf(text.substring(start, at)), start);
  }

  private void skipDigits() {
    while (isDigit(charAt(at))) {
      at++;
    }
  }

  private Token word() {
    int start = at;
    while (isLetter(charAt(at)) || isDigit(charAt(at))) {
      at++;
    }
    String word = text.substring(start, at);
    if (word.equals("and")) {
      return new Token(Kind.AND, word, start);
    }
    if (word.equals("or")) {
      return new Token(Kind.OR, word, start);
    }
    if (!variables.contains(word)) {
      throw new SyntaxException(
          "Variable '" + word + "' not allowed. Allowed: " + String.join(", ", variables),
          Condition.position(text, start));
    }
    return new Token(Kind.VARIABLE, word, start);
  }

  private Token quoted(char quote) {
    int start = at;
    int end = text.indexOf(quote, start + 1);
    if (end < 0) {
      throw wrong("Unterminated string", start, "");
    }
    at = end + 1;
    return new Token(Kind.TEXT, text.substring(start + 1, end), start);
  }

  private Token operator() {
    int start = at;
    for (Operator operator : Operator.values()) { // those of two characters come first
      if (text.startsWith(operator.sign(), start)) {
        at += operator.sign().length();
        return new Token(Kind.OPERATOR, operator, start);
      }
    }
    throw wrong("Invalid operator", start, ": use >=, <=, >, <, ==, or !=");
  }

  private SyntaxException wrong(String what, int index, String more) {
    int position = Condition.position(text, index);
    return new SyntaxException(what + " at position " + position + more, position);
  }

  /** A character, or one that is nothing beyond the end. */
  private char charAt(int index) {
    return index < text.length() ? text.charAt(index) : '\0';
  }

  /** A character as it can be logged. */
  private static String shown(int codePoint) {
    return Character.isISOControl(codePoint)
        ? String.format("\\u%04x", codePoint)
        : Character.toString(codePoint);
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  }
}
