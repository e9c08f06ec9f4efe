package io.tallystick.server;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The wish of the operating system that this process ends (SIGINT, SIGTERM), as an interrupt of the
 * thread that runs a command.
 *
 * <p>The JVM then lives on until the command has closed what it opened and this with it, but no
 * longer than a few seconds.
 */
final class Termination implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread hook;

  Termination(Thread command) {
    hook = new Thread(() -> interruptAndWait(command), "tallystick-termination");
  }

  /** From now until this is closed, a request to end the process interrupts the command. */
  void listen() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Lets the JVM end. */
  @Override
  public void close() {
    closed.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is ending: the hook runs, and has just been let go.
    }
  }

  private void interruptAndWait(Thread command) {
    command.interrupt();
    try {
      closed.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
