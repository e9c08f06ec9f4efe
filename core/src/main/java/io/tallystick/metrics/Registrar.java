package io.tallystick.metrics;

import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.tallystick.shm.FamilyDescriptor;
import io.tallystick.shm.ProcessFile;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What metrics register with; {@link io.tallystick.Tallystick} is the one there is. */
public abstract class Registrar {
  private final ProcessFile file;
  private final int maxSeriesPerMetric;
  private final PrometheusRegistry names = new PrometheusRegistry();
  private final Map<String, FamilyDescriptor> families = new ConcurrentHashMap<>();

  protected Registrar(ProcessFile file, int maxSeriesPerMetric) {
    this.file = file;
    this.maxSeriesPerMetric = maxSeriesPerMetric;
  }

  final ProcessFile file() {
    return file;
  }

  final int maxSeriesPerMetric() {
    return maxSeriesPerMetric;
  }

  /**
   * Takes in a metric's name and labels by client_java's rules; of one name, all must merge in one
   * way.
   *
   * @throws IllegalArgumentException where they conflict with a metric of this instance
   */
  final ProcessFile.Family register(Collector metric, FamilyDescriptor descriptor) {
    FamilyDescriptor known = families.get(descriptor.name());
    if (known != null && known.type() == descriptor.type() && !mergeAlike(known, descriptor)) {
      throw new IllegalArgumentException(
          "metrics of one name must have the same mode, states and bounds: metric="
              + descriptor.name());
    }
    ProcessFile.Family family = file.addFamily(descriptor); // of no effect before its first series
    names.register(metric);
    families.putIfAbsent(descriptor.name(), descriptor);
    return family;
  }

  private static boolean mergeAlike(FamilyDescriptor a, FamilyDescriptor b) {
    return a.mode() == b.mode()
        && a.states().equals(b.states())
        && Arrays.equals(a.bounds(), b.bounds());
  }
}
