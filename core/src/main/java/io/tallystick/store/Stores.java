package io.tallystick.store;

import java.util.List;
import java.util.Optional;
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
    StoreUrl parsed = StoreUrl.parse(url);
    return provider(parsed).openExisting(parsed);
  }

  private static StoreProvider provider(StoreUrl url) {
    Set<String> known = new TreeSet<>();
    ClassLoader own = Stores.class.getClassLoader();
    for (ServiceLoader<StoreProvider> loader :
        List.of(
            ServiceLoader.load(StoreProvider.class),
            ServiceLoader.load(StoreProvider.class, own))) {
      for (StoreProvider provider : loader) {
        if (provider.schemes().contains(url.scheme())) {
          return provider;
        }
        known.addAll(provider.schemes());
      }
    }
    throw new IllegalArgumentException(
        "no store for this scheme: scheme=" + url.scheme() + " known=" + known);
  }
}
