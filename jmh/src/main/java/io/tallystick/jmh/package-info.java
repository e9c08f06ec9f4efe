/**
 * Benchmarks of Tallystick against a floor and its peers, one question a class.
 *
 * <p>Promises: every figure under {@code docs/benchmarks} comes from a class here, by way of {@code
 * jmh/run}. Not promised: any API; nothing here is published.
 */
@NullMarked
package io.tallystick.jmh;

import org.jspecify.annotations.NullMarked;
