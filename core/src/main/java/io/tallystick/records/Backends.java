package io.tallystick.records;

import io.tallystick.store.Store;
import io.tallystick.store.StoreException;
import io.tallystick.store.Stores;
import java.time.InstantSource;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Several stores for records, each with a name, one of them the default. Each is opened when it is
 * asked for first, and closed with this. Threading: any.
 */
public final class Backends implements AutoCloseable {
  private final Map<String, Backend> backends = new LinkedHashMap<>();
  private final Map<String, RecordStore> opened = new LinkedHashMap<>(); // guarded by this
  private final InstantSource clock;
  private final @Nullable String defaultName;
  private boolean closed; // guarded by this

  private Backends(List<Backend> all, InstantSource clock) {
    this.clock = clock;
    String first = all.size() == 1 ? all.get(0).name() : null;
    for (Backend backend : all) {
      if (backends.putIfAbsent(backend.name(), backend) != null) {
        throw new IllegalArgumentException("name is there twice: backend=" + backend.name());
      }
      if (backend.isDefault() && first != null && all.size() > 1) {
        throw new IllegalArgumentException(
            "two backends are the default: backend=" + first + " backend=" + backend.name());
      }
      first = backend.isDefault() ? backend.name() : first;
    }
    this.defaultName = first;
  }

  /**
   * Takes backends, of which none is opened yet.
   *
   * @throws IllegalArgumentException where there is none, two have one name, or two are the default
   */
  public static Backends of(List<Backend> backends) {
    return of(backends, InstantSource.system());
  }

  /**
   * Takes backends with a clock for their records.
   *
   * @throws IllegalArgumentException as {@link #of(List)}
   */
  public static Backends of(List<Backend> backends, InstantSource clock) {
    if (backends.isEmpty()) {
      throw new IllegalArgumentException("there is no backend");
    }
    return new Backends(backends, clock);
  }

  /** The names, in the order of the configuration. */
  public Set<String> names() {
    return Collections.unmodifiableSet(backends.keySet());
  }

  /** The name of the default; empty where there are several and none is. */
  public Optional<String> defaultName() {
    return Optional.ofNullable(defaultName);
  }

  /**
   * The records of the default.
   *
   * @throws IllegalArgumentException where there are several and none is; it lists the names
   * @throws StoreException where it cannot be opened
   */
  public RecordStore records() {
    if (defaultName == null) {
      throw new IllegalArgumentException("no backend is the default, name one: " + known());
    }
    return records(defaultName);
  }

  private String known() {
    return "known=" + String.join(", ", backends.keySet());
  }

  /**
   * The records of the backend of a name.
   *
   * @throws IllegalArgumentException where there is none of exactly this name; it lists the names
   * @throws StoreException where it cannot be opened
   */
  public RecordStore records(String name) {
    Backend backend = backends.get(name);
    if (backend == null) {
      throw new IllegalArgumentException("no such backend: backend=" + name + " " + known());
    }
    synchronized (this) {
      if (closed) {
        throw new StoreException(
            StoreException.Category.PERMANENT, "backends are closed: backend=" + name);
      }
      RecordStore present = opened.get(name);
      if (present == null) {
        present = open(backend);
        opened.put(name, present);
      }
      return present;
    }
  }

  private RecordStore open(Backend backend) {
    Store store = Stores.open(backend.fullUrl());
    try {
      return RecordStore.of(store, backend.settings(), clock);
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  /** Closes the stores that were opened. */
  @Override
  public synchronized void close() {
    closed = true;
    RuntimeException first = null;
    for (RecordStore records : opened.values()) {
      try {
        records.store().close();
      } catch (RuntimeException e) {
        first = first == null ? e : first;
      }
    }
    opened.clear();
    if (first != null) {
      throw first;
    }
  }
}
