/**
 * Values that the application's own code keeps, copied into the process file once in an interval:
 * those of callbacks and of whole registries.
 *
 * <p>Promises: nothing here runs on a thread of the application. What throws or hangs is counted,
 * logged once, and leaves its series with the values that they had; all else goes on. A total never
 * goes down because a metric was made anew. Not promised: values that are newer than an interval.
 *
 * <p>{@link io.tallystick.Tallystick#mirror} and the metrics with callbacks are the doors to it.
 */
@NullMarked
package io.tallystick.mirror;

import org.jspecify.annotations.NullMarked;
