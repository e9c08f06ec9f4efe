package io.tallystick.jmh;

import io.tallystick.store.KeyValues;
import io.tallystick.store.Store;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/** A store that notes when its keys and values failed last, and when they are first used again. */
final class WatchedStore {
  private final Store store;
  private final Store watched;
  private volatile long failedNs;
  private volatile long replayedNs;

  WatchedStore(Store store) {
    this.store = store;
    this.watched = proxy(Store.class, (same, method, arguments) -> invoke(method, arguments));
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private Object invoke(Method method, Object[] arguments) throws Throwable {
    Object answer = call(store, method, arguments);
    return answer instanceof KeyValues values
        ? proxy(KeyValues.class, (same, each, of) -> invokeOf(values, each, of))
        : answer;
  }

  private Object invokeOf(KeyValues values, Method method, Object[] arguments) throws Throwable {
    if (replayedNs == 0) {
      replayedNs = System.nanoTime();
    }
    try {
      return call(values, method, arguments);
    } catch (RuntimeException e) {
      failedNs = System.nanoTime();
      throw e;
    }
  }

  private static Object call(Object target, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  Store store() {
    return watched;
  }

  /** When a call failed last. */
  long failedNs() {
    return failedNs;
  }

  /** Notes the next call as the first. */
  void watchReplay() {
    replayedNs = 0;
  }

  /** When the first call began since then; zero where there was none. */
  long replayedNs() {
    return replayedNs;
  }
}
