/** Tests of the demo's parts; the demo as a whole is run by the tests of its command. */
@NullMarked
package io.tallystick.server.demo;

import org.jspecify.annotations.NullMarked;
