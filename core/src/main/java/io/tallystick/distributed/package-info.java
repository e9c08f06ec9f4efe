/**
 * What prometheus-distributed-client has written into a store, as families, and families as it
 * reads them.
 *
 * <p>Promises: stores that share their base with Python fold and show by the same rules; a field
 * that cannot be what it says it is costs no more than itself. Not promised: that Python's fields
 * have all that a series is; a store keeps its own values beside them.
 */
@NullMarked
package io.tallystick.distributed;

import org.jspecify.annotations.NullMarked;
