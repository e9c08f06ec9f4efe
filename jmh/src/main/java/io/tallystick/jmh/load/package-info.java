/** Load on a server over HTTP, and what it does to it. */
@NullMarked
package io.tallystick.jmh.load;

import org.jspecify.annotations.NullMarked;
