package io.tallystick.sd.cache;

import io.tallystick.sd.generate.GenerationException;
import io.tallystick.sd.generate.TargetGroup;
import io.tallystick.sd.generate.Targets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One run of a path's generators on a worker's thread, which another thread may stop.
 *
 * <p>Threading: {@link #run} is called once, by the thread that made this; {@link #stop} by any, at
 * any time. No interrupt of stop() is left to the thread once run() has returned.
 */
final class Generation {
  private final Thread thread = Thread.currentThread();
  private boolean isRunning;
  private boolean isStopped;

  /**
   * Runs the generators; null where it was stopped.
   *
   * @throws GenerationException if one failed
   */
  @Nullable List<TargetGroup> run(Targets targets, TargetQuery query) throws GenerationException {
    if (!begin()) {
      return null;
    }
    try {
      return targets.generate(query.path(), query.arguments());
    } catch (InterruptedException e) {
      return null;
    } finally {
      end();
    }
  }

  private synchronized boolean begin() {
    isRunning = !isStopped;
    return isRunning;
  }

  private synchronized void end() {
    isRunning = false;
    boolean unused = Thread.interrupted();
  }

  /** Stops it, now or before it begins. */
  synchronized void stop() {
    isStopped = true;
    if (isRunning) {
      thread.interrupt();
    }
  }

  synchronized boolean isStopped() {
    return isStopped;
  }
}
