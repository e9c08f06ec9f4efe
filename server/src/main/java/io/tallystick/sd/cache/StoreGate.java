package io.tallystick.sd.cache;

import io.tallystick.store.Store;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The way of a server to its store: once a call has failed, all others fail at once, until {@link
 * #probe} has found that the store can be used again. So nobody who asks for a list waits for a
 * store that is away. Where only a change has failed, as in a store that is full, changes alone
 * fail until then, and what is there is read. Threading: any; one thread probes.
 */
final class StoreGate {
  private static final System.Logger LOG = System.getLogger("io.tallystick");

  private final Store store;
  private final AtomicBoolean warned = new AtomicBoolean(); // until a change is taken again
  private volatile @Nullable String fault;
  private volatile @Nullable String refusal;

  StoreGate(Store store) {
    this.store = store;
  }

  /**
   * What a call to the store gives that changes nothing.
   *
   * @throws StoreException of the call; TRANSIENT where the store has failed before
   */
  <T> T ask(Supplier<T> call) {
    requireNone(fault);
    try {
      return call.get();
    } catch (StoreException e) {
      if (e.category() == Category.TRANSIENT) {
        shut(e);
      } else {
        warn(e);
      }
      throw e;
    }
  }

  /**
   * As {@link #ask}, of a call that a store may have no answer to while it can be used, as one that
   * needs all of its parts; empty where that is so.
   *
   * @throws StoreException where the store cannot be used
   */
  <T> Optional<T> tryAsk(Supplier<T> call) {
    requireNone(fault);
    try {
      return Optional.of(call.get());
    } catch (StoreException e) {
      if (e.category() != Category.TRANSIENT) {
        warn(e);
        throw e;
      }
      boolean unused = ask(this::answers);
      return Optional.empty();
    }
  }

  private boolean answers() {
    store.ping();
    return true;
  }

  /** As {@link #ask}, of a call that changes something. */
  <T> T change(Supplier<T> call) {
    requireNone(fault);
    requireNone(refusal);
    try {
      T result = call.get();
      warned.set(false);
      return result;
    } catch (StoreException e) {
      if (e.category() == Category.TRANSIENT) {
        refusal = String.valueOf(e.getMessage());
      }
      warn(e);
      throw e;
    }
  }

  private static void requireNone(@Nullable String known) {
    if (known != null) {
      throw new StoreException(Category.TRANSIENT, known);
    }
  }

  private void warn(StoreException e) {
    if (warned.compareAndSet(false, true)) {
      LOG.log(Level.WARNING, "store refuses what is asked of it: {0}", e.getMessage());
    }
  }

  private void shut(StoreException e) {
    boolean isNew = fault == null;
    fault = String.valueOf(e.getMessage());
    if (isNew) {
      LOG.log(Level.WARNING, "store cannot be used, own lists are served: {0}", e.getMessage());
    }
  }

  boolean isOpen() {
    return fault == null;
  }

  /** Asks a store that has failed whether it can be used; changes are tried again in any case. */
  void probe() {
    refusal = null;
    if (fault == null) {
      return;
    }
    try {
      store.ping();
      fault = null;
      LOG.log(Level.INFO, "store can be used again");
    } catch (StoreException e) {
      fault = String.valueOf(e.getMessage());
    }
  }
}
