package io.tallystick.sd.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.sd.cache.TargetQuery;
import java.net.URLEncoder;
import java.util.Map;
import java.util.stream.Collectors;

/** Where a query is, and what it is called. */
final class Links {
  private Links() {}

  /** Its address, relative to the page. */
  static String relative(TargetQuery query) {
    String path = encoded(query.path()).replace("%2F", "/");
    String address = path.isEmpty() ? "targets" : "targets/" + path;
    return query.arguments().isEmpty() ? address : address + "?" + joined(query, true);
  }

  /** What people read. */
  static String title(TargetQuery query) {
    String path = query.path().isEmpty() ? "(all)" : query.path();
    return query.arguments().isEmpty() ? path : path + "?" + joined(query, false);
  }

  private static String joined(TargetQuery query, boolean isEncoded) {
    return query.arguments().entrySet().stream()
        .map(each -> isEncoded ? encoded(each) : each.getKey() + "=" + each.getValue())
        .collect(Collectors.joining("&"));
  }

  private static String encoded(Map.Entry<String, String> argument) {
    return encoded(argument.getKey()) + "=" + encoded(argument.getValue());
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, UTF_8).replace("+", "%20");
  }
}
