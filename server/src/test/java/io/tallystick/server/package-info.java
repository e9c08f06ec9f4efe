/** Tests of the commands, in this JVM and, where a process must die, in others. */
@NullMarked
package io.tallystick.server;

import org.jspecify.annotations.NullMarked;
