package io.tallystick.fallback;

import io.tallystick.store.Store;
import io.tallystick.store.StoreProvider;
import io.tallystick.store.StoreUrl;
import io.tallystick.store.Stores;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Opens {@code fallback:first,second}, and {@code first,second}, where both are URLs. Public for
 * {@link java.util.ServiceLoader} alone.
 */
public final class FallbackStoreProvider implements StoreProvider {
  @Override
  public Set<String> schemes() {
    return Set.of("fallback");
  }

  @Override
  public Store open(StoreUrl url) {
    List<String> both = both(url);
    Store second = Stores.open(both.get(1));
    try {
      return FallbackStore.builder(Stores.open(both.get(0)), second).open();
    } catch (RuntimeException | Error e) {
      second.close();
      throw e;
    }
  }

  /**
   * Both, where both are there; else the one that is, alone: without the second nothing was ever
   * done in the first one's place.
   */
  @Override
  public Optional<Store> openExisting(StoreUrl url) {
    List<String> both = both(url);
    Optional<Store> second = Stores.openExisting(both.get(1));
    try {
      Optional<Store> first = Stores.openExisting(both.get(0));
      return first.isPresent() && second.isPresent()
          ? Optional.of(FallbackStore.builder(first.get(), second.get()).open())
          : first.or(() -> second);
    } catch (RuntimeException | Error e) {
      second.ifPresent(Store::close);
      throw e;
    }
  }

  private static List<String> both(StoreUrl url) {
    List<String> both = Stores.split(url.location());
    if (both.size() != 2) {
      throw new IllegalArgumentException(
          "not two stores, as in fallback:redis://host,sqlite:/path/x.db: stores=" + both.size());
    }
    return both;
  }
}
