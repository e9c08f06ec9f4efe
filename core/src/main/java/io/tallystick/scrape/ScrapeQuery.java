package io.tallystick.scrape;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the query of a request asks for, with the limits that client_java's exporters have. */
final class ScrapeQuery {
  private static final String NAME = "name[]";
  private static final int LONGEST = 1 << 16;
  private static final int MOST_PARAMETERS = 1 << 10;

  private ScrapeQuery() {}

  /**
   * The values of all parameters {@code name[]}, in their order.
   *
   * @throws BadQueryException where it is not well-formed, or too long
   */
  static List<String> names(@Nullable String rawQuery) {
    List<String> names = new ArrayList<>();
    if (rawQuery == null) {
      return names;
    }
    if (rawQuery.length() > LONGEST) {
      throw new BadQueryException("query is too long: length=" + rawQuery.length(), null);
    }
    String[] parameters = rawQuery.split("&", -1);
    if (parameters.length > MOST_PARAMETERS) {
      throw new BadQueryException("query has too many parameters: " + parameters.length, null);
    }
    for (String parameter : parameters) {
      int equals = parameter.indexOf('=');
      try {
        if (equals >= 0 && URLDecoder.decode(parameter.substring(0, equals), UTF_8).equals(NAME)) {
          names.add(URLDecoder.decode(parameter.substring(equals + 1), UTF_8));
        }
      } catch (IllegalArgumentException e) {
        throw new BadQueryException("bad query: parameter=" + parameter, e);
      }
    }
    return names;
  }

  /** A query that cannot be read; its message says what is wrong with it. */
  static final class BadQueryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BadQueryException(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }
}
