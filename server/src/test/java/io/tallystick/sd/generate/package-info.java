/** Tests of generators. */
@NullMarked
package io.tallystick.sd.generate;

import org.jspecify.annotations.NullMarked;
