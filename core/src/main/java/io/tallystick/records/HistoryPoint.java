package io.tallystick.records;

import java.time.Instant;

/**
 * A point of a history: a sample, or what the samples of a window come to.
 *
 * @param time of the sample, or when the window begins
 * @param count how many samples there are
 */
public record HistoryPoint(Instant time, double value, long count) {}
