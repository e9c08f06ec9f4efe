package io.tallystick.store;

import java.time.InstantSource;
import java.util.Set;

/** Opens {@code memory:}. Public for {@link java.util.ServiceLoader} alone. */
public final class MemoryStoreProvider implements StoreProvider {
  @Override
  public Set<String> schemes() {
    return Set.of("memory");
  }

  @Override
  public Store open(StoreUrl url) {
    url.requireOptions(Set.of(MemoryStore.MAX_BYTES));
    if (!url.location().isEmpty()) {
      throw new IllegalArgumentException("a memory store is nowhere: url=" + url);
    }
    long maxBytes = url.positive(MemoryStore.MAX_BYTES, Long.MAX_VALUE);
    return MemoryStore.open(maxBytes, InstantSource.system());
  }
}
