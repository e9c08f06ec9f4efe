package io.tallystick.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * A store's URL: scheme, {@code :}, where the store is, and options behind a {@code ?}.
 *
 * <p>As text it shows neither what stands before an {@code @} nor the values of options whose names
 * say that they are secret, so that it can be logged. In a login {@code @}, {@code /} and {@code ?}
 * are to be written as {@code %40}, {@code %2F} and {@code %3F}.
 */
public final class StoreUrl {
  private static final Pattern SCHEME = Pattern.compile("[a-zA-Z][a-zA-Z0-9+.-]*");
  private static final Pattern SECRET =
      Pattern.compile("pass|pwd|secret|token|key|auth|credential", Pattern.CASE_INSENSITIVE);
  private static final Pattern OPTION = Pattern.compile("[a-zA-Z0-9_.-]+");
  private static final String HIDDEN = "***";

  private final String scheme;
  private final String location;
  private final Map<String, String> options;
  private final boolean isDoubtful; // whether what looks like options may be a part of a login

  private StoreUrl(
      String scheme, String location, Map<String, String> options, boolean isDoubtful) {
    this.scheme = scheme;
    this.location = location;
    this.options = options;
    this.isDoubtful = isDoubtful;
  }

  /**
   * Takes a URL apart.
   *
   * @throws IllegalArgumentException where it has no scheme, or an option twice or malformed
   */
  public static StoreUrl parse(String url) {
    int colon = url.indexOf(':');
    if (colon < 0 || !SCHEME.matcher(url.substring(0, colon)).matches()) {
      throw new IllegalArgumentException("store URL does not begin with a scheme, as in memory:");
    }
    int question = url.indexOf('?', locationAt(url, colon));
    String location = url.substring(colon + 1, question < 0 ? url.length() : question);
    String query = question < 0 ? "" : url.substring(question + 1);
    boolean isDoubtful =
        location.startsWith("//") && location.indexOf('@') < 0 && query.indexOf('@') >= 0;
    return new StoreUrl(
        url.substring(0, colon).toLowerCase(Locale.ROOT), location, optionsOf(query), isDoubtful);
  }

  /**
   * A URL whose location is whatever text follows the scheme, such as other URLs. As text it shows
   * nothing of that.
   */
  static StoreUrl opaque(String scheme, String location) {
    return new StoreUrl(scheme, location, Map.of(), true);
  }

  /** Behind a login, which ends ahead of the first slash: it may have a question mark, too. */
  private static int locationAt(String url, int colon) {
    if (!url.startsWith("//", colon + 1)) {
      return colon;
    }
    int slash = url.indexOf('/', colon + 3);
    return Math.max(colon, url.lastIndexOf('@', slash < 0 ? url.length() : slash));
  }

  private static Map<String, String> optionsOf(String query) {
    Map<String, String> options = new LinkedHashMap<>();
    for (String option : query.split("&", -1)) {
      if (option.isEmpty()) {
        continue;
      }
      int equals = option.indexOf('=');
      String name = equals < 0 ? option : option.substring(0, equals);
      if (equals <= 0 || !OPTION.matcher(name).matches() || options.containsKey(name)) {
        throw new IllegalArgumentException( // which of them, could be a part of a password
            "store URL has an option twice, without a value, or with no legal name");
      }
      options.put(name, decode(name, option.substring(equals + 1)));
    }
    return Collections.unmodifiableMap(options);
  }

  private static String decode(String name, String value) {
    try {
      return URLDecoder.decode(value.replace("+", "%2B"), UTF_8);
    } catch (IllegalArgumentException e) { // its message may have a secret
      throw new IllegalArgumentException("store URL has an illegal % sequence: option=" + name);
    }
  }

  /** The scheme, in lower case. */
  public String scheme() {
    return scheme;
  }

  /** What stands between scheme and options, as it was given; may have secrets. */
  public String location() {
    return location;
  }

  /** The value of an option, decoded. */
  public Optional<String> option(String name) {
    return Optional.ofNullable(options.get(name));
  }

  /**
   * The whole number that an option has, or what it has where it is not given.
   *
   * @throws IllegalArgumentException where it is no number above zero
   */
  public long positive(String name, long otherwise) {
    String text = options.get(name);
    if (text == null) {
      return otherwise;
    }
    try {
      long number = Long.parseLong(text);
      if (number > 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // said below, without the text
    }
    throw new IllegalArgumentException("option is no number above zero: option=" + name);
  }

  /**
   * Refuses options that a store does not have.
   *
   * @throws IllegalArgumentException where there is one
   */
  public StoreUrl requireOptions(Set<String> known) {
    for (String name : options.keySet()) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException(
            "no such option: scheme="
                + scheme
                + " option="
                + name
                + " known="
                + new TreeSet<>(known));
      }
    }
    return this;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(scheme).append(':');
    if (isDoubtful) {
      return text.append("//").append(HIDDEN).toString();
    }
    int at = location.lastIndexOf('@');
    if (at >= 0) {
      text.append(location.startsWith("//") ? "//" : "").append(HIDDEN);
    }
    text.append(location, Math.max(0, at), location.length());
    char before = '?';
    for (Map.Entry<String, String> option : options.entrySet()) {
      boolean secret = SECRET.matcher(option.getKey()).find();
      text.append(before).append(option.getKey()).append('=');
      text.append(secret ? HIDDEN : option.getValue());
      before = '&';
    }
    return text.toString();
  }
}
