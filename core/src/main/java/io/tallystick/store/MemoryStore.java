package io.tallystick.store;

import io.tallystick.store.StoreException.Category;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A store in the memory of this process, for tests and for what may be lost; {@code memory:} opens
 * one, {@code memory:?maxBytes=1000000} a bounded one. Each is a store of its own.
 *
 * <p>A bounded store is full where what it holds, with what it takes to find it, is about as many
 * bytes as allowed; it then throws PERMANENT and keeps what it has. A source is retired all the
 * same. Expired entries go with the next write or {@link #stats}; no thread does it. Time is the
 * clock that it was opened with: one that is set back makes times to live and leases longer.
 */
public final class MemoryStore implements Store {
  /** Option of the URL: about how many bytes the store may take. */
  static final String MAX_BYTES = "maxBytes";

  private final InstantSource clock;
  private final long openedMs;
  private final Room room;
  private final MemoryKeyValues keyValues;
  private final MemoryLedger ledger;
  private final MemoryDocuments documents = new MemoryDocuments(this);
  private final Map<String, MemoryQueue> queues = new ConcurrentHashMap<>();
  private volatile boolean closed;

  private MemoryStore(long maxBytes, InstantSource clock) {
    this.clock = clock;
    this.openedMs = clock.millis();
    this.room = new Room(maxBytes);
    this.keyValues = new MemoryKeyValues(this);
    this.ledger = new MemoryLedger(this, UUID.randomUUID().toString());
  }

  /** Opens an empty store without a bound, on the system's clock. */
  public static MemoryStore open() {
    return open(Long.MAX_VALUE, InstantSource.system());
  }

  /**
   * Opens an empty store.
   *
   * @param maxBytes about how many bytes it may take; above zero
   */
  public static MemoryStore open(long maxBytes, InstantSource clock) {
    if (maxBytes <= 0) {
      throw new IllegalArgumentException("bound is not above zero: maxBytes=" + maxBytes);
    }
    return new MemoryStore(maxBytes, clock);
  }

  /**
   * Opens a store that goes on as the one that wrote a backup, which must not be used any more:
   * with its jobs' ids and leases and its ledger's id.
   *
   * @param maxBytes about how many bytes it may take; above zero
   * @throws StoreException as {@link #restore}; PERMANENT where its jobs have ids that only another
   *     kind of store gives
   */
  public static MemoryStore resume(Path backup, long maxBytes, InstantSource clock) {
    MemoryStore store = open(maxBytes, clock);
    new MemoryRestore(store, true).run(BackupReader.open(backup));
    return store;
  }

  InstantSource clock() {
    return clock;
  }

  Room room() {
    return room;
  }

  MemoryKeyValues memoryKeyValues() {
    return keyValues;
  }

  MemoryDocuments memoryDocuments() {
    return documents;
  }

  MemoryLedger memoryLedger() {
    return ledger;
  }

  Map<String, MemoryQueue> queuesByName() {
    return queues;
  }

  MemoryQueue queue(String name) {
    return queues.computeIfAbsent(name, n -> new MemoryQueue());
  }

  void requireOpen() {
    if (closed) {
      throw new StoreException(Category.PERMANENT, "store is closed: backend=memory");
    }
  }

  @Override
  public KeyValues keyValues() {
    requireOpen();
    return keyValues;
  }

  @Override
  public JobQueue jobQueue(String name, RetryPolicy policy) {
    requireOpen();
    limits().checkKey(name);
    return new MemoryJobQueue(this, queue(name), policy);
  }

  @Override
  public List<String> queues() {
    requireOpen();
    return queues.entrySet().stream()
        .filter(queue -> queue.getValue().size() > 0)
        .map(Map.Entry::getKey)
        .sorted()
        .toList();
  }

  @Override
  public Ledger ledger() {
    requireOpen();
    return ledger;
  }

  @Override
  public Documents documents() {
    requireOpen();
    return documents;
  }

  @Override
  public Set<Capability> capabilities() {
    return Set.of(Capability.DOCUMENTS, Capability.ATOMIC_DOCUMENTS, Capability.WATCHED_DOCUMENTS);
  }

  @Override
  public Limits limits() {
    return Limits.DEFAULT;
  }

  @Override
  public StoreStats stats() {
    requireOpen();
    return new StoreStats(
        "memory",
        Runtime.version().toString(),
        Duration.ofMillis(Math.max(0, clock.millis() - openedMs)),
        keyValues.size() + documents.size(),
        jobs(),
        ledger.sourceCount(),
        ledger.seriesCount(),
        room.used());
  }

  private long jobs() {
    return queues.values().stream().mapToLong(MemoryQueue::size).sum();
  }

  @Override
  public void ping() {
    requireOpen();
  }

  @Override
  public void backup(Path file) {
    requireOpen();
    try (BackupWriter writer = BackupWriter.create(file, clock.millis())) {
      keyValues.toRecords(writer::write);
      queues.forEach((name, queue) -> queue.toRecords(name).forEach(writer::write));
      ledger.toRecords().forEach(writer::write);
      keyValues.toAdditions(writer::write);
      documents.toRecords(writer::write);
      writer.commit();
    }
  }

  @Override
  public void restore(Path file, RestoreMode mode) {
    requireOpen();
    BackupReader backup = BackupReader.open(file);
    if (mode == RestoreMode.INTO_EMPTY && !isEmpty()) {
      throw new StoreException(Category.PERMANENT, "store is not empty: backend=memory");
    }
    new MemoryRestore(this, false).run(backup);
  }

  private boolean isEmpty() {
    return keyValues.size() == 0 && documents.size() == 0 && jobs() == 0 && ledger.isEmpty();
  }

  @Override
  public void close() {
    closed = true;
    documents.close();
  }
}
