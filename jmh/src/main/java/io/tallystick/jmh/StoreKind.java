package io.tallystick.jmh;

import io.tallystick.store.MemoryStore;
import io.tallystick.store.Store;
import io.tallystick.store.chronicle.ChronicleStore;
import io.tallystick.store.sqlite.SqliteStore;
import java.nio.file.Path;

/** The stores that are measured, by what each keeps its content in. */
public enum StoreKind {
  MEMORY {
    @Override
    Store open(Path folder) {
      return MemoryStore.open();
    }
  },
  CHRONICLE {
    @Override
    Store open(Path folder) {
      return ChronicleStore.open(folder.resolve("store"));
    }
  },
  SQLITE {
    @Override
    Store open(Path folder) {
      return SqliteStore.open(folder.resolve("store.db"));
    }
  };

  /** Opens a store, in a folder where it needs one. */
  abstract Store open(Path folder);
}
