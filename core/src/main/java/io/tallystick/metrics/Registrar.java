package io.tallystick.metrics;

import io.prometheus.metrics.model.registry.Collector;
import io.tallystick.mirror.Mirrors;
import io.tallystick.shm.FamilyDescriptor;
import io.tallystick.shm.ProcessFile;
import io.tallystick.shm.SeriesLimits;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What metrics register with; {@link io.tallystick.Tallystick} is the one there is. */
public abstract class Registrar {
  private final ProcessFile file;
  private final SeriesLimits limits;
  private final FamilyNames names;
  private final Mirrors mirrors;

  protected Registrar(
      ProcessFile file, SeriesLimits limits, Duration mirrorInterval, Duration seriesTimeToLive) {
    this.file = file;
    this.limits = limits;
    this.names = new FamilyNames(file, seriesTimeToLive);
    this.mirrors = new Mirrors(file, names, limits, mirrorInterval);
  }

  final ProcessFile file() {
    return file;
  }

  final SeriesLimits limits() {
    return limits;
  }

  /** What takes the values of callbacks and registries. */
  protected final Mirrors mirrors() {
    return mirrors;
  }

  /**
   * Takes in a metric's name and labels by client_java's rules; of one name, all must merge in one
   * way.
   *
   * @param seriesTimeToLive what the metric itself says of it; null for nothing
   * @throws IllegalArgumentException where they conflict with a metric of this instance
   */
  final ProcessFile.Family register(
      Collector metric, FamilyDescriptor descriptor, @Nullable Duration seriesTimeToLive) {
    return names.register(metric, descriptor, seriesTimeToLive);
  }
}
