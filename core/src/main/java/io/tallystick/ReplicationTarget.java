package io.tallystick;

import io.tallystick.shm.Log;
import io.tallystick.store.Ledger;
import io.tallystick.store.Store;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import io.tallystick.store.Stores;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The store that a directory is replicated to: the application's, or one that is opened by its URL
 * when it is used first, again and again until that succeeds, so that a store that is down holds up
 * no application's start. Its close waits a few seconds for one that hangs. Threading: any.
 */
final class ReplicationTarget implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final @Nullable Store given;
  private final Supplier<? extends Store> opener; // where none is given
  private final Duration patience;
  private @Nullable Store opened; // guarded by this, as the next one
  private boolean closed;

  private ReplicationTarget(
      @Nullable Store given, Supplier<? extends Store> opener, Duration patience) {
    this.given = given;
    this.opener = opener;
    this.patience = patience;
  }

  /** The application's, which it closes. */
  static ReplicationTarget of(Store store) {
    return new ReplicationTarget(store, () -> store, PATIENCE);
  }

  /**
   * One that is opened and closed here.
   *
   * @throws IllegalArgumentException where no store has such a URL; its secrets are not told
   */
  static ReplicationTarget of(String url) {
    String unused = Stores.withoutSecrets(url);
    return of(() -> Stores.open(url), PATIENCE);
  }

  /** One that is opened and closed here, which may take so long. */
  static ReplicationTarget of(Supplier<? extends Store> opener, Duration patience) {
    return new ReplicationTarget(null, opener, patience);
  }

  Ledger ledger() {
    return given != null ? given.ledger() : opened().ledger();
  }

  private Store opened() {
    synchronized (this) {
      if (opened != null) {
        return opened;
      }
    }
    Store store = opener.get(); // without the lock: it may take long
    synchronized (this) {
      if (!closed) {
        opened = store;
        return store;
      }
    }
    store.close();
    throw new StoreException(Category.PERMANENT, "store was closed while it was opened");
  }

  @Override
  public void close() {
    Store present;
    synchronized (this) {
      closed = true;
      present = opened;
    }
    if (present != null) {
      close(present);
    }
  }

  private void close(Store store) {
    Thread closer = new Thread(null, () -> tryClose(store), "tallystick-store-closer", 0, false);
    closer.setDaemon(true);
    closer.setContextClassLoader(null);
    closer.start();
    try {
      closer.join(patience.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // it goes on without being waited for
    }
    if (closer.isAlive()) {
      Log.logger()
          .log(System.Logger.Level.WARNING, "store of replication hangs, nobody waits for its end");
    }
  }

  private static void tryClose(Store store) {
    try {
      store.close();
    } catch (RuntimeException | Error e) { // not all of it is our code
      Log.logger()
          .log(
              System.Logger.Level.WARNING, "store of replication is not closed as it should be", e);
    }
  }
}
