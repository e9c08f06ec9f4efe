package io.tallystick.fallback;

import io.tallystick.store.Store;
import io.tallystick.store.StoreException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Changes the mode of a {@link FallbackStore}. It is that of all processes that share the second
 * store, since it is in the {@link Journal}; one that does not know it yet finds it when it writes
 * there.
 *
 * <p>Threading: any; one change at a time.
 */
final class ModeChanges {
  private final Store first;
  private final CircuitBreaker breaker;
  private final CircuitBreaker secondBreaker;
  private final Journal journal;
  private final Mirror mirror;
  private final ModeSwitch modes;
  private final Supplier<String> ids;
  private final ReentrantLock changing = new ReentrantLock();

  ModeChanges(
      Store first,
      CircuitBreaker breaker,
      CircuitBreaker secondBreaker,
      Journal journal,
      Mirror mirror,
      ModeSwitch modes,
      Supplier<String> ids) {
    this.first = first;
    this.breaker = breaker;
    this.secondBreaker = secondBreaker;
    this.journal = journal;
    this.mirror = mirror;
    this.modes = modes;
    this.ids = ids;
  }

  /** Goes from the first store to the second, or to neither. */
  void leaveFirst(String reason) {
    changing.lock();
    try {
      String id = ids.get();
      while (modes.mode() == FallbackMode.PRIMARY) {
        long permit = secondBreaker.tryAcquire();
        if (permit == CircuitBreaker.REFUSED) {
          modes.set(FallbackMode.SAFE, reason + "; second store cannot be used");
          return;
        }
        try {
          journal.begin(id, reason);
          secondBreaker.onSuccess(permit);
          modes.set(FallbackMode.HEURISTIC, reason);
        } catch (StoreException e) {
          secondBreaker.onFailure(permit);
        }
      }
    } finally {
      changing.unlock();
    }
  }

  /** Goes where the journal says that the processes are which share it. */
  void followJournal() {
    changing.lock();
    try {
      if (modes.mode() == FallbackMode.PRIMARY && journal.isOpen()) {
        modes.set(FallbackMode.HEURISTIC, "another process uses the second store");
      } else if (modes.mode() == FallbackMode.HEURISTIC && !journal.isOpen()) {
        breaker.closeCircuit(); // whoever closed the journal has seen that the first one is back
        modes.set(FallbackMode.PRIMARY, "journal is replayed");
      }
    } finally {
      changing.unlock();
    }
  }

  /** At first, nobody may use the first store who does not know that the journal is empty. */
  void begin() {
    follow();
    if (modes.mode() == FallbackMode.PRIMARY && journal.isOpen()) {
      modes.set(FallbackMode.SAFE, "second store cannot be read, and may have a journal");
    }
  }

  /** Takes in what other processes have done. */
  void follow() {
    if (!isDone(journal::look)) {
      return;
    }
    if (modes.mode() == FallbackMode.SAFE) {
      leaveSafe();
    } else {
      followJournal();
    }
  }

  /** Tells the second store what it is to know. */
  void tell() {
    boolean unused =
        isDone(modes.mode() == FallbackMode.PRIMARY ? mirror::flushSome : mirror::flushAll);
  }

  /** Makes a call of the second store that nobody waits for; whether it was made. */
  private boolean isDone(Runnable call) {
    long permit = secondBreaker.tryAcquire();
    if (permit == CircuitBreaker.REFUSED) {
      return false;
    }
    try {
      call.run();
      secondBreaker.onSuccess(permit);
      return true;
    } catch (StoreException e) {
      secondFailed(permit, e);
      return false;
    } catch (RuntimeException | Error e) {
      secondBreaker.release(permit);
      throw e;
    }
  }

  void secondFailed(long permit, StoreException e) {
    secondBreaker.onFailure(permit);
    if (secondBreaker.state() != CircuitBreaker.State.CLOSED
        && modes.mode() == FallbackMode.HEURISTIC) {
      modes.set(FallbackMode.SAFE, "second store cannot be used, too: cause=" + e.getMessage());
    }
  }

  /**
   * The second store is back, and the journal is as it was just seen: others may have written to
   * it, so that no look of before tells whether the first store has everything.
   */
  private void leaveSafe() {
    if (secondBreaker.state() != CircuitBreaker.State.CLOSED) {
      return;
    }
    changing.lock();
    try {
      if (modes.mode() != FallbackMode.SAFE) {
        return;
      }
      if (!journal.isOpen() && breaker.state() == CircuitBreaker.State.CLOSED) {
        modes.set(FallbackMode.PRIMARY, "both stores are back");
      } else if (journal.isOpen()
          || isDone(() -> journal.begin(ids.get(), "second store is back"))) {
        modes.set(FallbackMode.HEURISTIC, "second store is back");
      }
    } finally {
      changing.unlock();
    }
  }

  /**
   * Asks the first store whether it is back, where the circuit allows it; whether the circuit is
   * closed.
   */
  boolean probe() {
    while (breaker.state() != CircuitBreaker.State.CLOSED) {
      long permit = breaker.tryAcquire();
      if (permit == CircuitBreaker.REFUSED) {
        return false;
      }
      try {
        first.ping();
        breaker.onSuccess(permit);
      } catch (RuntimeException e) {
        breaker.onFailure(permit);
        return false;
      }
    }
    return true;
  }
}
