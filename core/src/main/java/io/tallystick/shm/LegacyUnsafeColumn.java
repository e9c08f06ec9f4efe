package io.tallystick.shm;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A column reached by its address through {@code sun.misc.Unsafe}, on JDKs that have its memory
 * access without a flag and without a warning: those before 24.
 *
 * <p>The methods are found by name, so that nothing is compiled against them; as constants they are
 * inlined as direct calls are.
 */
final class LegacyUnsafeColumn extends Column {
  private static final int FIRST_RELEASE_THAT_WARNS = 24;
  private static final @Nullable Object UNSAFE = find();
  private static final MethodHandle GET = handle("getLong", long.class, long.class);
  private static final MethodHandle GET_IN_OBJECT =
      handle("getLong", long.class, Object.class, long.class);
  private static final MethodHandle GET_VOLATILE =
      handle("getLongVolatile", long.class, Object.class, long.class);
  private static final MethodHandle PUT_ORDERED =
      handle("putOrderedLong", void.class, Object.class, long.class, long.class);
  private static final MethodHandle COMPARE_AND_SWAP =
      handle("compareAndSwapLong", boolean.class, Object.class, long.class, long.class, long.class);

  private static final long ADDRESS_OFFSET = addressOffset();

  private final long address;
  private final ByteBuffer cells; // keeps the mapping

  LegacyUnsafeColumn(@Nullable Thread owner, int number, ByteBuffer cells) {
    super(owner, number);
    this.cells = cells;
    this.address = addressOf(cells);
  }

  /** Whether this JVM has what is needed. */
  static boolean isPossible() {
    return UNSAFE != null;
  }

  private static @Nullable Object find() {
    if (Runtime.version().feature() >= FIRST_RELEASE_THAT_WARNS) {
      return null;
    }
    try {
      Field field = Class.forName("sun.misc.Unsafe").getDeclaredField("theUnsafe");
      field.setAccessible(true);
      return field.get(null);
    } catch (ReflectiveOperationException | RuntimeException e) {
      return null; // a JVM without the module jdk.unsupported has the other ways
    }
  }

  private static MethodHandle handle(String name, Class<?> result, Class<?>... parameters) {
    MethodType type = MethodType.methodType(result, parameters);
    if (UNSAFE == null) {
      return MethodHandles.empty(type); // never called
    }
    try {
      return MethodHandles.publicLookup().findVirtual(UNSAFE.getClass(), name, type).bindTo(UNSAFE);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Where a direct buffer's object holds the address of its memory. */
  private static long addressOffset() {
    if (UNSAFE == null) {
      return 0; // never used
    }
    try {
      Field address = Buffer.class.getDeclaredField("address");
      Method offset = UNSAFE.getClass().getMethod("objectFieldOffset", Field.class);
      return (Long) offset.invoke(UNSAFE, address); // once, which a handle would not be worth
    } catch (ReflectiveOperationException e) {
      throw unexpected(e);
    }
  }

  private static long addressOf(ByteBuffer direct) {
    try {
      return (long) GET_IN_OBJECT.invokeExact((Object) direct, ADDRESS_OFFSET);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  @Override
  Column forOwner(@Nullable Thread next) {
    return new LegacyUnsafeColumn(next, number, cells);
  }

  @Override
  public void addOwned(int cell, long amount) {
    long at = address + ((long) cell << 3);
    put(at, get(at) + amount);
  }

  @Override
  public void addOwned(int cell, double amount) {
    long at = address + ((long) cell << 3);
    put(at, Double.doubleToRawLongBits(Double.longBitsToDouble(get(at)) + amount));
  }

  @Override
  public long getPlain(int cell) {
    return get(address + ((long) cell << 3));
  }

  @Override
  public long getAcquire(int cell) {
    try {
      return (long) GET_VOLATILE.invokeExact((Object) null, address + ((long) cell << 3));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  @Override
  public void putRelease(int cell, long word) {
    put(address + ((long) cell << 3), word);
  }

  @Override
  boolean compareAndSet(int cell, long expected, long word) {
    try {
      return (boolean)
          COMPARE_AND_SWAP.invokeExact((Object) null, address + ((long) cell << 3), expected, word);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  private static long get(long at) {
    try {
      return (long) GET.invokeExact(at);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Stores after everything that was written before. */
  private static void put(long at, long word) {
    try {
      PUT_ORDERED.invokeExact((Object) null, at, word);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  private static Error unexpected(Throwable e) {
    return e instanceof Error error ? error : new AssertionError("sun.misc.Unsafe throws", e);
  }
}
