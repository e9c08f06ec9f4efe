package io.tallystick.mirror;

import io.prometheus.metrics.model.registry.Collector;
import io.tallystick.shm.GaugeMode;
import io.tallystick.shm.ProcessFile;
import io.tallystick.shm.SeriesLimits;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * All that one process file has of callbacks and registries.
 *
 * <p>Threading: any. The first callback or registry starts a daemon thread.
 */
public final class Mirrors implements AutoCloseable {
  /** For how long whoever wants the values now waits for them. */
  public static final Duration PATIENCE = Duration.ofSeconds(1);

  private final ProcessFile file;
  private final FamilyRegistry registry;
  private final SeriesLimits limits;
  private final MirrorThreads threads;
  private final ConcurrentHashMap<String, MirroredMetric> abandoned = new ConcurrentHashMap<>();

  /**
   * @param registry where the names of a registry's metrics are taken
   * @param interval how often values are taken
   */
  public Mirrors(
      ProcessFile file, FamilyRegistry registry, SeriesLimits limits, Duration interval) {
    this.file = file;
    this.registry = registry;
    this.limits = limits;
    this.threads = new MirrorThreads(file, interval);
  }

  /** Takes the values of a metric whose name was taken for it. */
  public void addCallback(Collector collector, ProcessFile.Family family) {
    threads.add(new CallbackMirror(file, collector, family, limits));
  }

  /**
   * Copies a registry.
   *
   * @param includedNames the metrics to copy
   * @param gaugeModes how the processes of a gauge become one, by its name
   * @return ends it: copies once more, and then puts nothing more
   */
  public Runnable addRegistry(
      SnapshotSource snapshots,
      Predicate<String> includedNames,
      Function<String, GaugeMode> gaugeModes) {
    RegistryMirror mirror =
        new RegistryMirror(
            file,
            registry,
            limits,
            new RegistryMirror.Source(snapshots, includedNames, gaugeModes),
            abandoned);
    threads.add(mirror);
    return () -> {
      boolean unused = threads.turn(PATIENCE);
      threads.remove(mirror);
      mirror.close();
    };
  }

  /**
   * The agent's work: leaves a thread behind that hangs.
   *
   * @return whether there was one
   */
  public boolean watch(long nowNs) {
    return threads.watch(nowNs);
  }

  /**
   * Has all values taken now.
   *
   * @return whether that was done in time
   */
  public boolean turn(Duration patience) {
    return threads.turn(patience);
  }

  /** Takes all values once more, and then none. */
  @Override
  public void close() {
    boolean unused = threads.turn(PATIENCE);
    threads.close();
  }
}
