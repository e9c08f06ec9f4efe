package io.tallystick.server.records;

import io.tallystick.records.Operator;
import io.tallystick.records.RecordQuery;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A filter of a query as a text: {@code severity>=high}, {@code status in active,resolved}. */
public final class FilterText {
  private static final Pattern FORM =
      Pattern.compile(
          "\\s*([^\\s=!<>]+?)\\s*(>=|<=|!=|=|>|<|\\s(?:in|not_in|contains)\\s)\\s*(.*)",
          Pattern.DOTALL);

  private FilterText() {}

  /**
   * A query with one more filter.
   *
   * @throws IllegalArgumentException where the text is none
   */
  public static RecordQuery add(RecordQuery query, String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "not a filter: filter="
              + text
              + "; write field, operator and value, as in severity>=high");
    }
    Operator operator = Operator.of(form.group(2).strip());
    String value = form.group(3);
    boolean takesList = operator == Operator.IN || operator == Operator.NOT_IN;
    return query.where(
        form.group(1),
        operator,
        takesList ? Arrays.stream(value.split(",", -1)).map(String::strip).toList() : value);
  }
}
