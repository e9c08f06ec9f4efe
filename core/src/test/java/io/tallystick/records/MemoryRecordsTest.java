package io.tallystick.records;

import io.tallystick.store.MemoryStore;
import io.tallystick.store.Store;
import java.time.InstantSource;

/** The clauses of records, on a memory store. */
class MemoryRecordsTest extends RecordsContract {
  @Override
  protected Store open(InstantSource clock) {
    return MemoryStore.open(Long.MAX_VALUE, clock);
  }
}
