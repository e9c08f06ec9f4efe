/**
 * Pages of {@code docs/benchmarks} from what the benchmarks wrote.
 *
 * <p>Promises: every figure, version and date on a page was read from a file that a run left under
 * {@code docs/benchmarks/raw}, so a page can be written again without a run.
 */
@NullMarked
package io.tallystick.jmh.report;

import org.jspecify.annotations.NullMarked;
