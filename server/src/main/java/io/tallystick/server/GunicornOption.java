package io.tallystick.server;

import io.tallystick.store.Store;
import io.tallystick.store.redis.GunicornKeys;
import io.tallystick.store.redis.RedisStore;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --gunicorn-prefix}: keys of gunicorn-prometheus-exporter that are shown, too. */
final class GunicornOption {
  @Option(
      names = "--gunicorn-prefix",
      paramLabel = "TEXT",
      description =
          "Shows what gunicorn-prometheus-exporter keeps in the same Redis under this prefix, too.")
  private @Nullable String prefix;

  /**
   * The keys, which the caller closes; null where none are asked for.
   *
   * @param otherwise the prefix where the option is not given; null: none
   * @throws UsageException if they cannot be in such a store
   */
  @Nullable GunicornKeys open(@Nullable Store store, @Nullable String otherwise) {
    String chosen = prefix == null ? otherwise : prefix;
    if (chosen == null) {
      return null;
    }
    if (!(store instanceof RedisStore redis)) {
      throw new UsageException("not without a store in Redis: option=--gunicorn-prefix");
    }
    if (chosen.isEmpty()) {
      throw new UsageException("prefix is empty: option=--gunicorn-prefix");
    }
    return redis.gunicorn(chosen);
  }
}
