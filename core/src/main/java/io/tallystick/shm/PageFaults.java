package io.tallystick.shm;

/**
 * Faults of mapped pages that have gone because their file was cut.
 *
 * <p>The JVM reports such a fault as an {@link InternalError}. Compiled code goes on behind the
 * access that failed, with any value for what was read, and the error comes at some later point,
 * which may be outside of the block that would catch it. So whoever catches it must ask for it
 * within that block, on every way out of it.
 */
public final class PageFaults {
  // The JVM looks for pending errors where code calls into it. An array of two dimensions is always
  // made by such a call, unless its lengths are constants or nobody looks at it.
  private static volatile int length = 1;

  private PageFaults() {}

  /**
   * Throws the error of a fault that this thread had before, if it was not thrown yet.
   *
   * @throws InternalError where there was one
   */
  public static void throwPending() {
    length = new byte[length][length].length;
  }
}
