package io.tallystick.metrics;

import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.registry.MetricType;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricFamilyDescriptor;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.Unit;
import io.tallystick.mirror.FamilyRegistry;
import io.tallystick.mirror.Registration;
import io.tallystick.shm.FamilyDescriptor;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.ProcessFile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The names and labels of an instance's families, which client_java's rules keep apart; of one
 * name, all must merge in one way. Threading: any.
 */
final class FamilyNames implements FamilyRegistry {
  private final ProcessFile file;
  private final Duration ttl;
  private final PrometheusRegistry names = new PrometheusRegistry();
  private final Map<String, List<FamilyDescriptor>> families = new HashMap<>(); // guarded by this

  /**
   * @param ttl how long series of metrics that do not say it themselves are shown after an update
   */
  FamilyNames(ProcessFile file, Duration ttl) {
    this.file = file;
    this.ttl = ttl;
  }

  /**
   * Takes in a metric.
   *
   * @param ownTtl how long its series are shown after an update, if it says so itself
   * @throws IllegalArgumentException where it conflicts with a metric of this instance
   */
  synchronized ProcessFile.Family register(
      Collector metric, FamilyDescriptor descriptor, @Nullable Duration ownTtl) {
    List<FamilyDescriptor> known = families.getOrDefault(descriptor.name(), List.of());
    if (!known.isEmpty() && !mergeAlike(known.get(0), descriptor)) {
      throw new IllegalArgumentException(
          "metrics of one name must have the same mode, states and bounds: metric="
              + descriptor.name());
    }
    ProcessFile.Family family =
        file.addFamily(
            descriptor, ttlMs(descriptor, ownTtl)); // of no effect before its first series
    names.register(metric);
    families.computeIfAbsent(descriptor.name(), name -> new ArrayList<>(1)).add(descriptor);
    return family;
  }

  /**
   * A metric without labels always shows, as client_java's does, and an info is not updated again.
   */
  private long ttlMs(FamilyDescriptor descriptor, @Nullable Duration ownTtl) {
    if (descriptor.labelNames().isEmpty()) {
      return 0;
    }
    if (ownTtl != null) {
      return ownTtl.toMillis();
    }
    return descriptor.type() == FamilyType.INFO ? 0 : ttl.toMillis();
  }

  private synchronized void unregister(Collector metric, FamilyDescriptor descriptor) {
    names.unregister(metric);
    List<FamilyDescriptor> known = families.get(descriptor.name());
    if (known != null && known.remove(descriptor) && known.isEmpty()) {
      families.remove(descriptor.name());
    }
  }

  @Override
  public Registration register(FamilyDescriptor descriptor) {
    Collector name = new Name(descriptor);
    ProcessFile.Family family = register(name, descriptor, null);
    return new Registration(family, () -> unregister(name, descriptor));
  }

  /** Other types are client_java's to refuse. */
  private static boolean mergeAlike(FamilyDescriptor a, FamilyDescriptor b) {
    return a.type() != b.type()
        || (a.mode() == b.mode()
            && a.states().equals(b.states())
            && Arrays.equals(a.bounds(), b.bounds()));
  }

  /** A family that takes its name in a registry, and is never collected there. */
  private static final class Name implements Collector {
    private final MetricFamilyDescriptor descriptor;

    Name(FamilyDescriptor family) {
      String unit = family.unit();
      MetricMetadata.Builder metadata =
          MetricMetadata.builder()
              .name(family.name())
              .expositionBaseName(family.expositionBaseName())
              .originalName(family.originalName());
      if (family.help() != null) {
        metadata.help(family.help());
      }
      if (unit != null) {
        metadata.unit(new Unit(unit));
      }
      this.descriptor =
          MetricFamilyDescriptor.of(
              MetricType.valueOf(family.type().name()), metadata.build(), family.labelNames());
    }

    @Override
    public @Nullable MetricSnapshot collect() {
      return null;
    }

    @Override
    public MetricFamilyDescriptor getMetricFamilyDescriptor() {
      return descriptor;
    }
  }
}
