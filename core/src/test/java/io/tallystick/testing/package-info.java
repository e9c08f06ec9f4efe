/** What several tests of this artifact, and of others, need. */
@NullMarked
package io.tallystick.testing;

import org.jspecify.annotations.NullMarked;
