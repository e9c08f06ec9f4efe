package io.tallystick.store.redis;

import io.tallystick.store.Store;
import io.tallystick.store.StoreProvider;
import io.tallystick.store.StoreUrl;
import java.time.InstantSource;
import java.util.Set;

/** Opens the URLs of Redis. Public for {@link java.util.ServiceLoader} alone. */
public final class RedisStoreProvider implements StoreProvider {
  @Override
  public Set<String> schemes() {
    return Set.of("redis", "rediss", "redis+sentinel", "redis+cluster");
  }

  @Override
  public Store open(StoreUrl url) {
    return RedisStore.open(RedisUrl.of(url), InstantSource.system());
  }
}
