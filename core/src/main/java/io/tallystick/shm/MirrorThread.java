package io.tallystick.shm;

/**
 * How a thread is known that copies a registry into a process file.
 *
 * <p>Such a thread must not collect a directory, or the directory would be copied into itself. The
 * registry may be another copy of this library's, in another class loader or shaded; what they have
 * in common is the name of the thread.
 */
public final class MirrorThread {
  public static final String NAME = "tallystick-mirror";

  private MirrorThread() {}

  /** Whether the calling thread is one. */
  public static boolean isCurrent() {
    return Thread.currentThread().getName().equals(NAME);
  }
}
