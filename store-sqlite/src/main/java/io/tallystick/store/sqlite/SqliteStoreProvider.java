package io.tallystick.store.sqlite;

import io.tallystick.store.Store;
import io.tallystick.store.StoreProvider;
import io.tallystick.store.StoreUrl;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Opens {@code sqlite:/path/x.db}. Public for {@link java.util.ServiceLoader} alone. */
public final class SqliteStoreProvider implements StoreProvider {
  private static final String SYNCHRONOUS = "synchronous";
  private static final String BUSY_TIMEOUT_MS = "busyTimeoutMs";

  @Override
  public Set<String> schemes() {
    return Set.of("sqlite");
  }

  @Override
  public Store open(StoreUrl url) {
    return SqliteStore.open(path(url), options(url));
  }

  @Override
  public Optional<Store> openExisting(StoreUrl url) {
    return SqliteStore.openExisting(path(url), options(url), InstantSource.system());
  }

  private static Path path(StoreUrl url) {
    if (url.location().isEmpty()) {
      throw new IllegalArgumentException("no file, as in sqlite:/path/x.db: url=" + url);
    }
    return Path.of(url.location());
  }

  private static SqliteOptions options(StoreUrl url) {
    url.requireOptions(Set.of(SYNCHRONOUS, BUSY_TIMEOUT_MS));
    SqliteOptions options = SqliteOptions.DEFAULT;
    return new SqliteOptions(
        Duration.ofMillis(url.positive(BUSY_TIMEOUT_MS, options.busyTimeoutMs())),
        url.option(SYNCHRONOUS)
            .map(SqliteStoreProvider::synchronous)
            .orElse(options.synchronous()));
  }

  private static Synchronous synchronous(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "normal" -> Synchronous.NORMAL;
      case "full" -> Synchronous.FULL;
      default ->
          throw new IllegalArgumentException(
              "option is neither normal nor full: option=synchronous");
    };
  }
}
