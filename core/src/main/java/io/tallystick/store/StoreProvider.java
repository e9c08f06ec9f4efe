package io.tallystick.store;

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
}
