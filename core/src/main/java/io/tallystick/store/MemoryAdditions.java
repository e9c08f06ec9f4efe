package io.tallystick.store;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Which additions writers have made to the keys of a memory store: for each of both the greatest
 * number, for a day. Threading: any, but for one key one call at a time.
 */
final class MemoryAdditions {
  private static final long KEPT_MS = Duration.ofDays(1).toMillis();
  private static final int SWEEP_EACH = 1_024; // additions that are the first of their writers

  private final MemoryStore store;
  private final ConcurrentMap<Addition, Latest> latest = new ConcurrentHashMap<>();
  private final AtomicInteger noted = new AtomicInteger();

  MemoryAdditions(MemoryStore store) {
    this.store = store;
  }

  boolean isDone(String key, String writer, long number) {
    Latest present = latest.get(new Addition(key, writer));
    return present != null && present.number >= number && present.endMs > store.clock().millis();
  }

  void note(String key, String writer, long number) {
    long nowMs = store.clock().millis();
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
          if (value.endMs <= nowMs && latest.remove(addition, value)) {
            store.room().give(bytesOf(addition));
          }
        });
  }

  private static long bytesOf(Addition addition) {
    return Room.bytesOf(addition.key) + Room.bytesOf(addition.writer);
  }

  private record Addition(String key, String writer) {}

  private record Latest(long number, long endMs) {}
}
