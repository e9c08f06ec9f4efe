package io.tallystick.store.chronicle;

import io.tallystick.store.Store;
import io.tallystick.store.StoreProvider;
import io.tallystick.store.StoreUrl;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;

/** Opens {@code chronicle:/path}. Public for {@link java.util.ServiceLoader} alone. */
public final class ChronicleStoreProvider implements StoreProvider {
  @Override
  public Set<String> schemes() {
    return Set.of("chronicle");
  }

  @Override
  public Store open(StoreUrl url) {
    return ChronicleStore.open(
        directory(url), MapSizes.of(url), InstantSource.system(), DirectoryLock.PATIENCE);
  }

  @Override
  public Optional<Store> openExisting(StoreUrl url) {
    boolean isMade = !Files.notExists(directory(url).resolve(Session.CONTROL));
    return isMade ? Optional.of(open(url)) : Optional.empty();
  }

  private static Path directory(StoreUrl url) {
    if (url.location().isEmpty()) {
      throw new IllegalArgumentException("no directory, as in chronicle:/path: url=" + url);
    }
    return Path.of(url.location());
  }
}
