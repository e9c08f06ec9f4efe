package io.tallystick.shm;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a process says of a metric family when it registers it.
 *
 * @param type the metric type
 * @param mode how a gauge's processes merge; {@link GaugeMode#ALL} where it says nothing
 * @param name the name without type suffix, as {@code MetricMetadata.getName()}
 * @param originalName the name as the builder was given it
 * @param expositionBaseName the name that a format without suffix rules shows
 * @param help the help text, or null
 * @param unit the unit, or null
 * @param labelNames the variable labels, in the order of the values of a series
 * @param constLabelNames the constant labels
 * @param constLabelValues their values
 * @param bounds a histogram's upper bounds, ascending, the last one +Inf; else empty
 * @param states a state set's states; else empty
 * @param parameters what else the cells of a series depend on: of a histogram with native buckets
 *     its {@link NativeShape}, of a summary with quantiles its {@link QuantileShape}; else empty
 * @param createdMs when it was registered, in milliseconds of the Unix epoch
 */
public record FamilyDescriptor(
    FamilyType type,
    GaugeMode mode,
    String name,
    String originalName,
    String expositionBaseName,
    @Nullable String help,
    @Nullable String unit,
    List<String> labelNames,
    List<String> constLabelNames,
    List<String> constLabelValues,
    @SuppressWarnings("ArrayRecordComponent") double[] bounds,
    List<String> states,
    @SuppressWarnings("ArrayRecordComponent") double[] parameters,
    long createdMs) {

  /** What its cells and series depend on. */
  FamilyDescriptor withoutHelpAndTime() {
    return withoutHelp(0);
  }

  /** The same without its help text. */
  FamilyDescriptor withoutHelp() {
    return withoutHelp(createdMs);
  }

  private FamilyDescriptor withoutHelp(long createdMs) {
    return new FamilyDescriptor(
        type,
        mode,
        name,
        originalName,
        expositionBaseName,
        null,
        unit,
        labelNames,
        constLabelNames,
        constLabelValues,
        bounds,
        states,
        parameters,
        createdMs);
  }
}
