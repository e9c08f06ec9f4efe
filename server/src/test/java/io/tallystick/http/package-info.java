/** Tests of how HTTP is served. */
@NullMarked
package io.tallystick.http;

import org.jspecify.annotations.NullMarked;
