package io.tallystick.shm;

import java.util.HashSet;
import java.util.Set;

/**
 * The lives of this process' series that can expire.
 *
 * <p>Threading: any. A look takes as long as reading the cells of all of them; series are added and
 * removed meanwhile.
 */
final class SeriesLives {
  private static final long MOST_BETWEEN_LOOKS_MS = 5_000;

  /** Looks in each time to live, so that a series is not shown as expired between two of them. */
  private static final int LOOKS_IN_TTL = 4;

  private final Object looking = new Object();
  private final Set<SeriesLife> lives = new HashSet<>(); // guarded by this, as what follows
  private SeriesLife[] known = {};
  private boolean changed;
  private long betweenLooksMs = MOST_BETWEEN_LOOKS_MS;
  private long lookedMs;

  synchronized void add(SeriesLife life, long ttlMs) {
    changed |= lives.add(life);
    betweenLooksMs = Math.min(betweenLooksMs, ttlMs / LOOKS_IN_TTL);
  }

  synchronized void remove(SeriesLife life) {
    changed |= lives.remove(life);
  }

  /** Looks at all of them if it is time to. */
  void turn(long nowMs) {
    synchronized (this) {
      if (lives.isEmpty() || nowMs - lookedMs < betweenLooksMs) {
        return;
      }
    }
    look(nowMs);
  }

  /** Looks at all of them. */
  void look(long nowMs) {
    synchronized (looking) {
      for (SeriesLife life : takeKnown(nowMs)) {
        life.look(nowMs);
      }
    }
  }

  private synchronized SeriesLife[] takeKnown(long nowMs) {
    lookedMs = nowMs;
    if (changed) {
      changed = false;
      known = lives.toArray(SeriesLife[]::new);
    }
    return known;
  }
}
