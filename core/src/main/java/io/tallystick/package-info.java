/**
 * Prometheus metrics for JVMs whose values live off-heap, in memory-mapped files that all JVMs of a
 * host share.
 *
 * <p>{@link io.tallystick.Tallystick} opens a directory; the metrics of {@code
 * io.tallystick.metrics} are registered with it.
 */
@NullMarked
package io.tallystick;

import org.jspecify.annotations.NullMarked;
