package io.tallystick.store.chronicle;

import io.tallystick.store.Store;
import io.tallystick.store.contract.StoreContract;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;

/** The contract of every store, kept by the one in Chronicle Maps. */
class ChronicleStoreTest extends StoreContract {
  @TempDir private Path folder;
  private int opened;

  @Override
  protected Store open(InstantSource clock) {
    opened++;
    return ChronicleStore.open(directory(), clock);
  }

  private Path directory() {
    return folder.resolve("store" + opened);
  }

  @Override
  protected Optional<String> url() {
    return Optional.of("chronicle:" + directory());
  }

  @Override
  protected List<String> jvmOptions() {
    return JvmOptions.ALL;
  }
}
