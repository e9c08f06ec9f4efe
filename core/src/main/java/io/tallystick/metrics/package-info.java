/**
 * The metric types, with client_java's names, builders, validation and exceptions; their values are
 * cells of the process file.
 *
 * <p>Promises: moving from {@code io.prometheus.metrics.core.metrics} is a change of imports and of
 * the argument of {@code register}. Hot paths: the data points' updates, which allocate nothing,
 * and {@code labelValues} with up to three labels. Not promised: that {@code get()} shows other
 * processes; a scrape does.
 */
@NullMarked
package io.tallystick.metrics;

import org.jspecify.annotations.NullMarked;
