package io.tallystick;

/** What is done when the JVM ends, from {@link #add} until {@link #remove}. */
final class ShutdownHook {
  private final Thread thread;

  ShutdownHook(Runnable action) {
    this.thread = new Thread(null, action, "tallystick-shutdown", 0, false);
    thread.setContextClassLoader(null);
  }

  void add() {
    try {
      Runtime.getRuntime().addShutdownHook(thread);
    } catch (IllegalStateException e) {
      return; // the JVM ends already: whoever opens something now closes it
    }
  }

  /** Where it was not added, or the JVM ends already, nothing is done. */
  void remove() {
    try {
      boolean unused = Runtime.getRuntime().removeShutdownHook(thread);
    } catch (IllegalStateException e) {
      return; // it runs
    }
  }
}
