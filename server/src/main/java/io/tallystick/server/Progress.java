package io.tallystick.server;

import java.io.Console;
import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Says again and again how far something has come, from a thread of its own, until it is closed: a
 * bar on a terminal, a line every few seconds elsewhere.
 */
final class Progress implements AutoCloseable {
  private static final int BAR = 30;
  private static final long BAR_EVERY_MS = 200;
  private static final long LINE_EVERY_MS = 2_000;

  private final PrintStream out;
  private final boolean onTerminal;
  private final String what;
  private final String unit;
  private final LongSupplier done;
  private final long expected;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "tallystick-progress");

  /**
   * @param done how many units are done
   * @param expected about how many there will be; 0 where that is not known
   */
  Progress(
      PrintStream out,
      boolean onTerminal,
      String what,
      String unit,
      LongSupplier done,
      long expected) {
    this.out = out;
    this.onTerminal = onTerminal;
    this.what = what;
    this.unit = unit;
    this.done = done;
    this.expected = expected;
  }

  /** Whether somebody looks at a terminal. */
  @SuppressWarnings("SystemConsoleNull") // which is what it says before JDK 22
  static boolean isOnTerminal() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      return Boolean.TRUE.equals(Console.class.getMethod("isTerminal").invoke(console));
    } catch (NoSuchMethodException e) {
      return true;
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }

  /** Begins to say it. */
  Progress start() {
    thread.setDaemon(true);
    thread.start();
    return this;
  }

  private void run() {
    try {
      while (!closing.await(onTerminal ? BAR_EVERY_MS : LINE_EVERY_MS, TimeUnit.MILLISECONDS)) {
        say();
      }
    } catch (InterruptedException e) {
      // nobody waits for what it says
    }
  }

  /** Says how far it is now. */
  void say() {
    long bytes = done.getAsLong();
    if (onTerminal) {
      out.print("\r" + what + " " + bar(bytes) + " " + bytes + " " + unit);
    } else {
      out.println(what + ": " + unit + "=" + bytes);
    }
    out.flush();
  }

  private String bar(long bytes) {
    if (expected <= 0) {
      return "";
    }
    int full = (int) Math.min(BAR, BAR * bytes / expected);
    return "[" + "=".repeat(full) + " ".repeat(BAR - full) + "]";
  }

  /** Ends the bar's line. */
  @Override
  public void close() {
    closing.countDown();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(1));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (onTerminal) {
      out.print("\r" + " ".repeat(BAR + what.length() + 30) + "\r");
      out.flush();
    }
  }
}
