package io.tallystick.store;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which additions writers have made to the keys of a memory store: for each of both the greatest
 * number, for as long as it is to be remembered. Threading: any, but for one key one call at a
 * time.
 */
final class MemoryAdditions {
  private static final long KEPT_MS = KeyValues.ADDITION_KEPT.toMillis();
  private static final long SWEPT_AFTER_MS = 60_000; // so that none goes while it is being changed
  private static final int SWEEP_EACH = 1_024; // additions that are the first of their writers

  private final MemoryStore store;
  private final ConcurrentMap<Addition, Latest> latest = new ConcurrentHashMap<>();
  private final AtomicInteger noted = new AtomicInteger();

  MemoryAdditions(MemoryStore store) {
    this.store = store;
  }

  /** What is remembered of a writer and a key; null where nothing is. */
  @Nullable Latest of(String key, String writer) {
    return latest.get(new Addition(key, writer));
  }

  boolean isDone(@Nullable Latest present, long number) {
    return present != null && present.number >= number && present.endMs > store.clock().millis();
  }

  /** Remembers an addition, in what there was. */
  void note(@Nullable Latest present, String key, String writer, long number) {
    long nowMs = store.clock().millis();
    if (present != null && present.endMs > nowMs) { // and not swept for a while
      present.number = number;
      present.endMs = nowMs + KEPT_MS;
      return;
    }
    Addition addition = new Addition(key, writer);
    if (latest.put(addition, new Latest(number, nowMs + KEPT_MS)) == null) {
      store.room().add(bytesOf(addition));
      if (noted.incrementAndGet() % SWEEP_EACH == 0) {
        sweep(nowMs);
      }
    }
  }

  void toRecords(Consumer<BackupRecord> action) {
    latest.forEach(
        (addition, value) ->
            action.accept(
                new BackupRecord.Addition(
                    addition.key, addition.writer, value.number, value.endMs)));
  }

  void restore(BackupRecord.Addition record) {
    Addition addition = new Addition(record.key(), record.writer());
    if (latest.put(addition, new Latest(record.number(), record.endMs())) == null) {
      store.room().add(bytesOf(addition));
    }
  }

  private void sweep(long nowMs) {
    latest.forEach(
        (addition, value) -> {
          if (value.endMs <= nowMs - SWEPT_AFTER_MS && latest.remove(addition, value)) {
            store.room().give(bytesOf(addition));
          }
        });
  }

  private static long bytesOf(Addition addition) {
    return Room.bytesOf(addition.key) + Room.bytesOf(addition.writer);
  }

  private record Addition(String key, String writer) {}

  /** The greatest number, and until when it is remembered. */
  static final class Latest {
    private volatile long number;
    private volatile long endMs;

    private Latest(long number, long endMs) {
      this.number = number;
      this.endMs = endMs;
    }
  }
}
