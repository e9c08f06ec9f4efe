package com.example;

import io.tallystick.store.Store;
import io.tallystick.store.contract.StoreContract;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;

class FileStoreTest extends StoreContract {
  @TempDir private Path folder;
  private int opened;

  @Override
  protected Store open(InstantSource clock) {
    opened++;
    return new FileStore(file(), clock);
  }

  private Path file() {
    return folder.resolve("store" + opened);
  }

  @Override
  protected Optional<String> url() {
    return Optional.of("example-file:" + file());
  }

  @Override
  protected int killRounds() {
    return 20;
  }
}
