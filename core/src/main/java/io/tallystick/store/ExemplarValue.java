package io.tallystick.store;

import io.prometheus.metrics.model.snapshots.Labels;

/**
 * An exemplar of a counter or a histogram.
 *
 * @param labels at most 160 bytes of names and values, a byte for each counted in
 * @param timeMs when it was taken, in milliseconds of the Unix epoch
 */
public record ExemplarValue(double value, Labels labels, long timeMs) {}
