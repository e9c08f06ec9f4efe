package io.tallystick.store.chronicle;

import io.tallystick.store.Store;
import io.tallystick.store.StoreProvider;
import io.tallystick.store.StoreUrl;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Set;

/** Opens {@code chronicle:/path}. Public for {@link java.util.ServiceLoader} alone. */
public final class ChronicleStoreProvider implements StoreProvider {
  @Override
  public Set<String> schemes() {
    return Set.of("chronicle");
  }

  @Override
  public Store open(StoreUrl url) {
    MapSizes sizes = MapSizes.of(url);
    if (url.location().isEmpty()) {
      throw new IllegalArgumentException("no directory, as in chronicle:/path: url=" + url);
    }
    return ChronicleStore.open(
        Path.of(url.location()), sizes, InstantSource.system(), DirectoryLock.PATIENCE);
  }
}
