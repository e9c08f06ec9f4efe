/** Tests of lists over HTTP. */
@NullMarked
package io.tallystick.sd.http;

import org.jspecify.annotations.NullMarked;
