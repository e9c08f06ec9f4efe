package io.tallystick.jmh;

import io.tallystick.store.FamilyValues;
import io.tallystick.store.JobQueue;
import io.tallystick.store.MemoryStore;
import io.tallystick.store.Publication;
import io.tallystick.store.Store;
import io.tallystick.store.chronicle.ChronicleStore;
import io.tallystick.store.sqlite.SqliteStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The calls of a store that are measured. Safe for use by any thread, but for publishing. */
interface StoreCalls extends AutoCloseable {
  byte[] get(String key);

  void put(String key, byte[] value);

  /** Offers a job, takes one, and acknowledges it. */
  boolean job(String key, byte[] payload);

  /** Publishes a source's series: all of them, or those that have changed. */
  void publish(FamilyValues family, boolean all);

  @Override
  void close();

  /** Opens a contender, in a folder where it needs one. */
  static StoreCalls open(Contender contender, Path folder) {
    return switch (contender) {
      case BASELINE -> new HeapCalls();
      case JDBC -> new JdbcCalls(folder.resolve("jdbc.db"));
      case MEMORY_STORE -> new OfStore(MemoryStore.open());
      case CHRONICLE_STORE -> new OfStore(ChronicleStore.open(folder.resolve("store")));
      case SQLITE_STORE -> new OfStore(SqliteStore.open(folder.resolve("store.db")));
      default -> throw new IllegalArgumentException("no store: contender=" + contender);
    };
  }

  /** Those of a store of Tallystick's. */
  final class OfStore implements StoreCalls {
    private static final Duration LEASE = Duration.ofHours(1);

    private final Store store;
    private final JobQueue queue;
    private long version;

    private OfStore(Store store) {
      this.store = store;
      this.queue = store.jobQueue("queue");
    }

    @Override
    public byte[] get(String key) {
      return store.keyValues().get(key).orElseThrow();
    }

    @Override
    public void put(String key, byte[] value) {
      store.keyValues().put(key, value);
    }

    @Override
    public boolean job(String key, byte[] payload) {
      queue.offer(key, payload);
      return queue.acknowledge(queue.take(LEASE).orElseThrow());
    }

    @Override
    public void publish(FamilyValues family, boolean all) {
      long since = all ? 0 : version;
      version++;
      store
          .ledger()
          .publish(new Publication("source", version, since, all, List.of(family), LEASE));
    }

    @Override
    public void close() {
      store.close();
    }
  }
}
