package io.tallystick.shm;

/**
 * The logger of this library, looked up when there is something to say.
 *
 * <p>With the first look-up a JVM loads its loggers and reads their configuration. Most processes
 * have nothing to say, and a short job would spend more time on that than on opening a directory.
 */
public final class Log {
  private Log() {}

  /** The logger. */
  public static System.Logger logger() {
    return System.getLogger("io.tallystick");
  }
}
