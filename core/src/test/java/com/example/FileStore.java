package com.example;

import io.tallystick.store.Capability;
import io.tallystick.store.JobQueue;
import io.tallystick.store.KeyValues;
import io.tallystick.store.Ledger;
import io.tallystick.store.Limits;
import io.tallystick.store.MemoryStore;
import io.tallystick.store.RestoreMode;
import io.tallystick.store.RetryPolicy;
import io.tallystick.store.Store;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreProvider;
import io.tallystick.store.StoreStats;
import io.tallystick.store.StoreUrl;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A store in one file, which is a backup: each call locks it, reads it into memory, does its work
 * there, and writes it anew. Slow, and safe for use by any thread and any process of a host.
 */
public final class FileStore implements Store {
  private final Path file;
  private final InstantSource clock;
  private volatile boolean closed;

  /** Opens the store of a file, which need not be there. */
  public FileStore(Path file, InstantSource clock) {
    this.file = file;
    this.clock = clock;
  }

  private <T> T call(Function<Store, T> work) {
    Path lockFile = file.resolveSibling(file.getFileName() + ".lock");
    synchronized (FileStore.class) { // a lock keeps other processes out, not other threads
      requireOpen();
      try (FileChannel channel =
          FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        FileLock unused = channel.lock(); // until the channel is closed
        return work(work);
      } catch (IOException e) {
        throw new StoreException(
            StoreException.Category.TRANSIENT, "file cannot be locked: file=" + lockFile, e);
      }
    }
  }

  private <T> T work(Function<Store, T> work) {
    try (MemoryStore content = load()) {
      T result = work.apply(content);
      content.backup(file);
      return result;
    }
  }

  private MemoryStore load() {
    return Files.exists(file)
        ? MemoryStore.resume(file, Long.MAX_VALUE, clock)
        : MemoryStore.open(Long.MAX_VALUE, clock);
  }

  private void run(Consumer<Store> work) {
    Object unused =
        call(
            store -> {
              work.accept(store);
              return true;
            });
  }

  private void requireOpen() {
    if (closed) {
      throw new StoreException(StoreException.Category.PERMANENT, "store is closed: file=" + file);
    }
  }

  /** A facet each of whose methods is a {@link #call}. */
  private <T> T facet(Class<T> type, Function<Store, T> of) {
    requireOpen();
    InvocationHandler handler =
        (proxy, method, arguments) -> call(store -> invoke(method, of.apply(store), arguments));
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private static Object invoke(Method method, Object facet, Object[] arguments) {
    try {
      return method.invoke(facet, arguments);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public KeyValues keyValues() {
    return facet(KeyValues.class, Store::keyValues);
  }

  @Override
  public JobQueue jobQueue(String name, RetryPolicy policy) {
    String checked = limits().checkKey(name);
    return facet(JobQueue.class, store -> store.jobQueue(checked, policy));
  }

  @Override
  public List<String> queues() {
    return call(Store::queues);
  }

  @Override
  public Ledger ledger() {
    return facet(Ledger.class, Store::ledger);
  }

  @Override
  public Set<Capability> capabilities() {
    return Set.of(Capability.MULTI_PROCESS, Capability.SURVIVES_PROCESS);
  }

  @Override
  public Limits limits() {
    return Limits.DEFAULT;
  }

  @Override
  public StoreStats stats() {
    return call(Store::stats);
  }

  @Override
  public void ping() {
    run(Store::ping);
  }

  @Override
  public void backup(Path backup) {
    run(store -> store.backup(backup));
  }

  @Override
  public void restore(Path backup, RestoreMode mode) {
    run(store -> store.restore(backup, mode));
  }

  @Override
  public void close() {
    closed = true;
  }

  /** Opens {@code example-file:/path}. */
  public static final class Provider implements StoreProvider {
    @Override
    public Set<String> schemes() {
      return Set.of("example-file");
    }

    @Override
    public Store open(StoreUrl url) {
      Path file = Path.of(url.requireOptions(Set.of()).location());
      return new FileStore(file, InstantSource.system());
    }
  }
}
