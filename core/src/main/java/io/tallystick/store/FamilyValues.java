package io.tallystick.store;

import io.tallystick.merge.FamilyCheck;
import io.tallystick.shm.FamilyDescriptor;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.GaugeMode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A metric family and the values of its series, as merging needs them. Immutable.
 *
 * @param name the name without type suffix, as {@code MetricMetadata.getName()}
 * @param originalName the name as the metric's builder was given it
 * @param expositionBaseName the name that a format without suffix rules shows
 * @param type the metric type
 * @param mode how a gauge's processes merge; {@link GaugeMode#ALL} for other types
 * @param help the help text, or null
 * @param unit the unit, or null
 * @param bounds a histogram's upper bounds, ascending, the last one +Inf; else empty
 * @param states a state set's states; else empty
 * @param parameters what else the values depend on: of a histogram with native buckets its {@link
 *     io.tallystick.shm.NativeShape}, of a summary with quantiles its {@link
 *     io.tallystick.shm.QuantileShape} as it is published; else empty
 * @param createdMs when it was registered first, in milliseconds of the Unix epoch
 * @param series each with labels of its own
 */
public record FamilyValues(
    String name,
    String originalName,
    String expositionBaseName,
    FamilyType type,
    GaugeMode mode,
    @Nullable String help,
    @Nullable String unit,
    List<Double> bounds,
    List<String> states,
    List<Double> parameters,
    long createdMs,
    List<SeriesValues> series) {
  /**
   * Copies the lists, and checks all that a merge relies on.
   *
   * @throws IllegalArgumentException where no process can have such a family
   */
  public FamilyValues {
    bounds = List.copyOf(bounds);
    states = List.copyOf(states);
    parameters = List.copyOf(parameters);
    series = List.copyOf(series);
    FamilyDescriptor bare =
        new FamilyDescriptor(
            type,
            mode,
            name,
            originalName,
            expositionBaseName,
            help,
            unit,
            List.of(),
            List.of(),
            List.of(),
            array(bounds),
            states,
            array(parameters),
            createdMs);
    String objection = FamilyCheck.objection(bare);
    if (objection != null) {
      throw new IllegalArgumentException(objection);
    }
    new SeriesCheck(bare).check(series);
  }

  private static double[] array(List<Double> numbers) {
    return numbers.stream().mapToDouble(Double::doubleValue).toArray();
  }

  static boolean isPerProcess(FamilyType type, GaugeMode mode) {
    return type == FamilyType.GAUGE && mode.isPerProcess();
  }

  /** The same family with other series. */
  public FamilyValues withSeries(List<SeriesValues> others) {
    return new FamilyValues(
        name,
        originalName,
        expositionBaseName,
        type,
        mode,
        help,
        unit,
        bounds,
        states,
        parameters,
        createdMs,
        others);
  }

  /** What families have in common whose values can be merged. */
  public Identity identity() {
    return new Identity(name, type, mode, states);
  }

  /** Whether the series of another family can stand beside those of this one. */
  public boolean hasShapeOf(FamilyValues other) {
    return identity().equals(other.identity())
        && bounds.equals(other.bounds)
        && parameters.equals(other.parameters);
  }

  /** The family as a merge takes it in, for series with these labels. */
  FamilyDescriptor describe(List<String> labelNames) {
    return new FamilyDescriptor(
        type,
        mode,
        name,
        originalName,
        expositionBaseName,
        help,
        unit,
        labelNames,
        List.of(),
        List.of(),
        array(bounds),
        states,
        array(parameters),
        createdMs);
  }

  /** What families have in common whose values can be merged. */
  public record Identity(String name, FamilyType type, GaugeMode mode, List<String> states) {}
}
