package io.tallystick.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Opens stores by their URLs. */
public final class Stores {
  private static final String FALLBACK = "fallback";

  private Stores() {}

  /**
   * Opens the store of a URL, such as {@code memory:}, or of two with a comma between them: the
   * second is used while the first is away. Providers are looked for with the thread's context
   * class loader, then with that of this class.
   *
   * @throws IllegalArgumentException where no provider knows the scheme, or the URL is not legal;
   *     the message has none of its secrets
   * @throws StoreException where the store cannot be opened
   */
  public static Store open(String url) {
    StoreUrl parsed = parse(url);
    return provider(parsed).open(parsed);
  }

  /**
   * Opens the store of a URL where it is there, to look at it: none is made, and one that is
   * damaged is left where it is. Empty where there is none.
   *
   * @throws IllegalArgumentException as {@link #open}
   * @throws StoreException where the store cannot be opened
   */
  public static Optional<Store> openExisting(String url) {
    StoreUrl parsed = parse(url);
    return provider(parsed).openExisting(parsed);
  }

  private static StoreUrl parse(String url) {
    String urls = withoutFallback(url);
    return urls.equals(url.strip()) && split(urls).size() == 1
        ? StoreUrl.parse(urls)
        : StoreUrl.opaque(FALLBACK, urls);
  }

  private static String withoutFallback(String url) {
    String trimmed = url.strip();
    String prefix = FALLBACK + ":";
    return trimmed.regionMatches(true, 0, prefix, 0, prefix.length())
        ? trimmed.substring(prefix.length())
        : trimmed;
  }

  /**
   * A URL that {@link #open} takes, without its secrets.
   *
   * @throws IllegalArgumentException where it is not legal
   */
  public static String withoutSecrets(String url) {
    return split(withoutFallback(url)).stream()
        .map(each -> StoreUrl.parse(each).toString())
        .collect(Collectors.joining(", "));
  }

  private static StoreProvider provider(StoreUrl url) {
    Set<String> known = new TreeSet<>();
    for (StoreProvider provider : providers()) {
      if (provider.schemes().contains(url.scheme())) {
        return provider;
      }
      known.addAll(provider.schemes());
    }
    throw new IllegalArgumentException(
        "no store for this scheme: scheme=" + url.scheme() + " known=" + known);
  }

  private static Iterable<StoreProvider> providers() {
    ClassLoader own = Stores.class.getClassLoader();
    List<StoreProvider> all = new ArrayList<>();
    ServiceLoader.load(StoreProvider.class).forEach(all::add);
    ServiceLoader.load(StoreProvider.class, own).forEach(all::add);
    return all;
  }

  /**
   * Takes apart what may be several URLs with commas between them. A comma is one between URLs
   * where a scheme that is known follows, and a colon; hosts have commas, too.
   */
  public static List<String> split(String urls) {
    Set<String> schemes = new TreeSet<>();
    providers().forEach(provider -> schemes.addAll(provider.schemes()));
    List<String> found = new ArrayList<>();
    int start = 0;
    for (int comma = urls.indexOf(','); comma >= 0; comma = urls.indexOf(',', comma + 1)) {
      String rest = urls.substring(comma + 1).stripLeading();
      int colon = rest.indexOf(':');
      if (colon > 0 && schemes.contains(rest.substring(0, colon).toLowerCase(Locale.ROOT))) {
        found.add(urls.substring(start, comma).strip());
        start = comma + 1;
      }
    }
    found.add(urls.substring(start).strip());
    return found;
  }
}
