package io.tallystick.fallback;

import io.tallystick.store.Capability;
import io.tallystick.store.JobQueue;
import io.tallystick.store.KeyValues;
import io.tallystick.store.Ledger;
import io.tallystick.store.Limits;
import io.tallystick.store.RestoreMode;
import io.tallystick.store.RetryPolicy;
import io.tallystick.store.Store;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import io.tallystick.store.StoreStats;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** A store that a test takes away, or that does what it is told and gives no answer. */
final class FaultyStore implements Store {
  private static final Set<String> READS = Set.of("get", "exists", "timeToLive", "scan");

  private final Store store;
  private volatile boolean away;
  private volatile boolean refuses;
  private volatile boolean refusesWrites;
  private volatile boolean refusesRestores;
  private final AtomicInteger lostAnswers = new AtomicInteger();
  private final AtomicInteger untilInterrupted = new AtomicInteger();
  private volatile Runnable interruption = () -> {};
  private final AtomicReference<Runnable> delay = new AtomicReference<>();
  private final AtomicInteger deadline = new AtomicInteger();
  private volatile boolean isDead;
  private final AtomicInteger calls = new AtomicInteger();

  FaultyStore(Store store) {
    this.store = store;
  }

  /** The store itself. */
  Store store() {
    return store;
  }

  void goAway() {
    away = true;
  }

  void comeBack() {
    away = false;
  }

  /** All calls are refused, as where the password is wrong. */
  void refuse() {
    refuses = true;
  }

  /** What changes a value fails from now on, as where the disk is full. */
  void refuseWrites() {
    refusesWrites = true;
  }

  /** Whether there is no room for what is restored. */
  void refuseRestores(boolean refuses) {
    refusesRestores = refuses;
  }

  /** The next calls do what they are to do, and fail. */
  void loseAnswers(int number) {
    lostAnswers.set(number);
  }

  int calls() {
    return calls.get();
  }

  private static StoreException gone() {
    return new StoreException(Category.TRANSIENT, "taken away by the test");
  }

  /** Has the process die at a call, half of the time when it is done. */
  void dieAfter(int number) {
    deadline.set(number);
  }

  boolean isDead() {
    return isDead;
  }

  /** Has something done ahead of the call of this number from now on. */
  void before(int call, Runnable interruption) {
    this.interruption = interruption;
    untilInterrupted.set(call);
  }

  /** Has something done behind the next call that is made, before its answer is there. */
  void beforeNextAnswer(Runnable meanwhile) {
    delay.set(meanwhile);
  }

  private void begin() {
    if (untilInterrupted.get() > 0 && untilInterrupted.decrementAndGet() == 0) {
      interruption.run();
    }
    calls.incrementAndGet();
    if (isDead) {
      throw new Death();
    }
    if (deadline.get() > 0 && deadline.get() % 2 == 1 && deadline.addAndGet(-2) <= 0) {
      isDead = true;
      throw new Death();
    }
    if (away) {
      throw gone();
    }
    if (refuses) {
      throw new StoreException(Category.PERMANENT, "refused by the test");
    }
  }

  private void end() {
    Runnable meanwhile = delay.getAndSet(null);
    if (meanwhile != null) {
      meanwhile.run();
    }
    if (deadline.get() > 0 && deadline.get() % 2 == 0 && deadline.addAndGet(-2) <= 0) {
      isDead = true;
      throw new Death();
    }
    if (lostAnswers.get() > 0 && lostAnswers.getAndDecrement() > 0) {
      throw gone();
    }
  }

  private <T> T facet(Class<T> type, T of) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> invoke(method, of, arguments)));
  }

  private Object invoke(Method method, Object of, Object[] arguments) throws Throwable {
    begin();
    if (refusesWrites && !READS.contains(method.getName())) {
      throw gone();
    }
    try {
      Object answer = method.invoke(of, arguments);
      end();
      return answer;
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  @Override
  public KeyValues keyValues() {
    return facet(KeyValues.class, store.keyValues());
  }

  @Override
  public JobQueue jobQueue(String name, RetryPolicy policy) {
    return facet(JobQueue.class, store.jobQueue(name, policy));
  }

  @Override
  public Ledger ledger() {
    return facet(Ledger.class, store.ledger());
  }

  @Override
  public List<String> queues() {
    begin();
    return store.queues();
  }

  @Override
  public Set<Capability> capabilities() {
    return store.capabilities();
  }

  @Override
  public Limits limits() {
    return store.limits();
  }

  @Override
  public StoreStats stats() {
    begin();
    return store.stats();
  }

  @Override
  public void ping() {
    begin();
    store.ping();
    end();
  }

  @Override
  public void backup(Path file) {
    begin();
    store.backup(file);
    end();
  }

  @Override
  public void restore(Path file, RestoreMode mode) {
    begin();
    if (refusesRestores) {
      throw new StoreException(Category.PERMANENT, "full, says the test");
    }
    store.restore(file, mode);
    end();
  }

  @Override
  public void close() {
    store.close();
  }

  /** The death of a process, as far as its thread goes. */
  static final class Death extends Error {
    private static final long serialVersionUID = 1L;
  }
}
