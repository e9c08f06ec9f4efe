package io.tallystick.fallback;

import io.tallystick.store.Store;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes the calls of a {@link FallbackStore} on whichever store is in use.
 *
 * <p>A call that the first store does not answer is made again, until there is an answer or the
 * circuit is open; then it is made on the second. So what was acknowledged is in one of them.
 *
 * <p>Threading: any. While the first store answers, no lock is taken here.
 */
final class Failover {
  private final Store first;
  private final Store second;
  private final CircuitBreaker breaker;
  private final CircuitBreaker secondBreaker;
  private final int failureThreshold;
  private final Journal journal;
  private final LastKnown known;
  private final Mirror mirror;
  private final ModeSwitch modes;
  private final ModeChanges changes;
  private final @Nullable FallbackStoreMetrics metrics;
  private final String ids = Long.toHexString(ThreadLocalRandom.current().nextLong()) + "-";
  private final AtomicLong latestId = new AtomicLong();
  private volatile boolean closed;

  Failover(
      FallbackStoreBuilder builder,
      Journal journal,
      LastKnown known,
      Mirror mirror,
      ModeSwitch modes) {
    this.first = builder.first;
    this.second = builder.second;
    this.breaker = builder.breaker("first");
    this.secondBreaker = builder.breaker("second");
    this.failureThreshold = builder.failureThreshold;
    this.metrics = builder.storeMetrics();
    this.journal = journal;
    this.known = known;
    this.mirror = mirror;
    this.modes = modes;
    this.changes =
        new ModeChanges(first, breaker, secondBreaker, journal, mirror, modes, this::newId);
  }

  Store first() {
    return first;
  }

  Store second() {
    return second;
  }

  CircuitBreaker breaker() {
    return breaker;
  }

  Journal journal() {
    return journal;
  }

  LastKnown known() {
    return known;
  }

  Mirror mirror() {
    return mirror;
  }

  ModeSwitch modes() {
    return modes;
  }

  ModeChanges changes() {
    return changes;
  }

  /** A text that nobody else has. */
  String newId() {
    return ids + latestId.incrementAndGet();
  }

  void close() {
    closed = true;
  }

  /** Gives the breakers' names in the metrics back. */
  void closeBreakers() {
    breaker.close();
    secondBreaker.close();
  }

  boolean isClosed() {
    return closed;
  }

  void requireOpen() {
    if (closed) {
      throw new StoreException(Category.PERMANENT, "store is closed: backend=fallback");
    }
  }

  // ---- calls ----

  <T> T call(FallbackCall<T> call) {
    try {
      while (true) {
        requireOpen();
        Answer<T> answer =
            switch (modes.mode()) {
              case PRIMARY -> onFirst(call);
              case HEURISTIC -> onSecond(call);
              case SAFE -> new Answer<>(call.safe());
            };
        if (answer != null) {
          return answer.value;
        }
      }
    } catch (NotNowException e) {
      requireOpen(); // it may be why
      throw new StoreException(Category.TRANSIENT, String.valueOf(e.getMessage()), e);
    }
  }

  /** Null where there is no answer. */
  private <T> @Nullable Answer<T> onFirst(FallbackCall<T> call) {
    long permit = breaker.tryAcquire();
    if (permit == CircuitBreaker.REFUSED) {
      changes.leaveFirst("circuit is open");
      return null;
    }
    try {
      T value = call.first(first);
      breaker.onSuccess(permit);
      return new Answer<>(value);
    } catch (StoreException e) {
      if (e.isAnswer()) {
        breaker.onSuccess(permit);
        throw e;
      }
      call.doubt();
      breaker.onFailure(permit);
      if (call.failedInFirst() >= failureThreshold) {
        breaker.openCircuit(); // others succeed, as reads do of a store that takes no writes
      }
      if (metrics != null) {
        metrics.retried();
      }
      if (breaker.state() != CircuitBreaker.State.CLOSED) {
        changes.leaveFirst("circuit is open: cause=" + e.getMessage());
      }
      return null;
    } catch (RuntimeException | Error e) {
      breaker.release(permit);
      throw e;
    }
  }

  private <T> @Nullable Answer<T> onSecond(FallbackCall<T> call) {
    long permit = secondBreaker.tryAcquire();
    if (permit == CircuitBreaker.REFUSED) {
      modes.set(FallbackMode.SAFE, "second store's circuit is open, too");
      return null;
    }
    try {
      T value = call.second(journal, second);
      secondBreaker.onSuccess(permit);
      return new Answer<>(value);
    } catch (JournalClosedException e) {
      secondBreaker.onSuccess(permit);
      changes.followJournal();
      return null;
    } catch (StoreException e) {
      if (e.isAnswer() && e.category() != Category.CORRUPT) {
        secondBreaker.onSuccess(permit);
        throw e;
      }
      changes.secondFailed(permit, e);
      if (call.failedInSecond() >= failureThreshold && modes.mode() == FallbackMode.HEURISTIC) {
        throw e.category() == Category.TRANSIENT
            ? e
            : new StoreException(
                Category.TRANSIENT, "second store cannot be used: cause=" + e.getMessage(), e);
      }
      return null;
    } catch (RuntimeException | Error e) {
      secondBreaker.release(permit);
      throw e;
    }
  }

  /**
   * Asks the second store while the first is in use, which goes on without an answer: so nobody
   * waits for one that is known to be away.
   *
   * @throws StoreException where it cannot be asked
   */
  <T> T askSecond(Function<Store, T> question) {
    requireOpen();
    boolean isClosed = secondBreaker.state() == CircuitBreaker.State.CLOSED;
    long permit = isClosed ? secondBreaker.tryAcquire() : CircuitBreaker.REFUSED;
    return onSecond(question, permit); // threads of our own find out when it is back
  }

  /**
   * Makes a call that the second store alone can answer, whichever is in use. Nobody waits for one
   * that is known to be away, but for whoever finds out that it is back.
   *
   * @throws StoreException where it cannot be made
   */
  <T> T callSecond(Function<Store, T> call) {
    requireOpen();
    return onSecond(call, secondBreaker.tryAcquire());
  }

  private <T> T onSecond(Function<Store, T> question, long permit) {
    if (permit == CircuitBreaker.REFUSED) {
      throw new StoreException(Category.TRANSIENT, "second store's circuit is open");
    }
    try {
      T answer = question.apply(second);
      secondBreaker.onSuccess(permit);
      return answer;
    } catch (StoreException e) {
      if (e.isAnswer() && e.category() != Category.CORRUPT) {
        secondBreaker.onSuccess(permit);
      } else {
        changes.secondFailed(permit, e);
      }
      throw e;
    } catch (RuntimeException | Error e) {
      secondBreaker.release(permit);
      throw e;
    }
  }

  /** Makes a call of the first store for the replay: its result counts for the circuit. */
  <T> T replay(Function<Store, T> call) {
    long permit = breaker.tryAcquire();
    if (permit == CircuitBreaker.REFUSED) {
      throw new StoreException(Category.TRANSIENT, "first store is away again");
    }
    try {
      T answer = call.apply(first);
      breaker.onSuccess(permit);
      return answer;
    } catch (StoreException e) {
      if (e.isAnswer()) {
        breaker.onSuccess(permit);
      } else {
        breaker.onFailure(permit);
      }
      throw e;
    } catch (RuntimeException | Error e) {
      breaker.release(permit);
      throw e;
    }
  }

  /** Waits for the second store, where too much has come together that it is to be told. */
  void relieve() {
    if (known.isFull() && secondBreaker.state() == CircuitBreaker.State.CLOSED) {
      mirror.awaitRoom();
    }
  }

  private record Answer<T>(T value) {}
}
