package io.tallystick.store.sqlite;

import io.tallystick.records.RecordsContract;
import io.tallystick.store.Store;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;

/** The clauses of records, on a SQLite file. */
class SqliteRecordsTest extends RecordsContract {
  @TempDir private Path folder;

  @Override
  protected Store open(InstantSource clock) {
    return SqliteStore.open(folder.resolve("store.db"), SqliteOptions.DEFAULT, clock);
  }

  @Override
  protected Optional<String> url() {
    return Optional.of("sqlite:" + folder.resolve("store.db"));
  }
}
