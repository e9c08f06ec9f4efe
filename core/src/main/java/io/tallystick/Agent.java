package io.tallystick;

import io.tallystick.metrics.Tracing;
import io.tallystick.mirror.Mirrors;
import io.tallystick.shm.Log;
import io.tallystick.shm.ProcessFile;
import io.tallystick.shm.SeriesLimits;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The thread that does a process file's work off the update path, and watches its mirrors. */
final class Agent implements AutoCloseable {
  private static final long TURN_MS = 20;

  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread;

  private Agent(ProcessFile file, SeriesLimits limits, Mirrors mirrors) {
    this.thread = new Thread(null, () -> run(file, limits, mirrors), "tallystick-agent", 0, false);
    thread.setDaemon(true);
    thread.setContextClassLoader(null); // it outlives whoever opened the file
  }

  static Agent start(ProcessFile file, SeriesLimits limits, Mirrors mirrors) {
    Agent agent = new Agent(file, limits, mirrors);
    agent.thread.start();
    return agent;
  }

  private void run(ProcessFile file, SeriesLimits limits, Mirrors mirrors) {
    try {
      while (!stop.await(TURN_MS, TimeUnit.MILLISECONDS)) {
        file.turn();
        limits.turn();
        Tracing.look();
        boolean unused = mirrors.watch(System.nanoTime());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody but close() ends it; updates go on without
    } catch (RuntimeException | Error e) {
      Log.logger()
          .log(
              System.Logger.Level.ERROR,
              "agent ended: no more columns are granted, updates go on without",
              e);
      throw e;
    }
  }

  @Override
  public void close() {
    stop.countDown();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
