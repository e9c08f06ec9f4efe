package io.tallystick.server;

import io.tallystick.store.Capability;
import io.tallystick.store.Store;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * {@code --store}, also {@code --redis-url}: what servers and workers share; without it, the Redis
 * that the environment names, else a default.
 */
final class SdStoreOption {
  /** Where servers and workers that are processes of their own look for each other. */
  static final String REDIS = "redis://localhost:6379/0";

  /** For one process that is both. */
  static final String MEMORY = "memory:";

  @Option(
      names = {"--store", "--redis-url", "--redis_url"},
      paramLabel = "URL",
      description =
          "The store that servers and workers share, such as redis://host:6379/0 or"
              + " sqlite:/var/lib/sd.db.")
  private @Nullable String url;

  /**
   * The store, which is made where there is none, and which the caller closes. One that is away is
   * opened nevertheless, where its kind can be.
   *
   * @throws UsageException if the URL is none that can be opened
   * @throws io.tallystick.store.StoreException if the store cannot be opened
   */
  Store open(String otherwise) {
    return StoreOption.open(given(otherwise));
  }

  /**
   * The store to look at, which the caller closes: none is made.
   *
   * @throws UsageException if the URL is none that can be opened
   * @throws io.tallystick.store.StoreException if there is none, or it cannot be opened
   */
  Store openExisting(String otherwise) {
    return StoreOption.openExisting(given(otherwise));
  }

  /**
   * As {@link #open}, for one of several processes.
   *
   * @throws UsageException also if the store is of one process alone
   */
  Store openShared() {
    Store opened = open(REDIS);
    if (!opened.capabilities().contains(Capability.MULTI_PROCESS)) {
      opened.close();
      throw new UsageException(
          "store is of one process alone: store="
              + name(REDIS)
              + "; give --store one that servers and workers share, or use sd serve");
    }
    return opened;
  }

  /** The URL without secrets. */
  String name(String otherwise) {
    return StoreOption.name(given(otherwise));
  }

  private String given(String otherwise) {
    if (url != null) {
      return url;
    }
    String named = new RedisEnvironment(System.getenv()).url();
    return named == null ? otherwise : named;
  }
}
