package io.tallystick.server;

import io.tallystick.store.Store;
import io.tallystick.store.StoreUrl;
import io.tallystick.store.Stores;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --store}: the URL of a store. */
final class StoreOption {
  @Option(
      names = "--store",
      paramLabel = "URL",
      description = "The store, such as sqlite:/var/lib/shop.db or redis://host:6379.")
  private @Nullable String url;

  boolean isGiven() {
    return url != null;
  }

  /**
   * The store, which the caller closes.
   *
   * @throws UsageException if the URL is none that can be opened
   * @throws io.tallystick.store.StoreException if the store cannot be opened
   */
  Store open() {
    try {
      return Stores.open(given());
    } catch (IllegalArgumentException e) {
      throw refusal(e);
    }
  }

  /** The URL without secrets. */
  String name() {
    try {
      return StoreUrl.parse(given()).toString();
    } catch (IllegalArgumentException e) {
      throw refusal(e);
    }
  }

  private String given() {
    if (url == null) {
      throw new UsageException("missing: option=--store");
    }
    return url;
  }

  private static UsageException refusal(IllegalArgumentException e) {
    return new UsageException("bad URL after --store: " + e.getMessage());
  }
}
