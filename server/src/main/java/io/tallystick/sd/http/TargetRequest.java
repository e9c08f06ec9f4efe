package io.tallystick.sd.http;

import io.tallystick.sd.cache.TargetQuery;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A request for targets, and what besides is wished of them.
 *
 * @param reload whether they are to be made anew
 * @param debug whether what is known of them is asked for in their place
 */
record TargetRequest(TargetQuery query, boolean reload, boolean debug) {
  private static final String RELOAD = "reload";
  private static final String DEBUG = "debug";
  private static final String YES = "true"; // exactly

  /**
   * Reads what follows the name of the endpoint, and the query, as they were sent; empty where that
   * is no text.
   */
  static Optional<TargetRequest> read(String rawPath, @Nullable String rawQuery) {
    Optional<String> path = UrlText.decode(rawPath, false);
    Optional<Map<String, String>> read = arguments(rawQuery);
    if (path.isEmpty() || read.isEmpty()) {
      return Optional.empty();
    }
    Map<String, String> arguments = read.get();
    boolean reload = arguments.remove(RELOAD, YES);
    boolean debug = arguments.remove(DEBUG, YES);
    return Optional.of(
        new TargetRequest(new TargetQuery(relative(path.get()), arguments), reload, debug));
  }

  /** A path without the slash that parts it from the endpoint, and without one at its end. */
  private static String relative(String path) {
    int start = path.startsWith("/") ? 1 : 0;
    int end = path.length() > start && path.endsWith("/") ? path.length() - 1 : path.length();
    return path.substring(start, end);
  }

  /** The arguments; of one that is repeated, the first. */
  private static Optional<Map<String, String>> arguments(@Nullable String rawQuery) {
    Map<String, String> arguments = new LinkedHashMap<>();
    for (String part : rawQuery == null ? new String[0] : rawQuery.split("&", -1)) {
      int equals = part.indexOf('=');
      Optional<String> name = UrlText.decode(equals < 0 ? part : part.substring(0, equals), true);
      Optional<String> value = UrlText.decode(equals < 0 ? "" : part.substring(equals + 1), true);
      if (name.isEmpty() || value.isEmpty()) {
        return Optional.empty();
      }
      if (!part.isEmpty()) {
        arguments.putIfAbsent(name.get(), value.get());
      }
    }
    return Optional.of(arguments);
  }
}
