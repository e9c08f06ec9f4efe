package io.tallystick.metrics;

import io.prometheus.metrics.model.registry.Collector;
import io.tallystick.mirror.Mirrors;
import io.tallystick.shm.FamilyDescriptor;
import io.tallystick.shm.ProcessFile;
import java.time.Duration;

/** What metrics register with; {@link io.tallystick.Tallystick} is the one there is. */
public abstract class Registrar {
  private final ProcessFile file;
  private final int maxSeriesPerMetric;
  private final FamilyNames names;
  private final Mirrors mirrors;

  protected Registrar(ProcessFile file, int maxSeriesPerMetric, Duration mirrorInterval) {
    this.file = file;
    this.maxSeriesPerMetric = maxSeriesPerMetric;
    this.names = new FamilyNames(file);
    this.mirrors = new Mirrors(file, names, maxSeriesPerMetric, mirrorInterval);
  }

  final ProcessFile file() {
    return file;
  }

  final int maxSeriesPerMetric() {
    return maxSeriesPerMetric;
  }

  /** What takes the values of callbacks and registries. */
  protected final Mirrors mirrors() {
    return mirrors;
  }

  /**
   * Takes in a metric's name and labels by client_java's rules; of one name, all must merge in one
   * way.
   *
   * @throws IllegalArgumentException where they conflict with a metric of this instance
   */
  final ProcessFile.Family register(Collector metric, FamilyDescriptor descriptor) {
    return names.register(metric, descriptor);
  }
}
