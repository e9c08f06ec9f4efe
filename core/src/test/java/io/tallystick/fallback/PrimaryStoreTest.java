package io.tallystick.fallback;

import io.tallystick.store.MemoryStore;
import io.tallystick.store.Store;
import io.tallystick.store.contract.StoreContract;
import java.time.InstantSource;

/** The contract of every store, kept by a fallback store whose first store is there. */
class PrimaryStoreTest extends StoreContract {
  @Override
  protected Store open(InstantSource clock) {
    return FallbackStore.builder(
            MemoryStore.open(Long.MAX_VALUE, clock), MemoryStore.open(Long.MAX_VALUE, clock))
        .clock(clock)
        .open();
  }
}
