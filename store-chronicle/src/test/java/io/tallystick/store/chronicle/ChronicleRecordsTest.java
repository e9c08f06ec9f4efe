package io.tallystick.store.chronicle;

import io.tallystick.records.RecordsContract;
import io.tallystick.store.Store;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;

/** The clauses of records, on Chronicle Maps. */
class ChronicleRecordsTest extends RecordsContract {
  @TempDir private Path folder;

  @Override
  protected Store open(InstantSource clock) {
    return ChronicleStore.open(folder.resolve("store"), clock);
  }

  @Override
  protected Optional<String> url() {
    return Optional.of("chronicle:" + folder.resolve("store"));
  }

  @Override
  protected List<String> jvmOptions() {
    return JvmOptions.ALL;
  }
}
