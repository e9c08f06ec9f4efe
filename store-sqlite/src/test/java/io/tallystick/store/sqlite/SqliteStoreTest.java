package io.tallystick.store.sqlite;

import io.tallystick.store.Store;
import io.tallystick.store.contract.StoreContract;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;

/** The contract of every store, kept by the one in a SQLite file. */
class SqliteStoreTest extends StoreContract {
  @TempDir private Path folder;
  private int opened;

  @Override
  protected Store open(InstantSource clock) {
    opened++;
    return SqliteStore.open(file(), SqliteOptions.DEFAULT, clock);
  }

  private Path file() {
    return folder.resolve("store" + opened + ".db");
  }

  @Override
  protected Optional<String> url() {
    return Optional.of("sqlite:" + file());
  }
}
