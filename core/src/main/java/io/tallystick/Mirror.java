package io.tallystick;

import io.tallystick.metrics.MultiprocessMode;
import io.tallystick.mirror.Mirrors;
import io.tallystick.mirror.SnapshotSource;
import io.tallystick.shm.GaugeMode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * A registry that is copied into a directory, from {@link Tallystick#mirror} until it is closed.
 *
 * <p>Counters, histograms with their classic buckets, summaries with count and sum, infos and state
 * sets merge with those of other processes as ever; a gauge, and a metric of unknown type, by its
 * mode. A total that starts again in the registry goes on from where it was in the directory. What
 * is no more in the registry is removed.
 */
public final class Mirror implements AutoCloseable {
  private final Mirrors mirrors;
  private final Runnable end;

  private Mirror(Mirrors mirrors, Runnable end) {
    this.mirrors = mirrors;
    this.end = end;
  }

  /**
   * Copies now, and not only when the interval is over; waits for a second at most.
   *
   * @return whether it was done in this time
   */
  public boolean copy() {
    return mirrors.turn(Mirrors.PATIENCE);
  }

  /**
   * Copies once more, and then no more. The directory keeps the values; another mirror of the same
   * names goes on with them. Twice does no harm.
   */
  @Override
  public void close() {
    end.run();
  }

  /** The settings of a {@link Mirror}. */
  public static final class Builder {
    private final List<Rule> rules = new ArrayList<>();
    private Predicate<String> includedNames = name -> true;

    Builder() {}

    /** How the values of a gauge of several processes become one. What is said last counts. */
    public Builder gaugeMode(String name, MultiprocessMode mode) {
      return gaugeMode(name::equals, mode);
    }

    /** As {@link #gaugeMode(String, MultiprocessMode)}, for all gauges of certain names. */
    public Builder gaugeMode(Predicate<String> names, MultiprocessMode mode) {
      rules.add(0, new Rule(names, mode));
      return this;
    }

    /** The metrics to copy, by their names without a type's suffix; default all. */
    public Builder includedNames(Predicate<String> includedNames) {
      this.includedNames = includedNames;
      return this;
    }

    Mirror start(Mirrors mirrors, SnapshotSource registry) {
      List<Rule> fixed = List.copyOf(rules);
      return new Mirror(
          mirrors, mirrors.addRegistry(registry, includedNames, name -> modeOf(name, fixed)));
    }

    private static GaugeMode modeOf(String name, List<Rule> rules) {
      for (Rule rule : rules) {
        if (rule.names.test(name)) {
          return GaugeMode.valueOf(rule.mode.name());
        }
      }
      return GaugeMode.ALL;
    }

    private record Rule(Predicate<String> names, MultiprocessMode mode) {}
  }
}
