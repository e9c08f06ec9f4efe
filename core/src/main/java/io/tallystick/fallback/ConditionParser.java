package io.tallystick.fallback;

import io.tallystick.fallback.Condition.SyntaxException;
import io.tallystick.fallback.Token.Kind;
import java.util.List;
import java.util.Set;

/**
 * Parses one condition by recursive descent. What it calls itself is bounded by the tokens that a
 * condition can have.
 */
final class ConditionParser {
  static final String ALWAYS = "always";

  private final String text;
  private final Set<String> variables;
  private List<Token> tokens = List.of();
  private int next;

  ConditionParser(String text, Set<String> variables) {
    this.text = text;
    this.variables = variables;
  }

  Node parse() {
    if (text.strip().equalsIgnoreCase(ALWAYS)) {
      return new Node.Always();
    }
    tokens = new Tokenizer(text, variables).tokens();
    Node root = or();
    if (!at(Kind.END)) {
      throw expected("'and', 'or' or the end");
    }
    return root;
  }

  private Node or() {
    Node left = and();
    while (at(Kind.OR)) {
      next++;
      left = new Node.Or(left, and());
    }
    return left;
  }

  private Node and() {
    Node left = comparison();
    while (at(Kind.AND)) {
      next++;
      left = new Node.And(left, comparison());
    }
    return left;
  }

  private Node comparison() {
    if (at(Kind.OPEN)) {
      next++;
      Node inner = or();
      if (!at(Kind.CLOSE)) {
        throw expected("')'");
      }
      next++;
      return inner;
    }
    Operand left = operand("value or '('");
    if (!at(Kind.OPERATOR)) {
      throw expected("comparison operator");
    }
    Operator operator = (Operator) take().value();
    return new Comparison(left, operator, operand("value"));
  }

  private Operand operand(String wanted) {
    return switch (tokens.get(next).kind()) {
      case NUMBER, TEXT -> new Operand.Literal(take().value());
      case VARIABLE -> new Operand.Variable((String) take().value());
      default -> throw expected(wanted);
    };
  }

  private boolean at(Kind kind) {
    return tokens.get(next).kind() == kind;
  }

  private Token take() {
    return tokens.get(next++);
  }

  private SyntaxException expected(String wanted) {
    int position = Condition.position(text, tokens.get(next).index());
    return new SyntaxException("Expected " + wanted + " at position " + position, position);
  }
}
