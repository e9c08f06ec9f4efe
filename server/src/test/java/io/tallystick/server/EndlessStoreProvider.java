package io.tallystick.server;

import io.tallystick.store.BackupRecord;
import io.tallystick.store.BackupWriter;
import io.tallystick.store.Deadline;
import io.tallystick.store.Store;
import io.tallystick.store.StoreProvider;
import io.tallystick.store.StoreUrl;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/** Opens {@code example-endless:}, a store of which a backup has no end. */
public final class EndlessStoreProvider implements StoreProvider {
  private static final long PAUSE_NS = 1_000_000;

  @Override
  public Set<String> schemes() {
    return Set.of("example-endless");
  }

  @Override
  public Store open(StoreUrl url) {
    return (Store)
        Proxy.newProxyInstance(
            EndlessStoreProvider.class.getClassLoader(),
            new Class<?>[] {Store.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "backup" -> writeForEver((Path) Objects.requireNonNull(arguments)[0]);
                  case "close" -> null;
                  default -> throw new UnsupportedOperationException(method.toString());
                });
  }

  private static Object writeForEver(Path file) {
    try (BackupWriter backup = BackupWriter.create(file, 0)) {
      for (long i = 0; ; i++) {
        backup.write(new BackupRecord.Key("key" + i, new byte[0], Deadline.NEVER_MS));
        LockSupport.parkNanos(PAUSE_NS);
      }
    }
  }
}
