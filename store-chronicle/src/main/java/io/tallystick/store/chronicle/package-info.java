/**
 * A store in persisted Chronicle Maps of one directory, which processes share without a server.
 *
 * <p>All calls, reading ones included, take turns under one lock in shared memory whose owner the
 * others can tell to be dead, since each open store holds a lock of the operating system; so no
 * process ever waits for a segment lock of Chronicle Map, and a lock that a killed process left is
 * found at once. What a call is about to change it writes down before, so that whoever finds its
 * owner dead takes it back: a call has happened whole, or not at all, over all maps. Where the
 * owner died inside of a map, that map is recovered as a copy first, and the others open the copy.
 *
 * <p>Promises: all that {@link io.tallystick.store} does; several processes of one host; what was
 * acknowledged is there after a kill. Not promised: a directory on a network file system; what the
 * host's loss of power leaves.
 */
@NullMarked
package io.tallystick.store.chronicle;

import org.jspecify.annotations.NullMarked;
