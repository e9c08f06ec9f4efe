package io.tallystick.health;

import io.tallystick.metrics.Counter;
import io.tallystick.metrics.Gauge;
import io.tallystick.metrics.Histogram;
import io.tallystick.metrics.MultiprocessMode;
import io.tallystick.metrics.Registrar;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Keeps measurements of health as metrics of a Tallystick directory. Gauges are shown of each
 * living process; counters and histograms are sums, as always.
 *
 * <p>A name is registered when it comes first, with the names of its labels. What does not fit that
 * later, or is taken, is left out, and counted in {@code tallystick_health_refused_points_total}.
 *
 * <p>Threading: any.
 */
public final class PrometheusSink implements HealthSink {
  private static final int MOST_FAMILIES = 1_000;

  private final Registrar registrar;
  private final Counter refused;
  private final Map<String, Family> families = new ConcurrentHashMap<>();

  private PrometheusSink(Registrar registrar) {
    this.registrar = registrar;
    this.refused =
        Counter.builder()
            .name("tallystick_health_refused_points_total")
            .help(
                "Measurements of health that have no metric, as names, labels or values do not fit.")
            .register(registrar);
  }

  /**
   * A sink for an instance of Tallystick.
   *
   * @throws IllegalArgumentException where it has one already
   */
  public static PrometheusSink register(Registrar registrar) {
    return new PrometheusSink(registrar);
  }

  @Override
  public void emit(String name, double value, Map<String, String> labels) {
    take(Kind.GAUGE, name, value, labels);
  }

  @Override
  public void emitCounter(String name, double amount, Map<String, String> labels) {
    take(Kind.COUNTER, name, amount, labels);
  }

  @Override
  public void emitHistogram(String name, double value, Map<String, String> labels) {
    take(Kind.HISTOGRAM, name, value, labels);
  }

  private void take(Kind kind, String name, double value, Map<String, String> labels) {
    TreeMap<String, String> sorted = new TreeMap<>(labels);
    Family family = families.get(name);
    if (family == null) {
      family = register(kind, name, List.copyOf(sorted.keySet()));
    }
    if (family == null || !family.fits(kind, sorted) || !kind.takes(value)) {
      refused.inc();
      return;
    }
    family.take(value, sorted.values().toArray(new String[0]));
  }

  private synchronized @Nullable Family register(Kind kind, String name, List<String> labelNames) {
    Family present = families.get(name);
    if (present != null || families.size() >= MOST_FAMILIES) {
      return present;
    }
    try {
      Family family = new Family(kind, labelNames, kind.register(registrar, name, labelNames));
      families.put(name, family);
      return family;
    } catch (IllegalArgumentException e) {
      return null; // not a name, or taken: the caller counts it
    }
  }

  /** What is done with a value. */
  @FunctionalInterface
  private interface Taker {
    void take(double value, String[] labelValues);
  }

  private enum Kind {
    GAUGE {
      @Override
      Taker register(Registrar registrar, String name, List<String> labelNames) {
        Gauge gauge =
            Gauge.builder()
                .name(name)
                .help(HELP)
                .labelNames(labelNames.toArray(new String[0]))
                .multiprocessMode(MultiprocessMode.LIVEALL)
                .register(registrar);
        return (value, labelValues) -> gauge.labelValues(labelValues).set(value);
      }
    },
    COUNTER {
      @Override
      Taker register(Registrar registrar, String name, List<String> labelNames) {
        Counter counter =
            Counter.builder()
                .name(name)
                .help(HELP)
                .labelNames(labelNames.toArray(new String[0]))
                .register(registrar);
        return (value, labelValues) -> counter.labelValues(labelValues).inc(value);
      }
    },
    HISTOGRAM {
      @Override
      Taker register(Registrar registrar, String name, List<String> labelNames) {
        Histogram histogram =
            Histogram.builder()
                .name(name)
                .help(HELP)
                .labelNames(labelNames.toArray(new String[0]))
                .register(registrar);
        return (value, labelValues) -> histogram.labelValues(labelValues).observe(value);
      }
    };

    private static final String HELP = "A measurement of health.";

    /** Whether a value can be part of a sum that is not to be spoilt for ever. */
    boolean takes(double value) {
      return this == GAUGE || (Double.isFinite(value) && (this == HISTOGRAM || value >= 0));
    }

    abstract Taker register(Registrar registrar, String name, List<String> labelNames);
  }

  private record Family(Kind kind, List<String> labelNames, Taker taker) {
    boolean fits(Kind other, TreeMap<String, String> labels) {
      return kind == other && labelNames.equals(List.copyOf(labels.keySet()));
    }

    void take(double value, String[] labelValues) {
      taker.take(value, labelValues);
    }
  }
}
