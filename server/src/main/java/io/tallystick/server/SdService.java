package io.tallystick.server;

import io.tallystick.Tallystick;
import io.tallystick.http.HttpListener;
import io.tallystick.sd.cache.CacheSettings;
import io.tallystick.sd.cache.DiscoveryMetrics;
import io.tallystick.sd.cache.Doorbell;
import io.tallystick.sd.cache.TargetLists;
import io.tallystick.sd.cache.WorkerSettings;
import io.tallystick.sd.cache.Workers;
import io.tallystick.sd.generate.GeneratorRoot;
import io.tallystick.sd.http.HttpSettings;
import io.tallystick.sd.http.SdServer;
import io.tallystick.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A server of target lists, and workers where it has some, until this process is told to end.
 *
 * @param workers how many; 0 where they are elsewhere
 */
record SdService(Path root, HttpSettings http, CacheSettings cache, int workers) {
  private static final int GENERATORS_PER_WORKER = 4;
  private static final int LEAST_GENERATORS = 8;

  /**
   * Serves.
   *
   * @param serving takes the port, once it can be asked
   * @return the exit code
   */
  int run(Supplier<Store> stores, Supplier<Tallystick> directories, IntConsumer serving)
      throws IOException {
    ExecutorService pool =
        Executors.newFixedThreadPool(Math.max(LEAST_GENERATORS, GENERATORS_PER_WORKER * workers));
    try (Termination termination = new Termination(Thread.currentThread())) {
      termination.listen();
      try (Tallystick directory = directories.get();
          Store store = stores.get();
          WorkerName name = name(directory)) {
        serve(store, directory, name.text(), pool, serving);
      }
    } finally {
      pool.shutdownNow();
    }
    return Exit.OK;
  }

  private WorkerName name(Tallystick directory) {
    return workers == 0 ? WorkerName.of("none") : WorkerName.claim(directory.directory());
  }

  private void serve(
      Store store, Tallystick directory, String name, ExecutorService pool, IntConsumer serving)
      throws IOException {
    DiscoveryMetrics metrics = DiscoveryMetrics.register(directory, Main.Version.name());
    GeneratorRoot targets = GeneratorRoot.of(root, GeneratorRoot.DEFAULT_TIME_LIMIT, pool, metrics);
    InstantSource clock = InstantSource.system();
    Doorbell doorbell = new Doorbell();
    Workers working = workers(name, store, targets, clock, metrics, doorbell);
    try (TargetLists lists = TargetLists.start(store, targets, cache, clock, metrics, doorbell);
        HttpListener listener =
            SdServer.start(http, lists, metrics, SdMetricsOption.handler(directory))) {
      serving.accept(listener.port());
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      // The end that was asked for; close() does the rest.
    } finally {
      if (working != null) {
        working.close();
      }
    }
  }

  private @Nullable Workers workers(
      String name,
      Store store,
      GeneratorRoot targets,
      InstantSource clock,
      DiscoveryMetrics metrics,
      Doorbell doorbell) {
    if (workers == 0) {
      return null;
    }
    WorkerSettings settings = WorkerSettings.of(workers, name, cache.maxStale());
    return Workers.start(store, targets, settings, clock, metrics, doorbell);
  }
}
