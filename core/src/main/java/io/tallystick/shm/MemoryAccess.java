package io.tallystick.shm;

import org.agrona.concurrent.UnsafeBuffer;

/** The ways to reach mapped memory; which one a JVM uses is decided once, when it starts. */
public enum MemoryAccess {
  /** By address, through Agrona. Needs {@code jdk.internal.misc} to be open. */
  UNSAFE,
  /** By address, through {@code sun.misc.Unsafe}. Needs a JDK before 24. */
  LEGACY_UNSAFE,
  /** Through views of the mapped buffer. Needs nothing. */
  BUFFER;

  private static final MemoryAccess CURRENT = detect();

  /** The way this JVM uses: by address where the JVM allows it without a warning. */
  public static MemoryAccess current() {
    return CURRENT;
  }

  private static MemoryAccess detect() {
    Module base = Object.class.getModule();
    boolean open = base.isOpen("jdk.internal.misc", UnsafeBuffer.class.getModule());
    if (open) {
      return UNSAFE;
    }
    return LegacyUnsafeColumn.isPossible() ? LEGACY_UNSAFE : BUFFER;
  }
}
