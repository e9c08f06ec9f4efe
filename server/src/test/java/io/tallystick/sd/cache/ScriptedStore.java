package io.tallystick.sd.cache;

import io.tallystick.store.JobQueue;
import io.tallystick.store.KeyValues;
import io.tallystick.store.Store;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** A store that can be away, or hang, and that counts what it is asked. */
public final class ScriptedStore {
  private enum Mode {
    UP,
    DOWN,
    HANGING
  }

  private final Store store;
  private final AtomicInteger calls = new AtomicInteger();
  private final Map<String, Integer> answeredByName = new ConcurrentHashMap<>();
  private final CountDownLatch hanging = new CountDownLatch(1);
  private volatile Mode mode = Mode.UP;
  private volatile String refused = "";

  public ScriptedStore(Store store) {
    this.store = store;
  }

  /** The store to use. */
  public Store store() {
    return proxy(Store.class, store);
  }

  /** How many calls of its facets there were. */
  public int calls() {
    return calls.get();
  }

  /** How many calls of a name have been answered. */
  public int calls(String name) {
    return answeredByName.getOrDefault(name, 0);
  }

  public void down() {
    mode = Mode.DOWN;
  }

  /** From now no call returns, until {@link #up}. */
  public void hang() {
    mode = Mode.HANGING;
  }

  /** From now calls of this name fail, as if the store could be read alone, until {@link #up}. */
  public void refuse(String name) {
    refused = name;
  }

  public void up() {
    refused = "";
    mode = Mode.UP;
    hanging.countDown();
  }

  private <T> T proxy(Class<T> type, Object of) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> call(of, method, arguments)));
  }

  private Object call(Object of, Method method, Object[] arguments) throws Throwable {
    boolean isFacet = method.getName().equals("keyValues") || method.getName().equals("jobQueue");
    if (!isFacet) {
      calls.incrementAndGet();
      if (mode == Mode.HANGING) {
        hanging.await();
      }
      if (mode != Mode.UP || method.getName().equals(refused)) {
        throw new StoreException(Category.TRANSIENT, "store is away");
      }
    }
    try {
      Object result = method.invoke(of, arguments);
      answeredByName.merge(method.getName(), 1, Integer::sum);
      return switch (method.getName()) {
        case "keyValues" -> proxy(KeyValues.class, result);
        case "jobQueue" -> proxy(JobQueue.class, result);
        default -> result;
      };
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
