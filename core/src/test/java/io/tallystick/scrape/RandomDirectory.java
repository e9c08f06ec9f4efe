package io.tallystick.scrape;

import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.Unit;
import io.tallystick.Tallystick;
import io.tallystick.metrics.Counter;
import io.tallystick.metrics.Gauge;
import io.tallystick.metrics.Histogram;
import io.tallystick.metrics.Info;
import io.tallystick.metrics.MetricBuilder;
import io.tallystick.metrics.MultiprocessMode;
import io.tallystick.metrics.StateSet;
import io.tallystick.metrics.StatefulMetric;
import io.tallystick.metrics.Summary;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A directory with some processes that live and some that died, which agree on most of their
 * families and not on all.
 */
final class RandomDirectory implements AutoCloseable {
  private static final String[] NAMES = {
    "a", "b.c", "b_c", "d_seconds", "é", "e_total", "f_info", "g", "h", "1i"
  };
  private static final String[] LABELS = {"path", "status", "a.b", "zo_ne", "zoné", "é"};
  private static final String[] TEXTS = {
    "", "x", "y", "two\nlines", "\"quoted\"", "back\\slash", "é 漢 😀", "{a=\"b\"}", "0", " "
  };
  private static final double[] VALUES = {
    0, 1, 2.5, 0.1, 1e-9, 1e7, 12345678, 1e300, 0x1p53, Double.MIN_VALUE, Double.POSITIVE_INFINITY
  };
  private static final double[][] BOUNDS = {
    {1, 2, 5}, {0.5, 1, 2, 5, 10}, {-1, 0, 1}, {}, {1e-9, 1e9}, {1, 2, 5}
  };
  private static final double[] RANKS = {0.99, 0, 0.5, 1};
  private static final String[][] STATES = {{"on", "off"}, {"on", "off"}, {"a\"b", "c\nd"}};

  private final Random random;
  private final int labelNames; // the last one is refused by client_java's escaping with dots
  private final List<Tallystick> living = new ArrayList<>();

  RandomDirectory(Random random, Path directory) {
    this.random = random;
    this.labelNames = LABELS.length - random.nextInt(2);
    int processes = 1 + random.nextInt(4);
    for (int i = 0; i < processes; i++) {
      Tallystick process =
          Tallystick.builder()
              .directory(directory)
              .instanceName("p" + i)
              .columns(random.nextBoolean() ? 0 : 8)
              .segmentCells(64)
              .open();
      living.add(process);
      count(process);
    }
    while (!living.isEmpty() && random.nextInt(3) == 0) {
      living.remove(random.nextInt(living.size())).close();
    }
  }

  List<Tallystick> living() {
    return living;
  }

  private void count(Tallystick process) {
    for (int i = 0; i < NAMES.length; i++) {
      if (random.nextInt(4) > 0) {
        int type = random.nextInt(8) == 0 ? random.nextInt(6) : i % 6;
        register(process, NAMES[i], type);
      }
    }
  }

  private void register(Tallystick process, String name, int type) {
    List<String> labels = new ArrayList<>();
    for (int i = 0; i < labelNames; i++) {
      if (random.nextInt(3) == 0) {
        labels.add(random.nextInt(labels.size() + 1), LABELS[i]);
      }
    }
    Labels constLabels = random.nextInt(4) == 0 ? Labels.of("const.label", text()) : Labels.EMPTY;
    MetricBuilder<?, ?> builder = builder(type);
    builder.name(name).labelNames(labels.toArray(String[]::new)).constLabels(constLabels);
    builder.help(random.nextInt(4) == 0 ? text() : "Help.");
    if (name.endsWith("_seconds") && type < 4) {
      builder.unit(Unit.SECONDS);
    }
    Object metric;
    try {
      metric = builder.register(process);
    } catch (IllegalArgumentException e) {
      return; // the process has the name already, with dots or as another type's line
    }
    int series = 1 + random.nextInt(labels.isEmpty() ? 1 : 6);
    for (int i = 0; i < series; i++) {
      update(metric, labels.stream().map(label -> text()).toArray(String[]::new));
    }
  }

  private MetricBuilder<?, ?> builder(int type) {
    return switch (type) {
      case 0 -> Counter.builder();
      case 1 -> Gauge.builder().multiprocessMode(mode());
      case 2 -> Histogram.builder().classicUpperBounds(BOUNDS[random.nextInt(BOUNDS.length)]);
      case 3 -> summary();
      case 4 -> Info.builder();
      default -> StateSet.builder().states(STATES[random.nextInt(STATES.length)]);
    };
  }

  private Summary.Builder summary() {
    Summary.Builder summary = Summary.builder();
    for (double rank : RANKS) {
      if (random.nextInt(3) == 0) {
        summary.quantile(rank, 0.1);
      }
    }
    return summary;
  }

  private MultiprocessMode mode() {
    MultiprocessMode[] modes = MultiprocessMode.values();
    return random.nextInt(3) == 0 ? modes[random.nextInt(modes.length)] : MultiprocessMode.SUM;
  }

  private void update(Object metric, String[] labelValues) {
    if (metric instanceof Info info) {
      info.addLabelValues(labelValues);
    } else if (metric instanceof Counter counter) {
      change(counter, labelValues, point -> point.inc(value()));
    } else if (metric instanceof Gauge gauge) {
      change(gauge, labelValues, point -> point.set(signed()));
    } else if (metric instanceof Histogram histogram) {
      change(histogram, labelValues, this::observe);
    } else if (metric instanceof Summary summary) {
      change(summary, labelValues, this::observe);
    } else if (metric instanceof StateSet stateSet) {
      change(
          stateSet,
          labelValues,
          point -> {
            for (String[] states : STATES) {
              if (random.nextInt(2) == 0) {
                setIfKnown(point::setTrue, states[random.nextInt(states.length)]);
              }
            }
          });
    }
  }

  private <D> void change(StatefulMetric<D, ?> metric, String[] labelValues, Consumer<D> update) {
    D point = metric.labelValues(labelValues);
    int updates = random.nextInt(4);
    for (int i = 0; i < updates; i++) {
      update.accept(point);
    }
    if (random.nextInt(10) == 0) {
      metric.remove(labelValues);
    }
  }

  private void observe(DistributionDataPoint point) {
    point.observe(signed());
  }

  private static void setIfKnown(Consumer<String> setter, String state) {
    try {
      setter.accept(state);
    } catch (IllegalArgumentException e) {
      return; // this process has other states
    }
  }

  private double value() {
    return random.nextInt(3) == 0 ? random.nextDouble() : VALUES[random.nextInt(VALUES.length)];
  }

  private double signed() {
    int kind = random.nextInt(30);
    return kind == 0 ? Double.NaN : kind < 10 ? -value() : value();
  }

  private String text() {
    return TEXTS[random.nextInt(TEXTS.length)];
  }

  /** A scraper within a process of the directory, or null where none lives. */
  @Nullable Scraper scraperWithin() {
    return living.isEmpty() ? null : living.get(random.nextInt(living.size())).scraper();
  }

  @Override
  public void close() {
    living.forEach(Tallystick::close);
  }
}
