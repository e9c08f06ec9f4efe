package io.tallystick.shm;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;

/**
 * Work on files that an interrupt of the calling thread must not end.
 *
 * <p>An interrupt closes the channel that it finds its thread at, also one that is kept for others.
 * Here the thread's interrupted state is put aside for the time of the work, which is done again
 * where an interrupt came meanwhile; then the thread gets it back.
 */
public final class Interrupts {
  private static final int TRIES = 10;

  private Interrupts() {}

  /** Does work that leaves nothing behind where it throws. */
  public static <T> T shield(Work<T> work) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      for (int i = 1; ; i++) {
        try {
          return work.run();
        } catch (ClosedByInterruptException e) {
          interrupted = true;
          boolean again = Thread.interrupted() && i < TRIES;
          if (!again) {
            throw e;
          }
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** What is to be done. */
  @FunctionalInterface
  public interface Work<T> {
    T run() throws IOException;
  }
}
