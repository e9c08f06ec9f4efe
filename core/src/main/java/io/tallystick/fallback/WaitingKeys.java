package io.tallystick.fallback;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Keys in the order in which they came, and how many there are. Threading: any. */
final class WaitingKeys {
  private final Queue<KnownKey> keys = new ConcurrentLinkedQueue<>();
  private final AtomicInteger size = new AtomicInteger();

  void push(KnownKey key) {
    keys.add(key);
    size.incrementAndGet();
  }

  /** The one that came first; null where there is none. */
  @Nullable KnownKey pop() {
    KnownKey key = keys.poll();
    if (key != null) {
      size.decrementAndGet();
    }
    return key;
  }

  int size() {
    return size.get();
  }
}
