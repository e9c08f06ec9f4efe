package io.tallystick.fallback;

import io.tallystick.store.KeyValues;
import io.tallystick.store.Store;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.locks.LockSupport;

/**
 * The first store of a process, which holds that process' replay when it has brought so many keys
 * there as a test says. Threading: any.
 */
final class HeldReplay {
  private static final int NEVER = Integer.MAX_VALUE;
  private static final String OWN_THREADS = "tallystick-fallback-";

  private final Store store;
  private final Runnable onHeld;
  private int callsLeft = NEVER; // guarded by this
  private volatile boolean holds;

  /**
   * @param onHeld told when the replay is held
   */
  HeldReplay(Store store, Runnable onHeld) {
    this.store = store;
    this.onHeld = onHeld;
  }

  Store store() {
    return proxy(
        Store.class,
        (proxy, method, arguments) -> {
          Object answer = invoke(method, store, arguments);
          boolean isReplaying = Thread.currentThread().getName().startsWith(OWN_THREADS);
          return isReplaying && answer instanceof KeyValues keyValues ? counted(keyValues) : answer;
        });
  }

  private KeyValues counted(KeyValues keyValues) {
    return proxy(
        KeyValues.class,
        (proxy, method, arguments) -> {
          Object answer = invoke(method, keyValues, arguments);
          called();
          return answer;
        });
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private static Object invoke(Method method, Object of, Object[] arguments) throws Throwable {
    try {
      return method.invoke(of, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private void called() {
    if (isHeld()) {
      onHeld.run();
      while (holds) {
        LockSupport.parkNanos(1_000_000);
      }
    }
  }

  private synchronized boolean isHeld() {
    if (callsLeft == NEVER) {
      return false;
    }
    callsLeft--;
    return holds && callsLeft == 0;
  }

  /** Has a replay held behind the call of this number from now on. */
  synchronized void hold(int calls) {
    callsLeft = calls;
    holds = true;
  }

  /** Holds none, and has one that is held go on. */
  synchronized void goOn() {
    callsLeft = NEVER;
    holds = false;
  }
}
