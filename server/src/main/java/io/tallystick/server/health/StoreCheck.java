package io.tallystick.server.health;

import io.tallystick.health.HealthCheck;
import io.tallystick.health.HealthChecks;
import io.tallystick.health.HealthResult;
import io.tallystick.store.Store;
import io.tallystick.store.StoreException;
import io.tallystick.store.Stores;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Asks a store that is opened by its URL whether it can be used. One that cannot be opened yet is
 * tried again by each check.
 *
 * <p>Threading: checks come one at a time; it may be closed meanwhile.
 */
final class StoreCheck implements HealthCheck, AutoCloseable {
  private static final Duration TIME_LIMIT = Duration.ofSeconds(2);

  private final String url;
  private @Nullable Store store; // guarded by this
  private boolean isClosed; // likewise

  private StoreCheck(String url) {
    this.url = url;
  }

  /**
   * A check of the store of a URL, which is opened if it can be.
   *
   * @throws IllegalArgumentException where the URL is none of a store
   */
  static StoreCheck open(String url) {
    StoreCheck check = new StoreCheck(url);
    try {
      Store unused = check.opened();
    } catch (StoreException e) {
      return check; // which says so each time, until the store is there
    }
    return check;
  }

  private Store opened() {
    synchronized (this) {
      if (store != null) {
        return store;
      }
    }
    Store made = Stores.open(url); // may take long: without the lock that close() needs
    synchronized (this) {
      if (!isClosed) {
        store = made;
        return made;
      }
    }
    made.close();
    throw new StoreException(StoreException.Category.PERMANENT, "check is closed");
  }

  @Override
  public HealthResult check() throws Exception {
    return HealthChecks.store(opened()).check();
  }

  @Override
  public Duration timeLimit() {
    return TIME_LIMIT;
  }

  @Override
  public void close() {
    Store last;
    synchronized (this) {
      isClosed = true;
      last = store;
      store = null;
    }
    if (last != null) {
      last.close();
    }
  }
}
