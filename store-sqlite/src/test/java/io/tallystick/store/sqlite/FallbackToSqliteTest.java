package io.tallystick.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.fallback.FallbackMode;
import io.tallystick.fallback.FallbackStore;
import io.tallystick.store.Store;
import io.tallystick.store.contract.StoreContract;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;

/**
 * The contract of every store, kept by several processes whose first store is away, so that all
 * that they do is in the journal of one SQLite file.
 */
class FallbackToSqliteTest extends StoreContract {
  @TempDir private Path folder;
  private int opened;

  @Override
  protected Store open(InstantSource clock) {
    opened++;
    Store away = new com.example.FileStore(away(), clock);
    Store second = SqliteStore.open(file(), SqliteOptions.DEFAULT, clock);
    FallbackStore store = FallbackStore.builder(away, second).clock(clock).open();
    assertThat(store.keyValues().exists("any")).isFalse();
    assertThat(store.mode()).isEqualTo(FallbackMode.HEURISTIC);
    return store;
  }

  private Path away() {
    return folder.resolve("missing").resolve("store" + opened);
  }

  private Path file() {
    return folder.resolve("store" + opened + ".db");
  }

  @Override
  protected Optional<String> url() {
    return Optional.of("fallback:example-file:" + away() + ",sqlite:" + file());
  }

  @Override
  protected int killRounds() {
    return 5;
  }
}
