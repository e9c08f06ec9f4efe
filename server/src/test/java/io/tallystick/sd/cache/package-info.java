/** Tests of lists of targets in a store. */
@NullMarked
package io.tallystick.sd.cache;

import org.jspecify.annotations.NullMarked;
