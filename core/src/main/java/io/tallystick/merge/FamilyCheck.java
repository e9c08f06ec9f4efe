package io.tallystick.merge;

import io.prometheus.metrics.model.snapshots.PrometheusNaming;
import io.tallystick.shm.CorruptFileException;
import io.tallystick.shm.FamilyDescriptor;
import io.tallystick.shm.NativeShape;
import io.tallystick.shm.QuantileShape;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Refuses descriptors that no builder makes, so that one bad file cannot fail a scrape. */
public final class FamilyCheck {
  private FamilyCheck() {}

  /** Why readers would not believe a descriptor, or null where they would. */
  public static @Nullable String objection(FamilyDescriptor family) {
    try {
      check(family);
      LabelSet unused = LabelSet.of(family);
      return null;
    } catch (CorruptFileException e) {
      return e.getMessage();
    }
  }

  static void check(FamilyDescriptor family) throws CorruptFileException {
    String name = family.name();
    try {
      FamilyDescription.metadataOf(family);
    } catch (IllegalArgumentException e) {
      throw new CorruptFileException("illegal family: " + e.getMessage());
    }
    require(PrometheusNaming.isValidMetricName(name), "illegal name", name);
    requireParameters(family);
    switch (family.type()) {
      case HISTOGRAM -> {
        requireNoLabel(family, "le");
        requireBounds(family.bounds(), name);
      }
      case SUMMARY -> requireNoLabel(family, "quantile");
      case STATESET -> {
        requireNoLabel(family, name);
        List<String> states = family.states();
        require(!states.isEmpty(), "state set without states", name);
        require(!states.contains(""), "state without name", name);
        requireNoUnit(family);
        require(new HashSet<>(states).size() == states.size(), "state is repeated", name);
      }
      case INFO -> requireNoUnit(family);
      case GAUGE -> {
        if (family.mode().isPerProcess()) {
          requireNoLabel(family, LabelSet.PID);
        }
      }
      default -> {
        // counters have no rules beyond those of names and labels
      }
    }
  }

  private static void requireBounds(double[] bounds, String name) throws CorruptFileException {
    require(
        bounds.length > 0 && bounds[bounds.length - 1] == Double.POSITIVE_INFINITY,
        "bounds without +Inf",
        name);
    for (int i = 1; i < bounds.length; i++) {
      require(bounds[i - 1] < bounds[i], "bounds do not ascend", name);
    }
  }

  private static void requireParameters(FamilyDescriptor family) throws CorruptFileException {
    NativeShape natives = NativeShape.of(family);
    QuantileShape quantiles = QuantileShape.of(family);
    boolean possible =
        natives != null
            ? natives.isPossible()
            : quantiles != null ? quantiles.isPossible() : family.parameters().length == 0;
    require(possible, "illegal parameters", family.name());
  }

  private static void requireNoUnit(FamilyDescriptor family) throws CorruptFileException {
    require(family.unit() == null, "unit of a type that has none", family.name());
  }

  private static void requireNoLabel(FamilyDescriptor family, String label)
      throws CorruptFileException {
    require(
        !family.labelNames().contains(label) && !family.constLabelNames().contains(label),
        "reserved label " + label,
        family.name());
  }

  private static void require(boolean condition, String what, String family)
      throws CorruptFileException {
    if (!condition) {
      throw new CorruptFileException(what + ": family=" + family);
    }
  }
}
