package io.tallystick.store;

import java.util.Optional;
import java.util.Set;

/**
 * What opens stores of some URL schemes. {@link Stores#open} finds the providers that {@code
 * META-INF/services/io.tallystick.store.StoreProvider} names.
 */
public interface StoreProvider {
  /** The URL schemes in lower case, such as {@code redis} and {@code rediss}. */
  Set<String> schemes();

  /**
   * Opens the store of a URL that has one of the schemes.
   *
   * @throws IllegalArgumentException where the URL says what this kind of store cannot do
   * @throws StoreException where it cannot be opened
   */
  Store open(StoreUrl url);

  /**
   * Opens a store that is there; empty where there is none. It makes none, and what it finds
   * damaged stays where it is. To be overridden where {@link #open} makes one.
   *
   * @throws IllegalArgumentException as {@link #open}
   * @throws StoreException where it cannot be opened, or not be said whether it is there
   */
  default Optional<Store> openExisting(StoreUrl url) {
    return Optional.of(open(url));
  }
}
