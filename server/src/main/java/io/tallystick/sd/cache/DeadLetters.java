package io.tallystick.sd.cache;

import io.tallystick.store.JobQueue.DeadLetter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The dead letters of the queue, kept few: the last one of each query, until the query has a list
 * again, or nobody has tried it for so long that its error is forgotten. A query that stays broken
 * becomes a dead letter every few minutes. Any server tidies.
 */
final class DeadLetters {
  private static final int MOST = 10_000;
  private static final long EVERY_MS = 30_000;

  private final ListStore store;
  private long tidiedMs = View.NEVER_MS;

  DeadLetters(ListStore store) {
    this.store = store;
  }

  /** Tidies, where it was not done just now. */
  void tidy(long nowMs, StoreGate gate) {
    if (tidiedMs != View.NEVER_MS && nowMs - tidiedMs < EVERY_MS) {
      return;
    }
    tidiedMs = nowMs;
    Map<String, DeadLetter> lastByKey = new HashMap<>();
    List<DeadLetter> letters = gate.ask(() -> store.queue().deadLetters(MOST));
    for (DeadLetter letter : letters) { // the oldest first
      DeadLetter before = lastByKey.put(letter.key(), letter);
      if (before != null) {
        discard(before, gate);
      }
    }
    for (DeadLetter letter : lastByKey.values()) {
      if (gate.ask(() -> store.error(letter.key()).isEmpty())) {
        discard(letter, gate);
      }
    }
  }

  private void discard(DeadLetter letter, StoreGate gate) {
    boolean unused = gate.change(() -> store.queue().discard(letter.id()));
  }
}
