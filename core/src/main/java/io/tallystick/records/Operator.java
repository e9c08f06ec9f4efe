package io.tallystick.records;

import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How a filter of a query compares a field with a value. */
public enum Operator {
  EQUAL("="),
  NOT_EQUAL("!="),
  GREATER(">"),
  LESS("<"),
  AT_LEAST(">="),
  AT_MOST("<="),
  /** One of several values. */
  IN("in"),
  NOT_IN("not_in"),
  /** A text that has it as a part, a list that has it as an element, or a map as a name. */
  CONTAINS("contains");

  private final String text;

  Operator(String text) {
    this.text = text;
  }

  /** As it is written: {@code >=}. */
  public String text() {
    return text;
  }

  /**
   * The operator of a text.
   *
   * @throws IllegalArgumentException where it is none
   */
  public static Operator of(String text) {
    for (Operator operator : values()) {
      if (operator.text.equals(text)) {
        return operator;
      }
    }
    throw new IllegalArgumentException(
        "no such operator: operator=" + text + " known== != > < >= <= in not_in contains");
  }

  /** Whether a field's value, null where there is none, is as wanted. */
  boolean holds(@Nullable Object present, Object wanted) {
    return switch (this) {
      case EQUAL -> isEqual(present, wanted);
      case NOT_EQUAL -> !isEqual(present, wanted);
      case IN -> ((Collection<?>) wanted).stream().anyMatch(each -> isEqual(present, each));
      case NOT_IN -> ((Collection<?>) wanted).stream().noneMatch(each -> isEqual(present, each));
      case CONTAINS -> contains(present, wanted);
      case GREATER ->
          present != null && isComparable(present, wanted) && compare(present, wanted) > 0;
      case LESS -> present != null && isComparable(present, wanted) && compare(present, wanted) < 0;
      case AT_LEAST ->
          present != null && isComparable(present, wanted) && compare(present, wanted) >= 0;
      case AT_MOST ->
          present != null && isComparable(present, wanted) && compare(present, wanted) <= 0;
    };
  }

  private static boolean isEqual(@Nullable Object present, @Nullable Object wanted) {
    if (present == null || wanted == null) {
      return present == wanted;
    }
    return isComparable(present, wanted) && compare(present, wanted) == 0;
  }

  private static boolean contains(@Nullable Object present, Object wanted) {
    if (present instanceof Map<?, ?> map) {
      return map.containsKey(wanted.toString());
    }
    if (present instanceof Collection<?> list) {
      return list.stream().anyMatch(each -> isEqual(each, wanted));
    }
    return present != null && Field.toText(present).contains(Field.toText(wanted));
  }

  /** Not a number compares with nothing. */
  private static boolean isComparable(Object a, Object b) {
    return !isNaN(a) && !isNaN(b);
  }

  private static boolean isNaN(Object value) {
    return value instanceof Double number && number.isNaN();
  }

  /**
   * How values stand to each other: numbers, also in a text that is compared with one, or texts.
   */
  @SuppressWarnings({"unchecked", "rawtypes"})
  static int compare(Object a, Object b) {
    boolean areAlike = a.getClass() == b.getClass();
    if (areAlike && (a instanceof Enum<?> || a instanceof Instant || a instanceof Long)) {
      return ((Comparable) a).compareTo(b);
    }
    if (a instanceof Number || b instanceof Number) {
      Double left = number(a);
      Double right = number(b);
      if (left != null && right != null) {
        return Double.compare(left + 0.0, right + 0.0);
      }
    }
    return Field.toText(a).compareTo(Field.toText(b));
  }

  /** An order of all values: what is a number before what is none. */
  static int order(Object a, Object b) {
    boolean isNumber = a instanceof Number;
    if (isNumber != b instanceof Number) {
      return isNumber ? -1 : 1;
    }
    return isNumber
        ? Double.compare(((Number) a).doubleValue(), ((Number) b).doubleValue())
        : a.getClass() == b.getClass() ? compare(a, b) : Field.toText(a).compareTo(Field.toText(b));
  }

  private static @Nullable Double number(Object value) {
    if (value instanceof Number number) {
      return number.doubleValue();
    }
    try {
      return Double.valueOf(value.toString());
    } catch (NumberFormatException e) {
      return null;
    }
  }
}
