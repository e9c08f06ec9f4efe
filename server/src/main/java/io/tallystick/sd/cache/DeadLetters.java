package io.tallystick.sd.cache;

import io.tallystick.store.JobQueue.DeadLetter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The dead letters of the queue, kept few: the last one of each query, until the query has a list
 * again, or nobody has tried it for so long that its error is forgotten; and no more than {@value
 * #MOST}, of which the oldest go. A query that stays broken becomes a dead letter every few
 * minutes. Any server tidies, and does a bounded part of it at a time.
 */
final class DeadLetters {
  static final int MOST = 1_000;

  /** For how many it is looked at a time whether they still have an error. */
  static final int LOOKS = 100;

  private static final long EVERY_MS = 30_000;

  private final ListStore store;
  private long tidiedMs = View.NEVER_MS;
  private int nextLook;

  DeadLetters(ListStore store) {
    this.store = store;
  }

  /**
   * Tidies, where it was not done just now.
   *
   * @param dead how many there are
   */
  void tidy(long nowMs, long dead, StoreGate gate) {
    if (dead == 0 || (tidiedMs != View.NEVER_MS && nowMs - tidiedMs < EVERY_MS)) {
      return;
    }
    tidiedMs = nowMs;
    List<DeadLetter> letters = gate.ask(() -> store.queue().deadLetters(MOST)); // the oldest first
    Map<String, String> lastIdByKey = new HashMap<>();
    letters.forEach(letter -> lastIdByKey.put(letter.key(), letter.id()));
    long surplus = dead - MOST;
    List<DeadLetter> kept = new ArrayList<>();
    for (DeadLetter letter : letters) {
      boolean isLast = letter.id().equals(lastIdByKey.get(letter.key()));
      if (isLast && surplus <= 0) {
        kept.add(letter);
      } else {
        discard(letter, gate);
        surplus--;
      }
    }
    forgetMended(kept, gate);
  }

  /** Goes on behind those that it looked at the last time, about. */
  private void forgetMended(List<DeadLetter> letters, StoreGate gate) {
    int looks = Math.min(LOOKS, letters.size());
    for (int i = 0; i < looks; i++) {
      DeadLetter letter = letters.get((nextLook + i) % letters.size());
      if (gate.ask(() -> store.error(letter.key()).isEmpty())) {
        discard(letter, gate);
      }
    }
    nextLook = letters.isEmpty() ? 0 : (nextLook + looks) % letters.size();
  }

  private void discard(DeadLetter letter, StoreGate gate) {
    boolean unused = gate.change(() -> store.queue().discard(letter.id()));
  }
}
