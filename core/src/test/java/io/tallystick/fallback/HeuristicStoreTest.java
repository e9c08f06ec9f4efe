package io.tallystick.fallback;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.store.MemoryStore;
import io.tallystick.store.Store;
import io.tallystick.store.contract.StoreContract;
import java.time.InstantSource;

/** The contract of every store, kept by a fallback store whose first store is away. */
class HeuristicStoreTest extends StoreContract {
  @Override
  protected Store open(InstantSource clock) {
    FaultyStore first = new FaultyStore(MemoryStore.open(Long.MAX_VALUE, clock));
    first.goAway();
    FallbackStore store =
        FallbackStore.builder(first, MemoryStore.open(Long.MAX_VALUE, clock)).clock(clock).open();
    assertThat(store.keyValues().exists("any")).isFalse();
    assertThat(store.mode()).isEqualTo(FallbackMode.HEURISTIC);
    return store;
  }
}
