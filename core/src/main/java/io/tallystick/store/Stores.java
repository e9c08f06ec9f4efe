package io.tallystick.store;

import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;

/** Opens stores by their URLs. */
public final class Stores {
  private Stores() {}

  /**
   * Opens the store of a URL, such as {@code memory:}. Providers are looked for with the thread's
   * context class loader, then with that of this class.
   *
   * @throws IllegalArgumentException where no provider knows the scheme, or the URL is not legal;
   *     the message has none of its secrets
   * @throws StoreException where the store cannot be opened
   */
  public static Store open(String url) {
    StoreUrl parsed = StoreUrl.parse(url);
    Set<String> known = new TreeSet<>();
    ClassLoader own = Stores.class.getClassLoader();
    for (ServiceLoader<StoreProvider> loader :
        List.of(
            ServiceLoader.load(StoreProvider.class),
            ServiceLoader.load(StoreProvider.class, own))) {
      for (StoreProvider provider : loader) {
        if (provider.schemes().contains(parsed.scheme())) {
          return provider.open(parsed);
        }
        known.addAll(provider.schemes());
      }
    }
    throw new IllegalArgumentException(
        "no store for this scheme: scheme=" + parsed.scheme() + " known=" + known);
  }
}
