package io.tallystick.shm;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;

/** What differs between JDKs in a thread's identity. */
final class ThreadIds {
  private static final @Nullable MethodHandle IS_VIRTUAL = find();

  private ThreadIds() {}

  /** A hash of the thread; equal for one thread, not unique. */
  @SuppressWarnings("deprecation") // threadId() came with 19
  static int of(Thread thread) {
    return (int) thread.getId();
  }

  /** Whether the JDK has virtual threads and this is one. */
  static boolean isVirtual(Thread thread) {
    if (IS_VIRTUAL == null) {
      return false;
    }
    try {
      return (boolean) IS_VIRTUAL.invokeExact(thread);
    } catch (Throwable e) {
      throw new IllegalStateException("Thread.isVirtual: thread=" + thread, e);
    }
  }

  private static @Nullable MethodHandle find() {
    try {
      return MethodHandles.publicLookup()
          .findVirtual(Thread.class, "isVirtual", MethodType.methodType(boolean.class));
    } catch (NoSuchMethodException e) {
      return null; // before 21 there are none
    } catch (IllegalAccessException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
