package io.tallystick.sd.cache;

import io.tallystick.store.Store;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.lang.System.Logger.Level;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The way of a server to its store: once a call has failed, all others fail at once, until {@link
 * #probe} has found that the store can be used again. So nobody who asks for a list waits for a
 * store that is away. Threading: any; one thread probes.
 */
final class StoreGate {
  private static final System.Logger LOG = System.getLogger("io.tallystick");

  private final Store store;
  private volatile @Nullable String fault;

  StoreGate(Store store) {
    this.store = store;
  }

  /**
   * What a call to the store gives.
   *
   * @throws StoreException of the call; TRANSIENT where the store has failed before
   */
  <T> T ask(Supplier<T> call) {
    String known = fault;
    if (known != null) {
      throw new StoreException(Category.TRANSIENT, known);
    }
    try {
      return call.get();
    } catch (StoreException e) {
      if (e.category() == Category.TRANSIENT) {
        shut(e);
      }
      throw e;
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

  /** Asks a store that has failed whether it can be used. */
  void probe() {
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
