package io.tallystick;

import io.tallystick.store.Ledger;
import io.tallystick.store.Store;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import io.tallystick.store.StoreUrl;
import io.tallystick.store.Stores;
import org.jspecify.annotations.Nullable;

/**
 * The store that a directory is replicated to: the application's, or one that is opened by its URL
 * when it is used first, again and again until that succeeds, so that a store that is down holds up
 * no application's start. Threading: any.
 */
final class ReplicationTarget implements AutoCloseable {
  private final @Nullable Store given;
  private final String url;
  private @Nullable Store opened; // guarded by this, as the next one
  private boolean closed;

  private ReplicationTarget(@Nullable Store given, String url) {
    this.given = given;
    this.url = url;
  }

  /** The application's, which it closes. */
  static ReplicationTarget of(Store store) {
    return new ReplicationTarget(store, "");
  }

  /**
   * One that is opened and closed here.
   *
   * @throws IllegalArgumentException where no store has such a URL; its secrets are not told
   */
  static ReplicationTarget of(String url) {
    StoreUrl unused = StoreUrl.parse(url);
    return new ReplicationTarget(null, url);
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
    Store store = Stores.open(url); // without the lock: it may take long
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
      present.close();
    }
  }
}
