package io.tallystick.fallback;

import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link FallbackStore} does by itself, a step at a time: it follows the other processes,
 * and it goes back to the first store. Threading: one thread for each of both.
 */
final class Upkeep {
  private static final System.Logger LOG = System.getLogger(Upkeep.class.getName());
  private static final int STEPS_BETWEEN_MOVES = 20;
  private static final int STEPS_BETWEEN_LOOKS = 200;

  private final Failover failover;
  private final JobMover mover;
  private final Replayer replayer;
  private final @Nullable FallbackStoreMetrics metrics;
  private int steps; // of the thread that recovers

  Upkeep(
      Failover failover,
      JobMover mover,
      Replayer replayer,
      @Nullable FallbackStoreMetrics metrics) {
    this.failover = failover;
    this.mover = mover;
    this.replayer = replayer;
    this.metrics = metrics;
  }

  /** Takes in what others have written. */
  void follow() {
    failover.changes().follow();
    if (metrics != null) {
      Journal journal = failover.journal();
      metrics.journal(journal.length(), journal.age().toNanos() / 1e9);
    }
  }

  /** Writes what the second store is to know. */
  void tell() {
    failover.changes().tell();
  }

  /** Goes back to the first store where that is back, and moves the jobs that were left. */
  void recover() {
    try {
      switch (failover.modes().mode()) {
        case PRIMARY -> {
          steps++;
          if (steps % STEPS_BETWEEN_LOOKS == 0) {
            mover.look();
          }
          if (mover.isLeft() && steps % STEPS_BETWEEN_MOVES == 1) {
            mover.move();
          }
        }
        case HEURISTIC -> {
          if (failover.changes().probe() && replayer.run()) {
            mover.move(); // not before: what was said of the first store's jobs is said there now
          }
        }
        case SAFE -> {
          boolean unused = failover.changes().probe();
        }
      }
    } catch (StoreException e) {
      if (e.category() != Category.TRANSIENT) {
        LOG.log(System.Logger.Level.WARNING, "replay is tried again: cause=" + e.getMessage(), e);
      }
    }
  }

  /** Writes what the second store is still to know. */
  void end() {
    try {
      failover.mirror().flushAll();
    } catch (StoreException e) {
      // it is in the first one
    }
  }
}
