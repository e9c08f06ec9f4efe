/**
 * The metric types, under client_java's names and checked by its builders; their values are cells
 * of the process file, or of the process' own memory where the file cannot grow.
 *
 * <p>Promises: what is here is called as in {@code io.prometheus.metrics.core.metrics}, but for
 * {@code multiprocessMode}, and refuses the same arguments with the same exceptions; what
 * client_java refuses only when it is scraped, {@code register} refuses here. For metrics that use
 * no more than that, moving is a change of imports and of the argument of {@code register}, and a
 * {@link io.tallystick.metrics.MultiprocessMode} for each gauge whose processes are not to be kept
 * apart. What is missing is listed in {@code docs/quick-start.md}.
 *
 * <p>Hot paths: the updates of a data point that was resolved before, and {@code labelValues} of
 * one to three labels whose series is there. Neither takes a lock or allocates; an array of label
 * values and client_java's timers are objects as there. Not promised: that {@code get()} shows
 * other processes; a scrape does.
 */
@NullMarked
package io.tallystick.metrics;

import org.jspecify.annotations.NullMarked;
