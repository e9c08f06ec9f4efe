/**
 * Whether what an application needs works: checks, their results, and where these are sent.
 *
 * <p>Promises: a check that hangs keeps neither another nor the next run waiting, and the threads
 * are bounded; whatever a check or a sink throws is a result or a count, never a failure of the
 * caller. Secrets are not printed. Not promised: that a check that hangs is ended; it is
 * interrupted, and left.
 */
@NullMarked
package io.tallystick.health;

import org.jspecify.annotations.NullMarked;
