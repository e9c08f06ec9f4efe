/** What health over HTTP promises. */
@NullMarked
package io.tallystick.server.health;

import org.jspecify.annotations.NullMarked;
