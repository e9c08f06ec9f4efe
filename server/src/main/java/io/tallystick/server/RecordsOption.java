package io.tallystick.server;

import io.tallystick.records.Backends;
import io.tallystick.records.RecordStore;
import io.tallystick.store.Store;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where records are: the store of a URL, or a backend of a config. */
final class RecordsOption {
  @Mixin private final StoreOption store = new StoreOption();

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Backends, as YAML; as JSON where it ends in .json.")
  private @Nullable String config;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      description = "One of the config's backends; without it, the default.")
  private @Nullable String backend;

  /** Records, and what is closed once they are not needed any more. */
  record Opened(RecordStore records, String name, AutoCloseable resource) implements AutoCloseable {
    @Override
    public void close() {
      try {
        resource.close();
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IllegalStateException("cannot be closed: store=" + name, e);
      }
    }
  }

  /**
   * The records.
   *
   * @param makes whether a store of a URL is made where there is none
   * @throws UsageException where none is named, or none of this name is there
   */
  Opened open(boolean makes) {
    if (config == null) {
      if (backend != null) {
        throw new UsageException("missing: option=--config; backends have names in a config");
      }
      return ofStore(makes ? store.existing().orElseGet(store::open) : store.openExisting());
    }
    Backends backends = new BackendsFile(config).open();
    try {
      String name = backend == null ? backends.defaultName().orElse("") : backend;
      RecordStore records = backend == null ? backends.records() : backends.records(backend);
      return new Opened(records, name, backends);
    } catch (IllegalArgumentException e) {
      backends.close();
      throw new UsageException(String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      backends.close();
      throw e;
    }
  }

  private Opened ofStore(Store opened) {
    try {
      return new Opened(RecordStore.of(opened), store.name(), opened);
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
  }
}
