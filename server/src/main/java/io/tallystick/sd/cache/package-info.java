/**
 * Lists of targets that stay warm: a cache, an error cache, and a queue of generations in a store
 * that servers and workers share.
 *
 * <p>Promises: a path is answered with a whole list that its generators gave, or with what went
 * wrong, never with an empty list in place of an error. One generation of a path runs at a time,
 * over all servers and workers of a store. What a server has once answered with it answers with
 * again, whatever becomes of the store and the workers, until the list is too old. A hit asks the
 * store once in a second at most, and otherwise nobody.
 *
 * <p>Not promised: that two servers have the same list within a second of a change; that hosts
 * whose clocks differ agree on how old a list is.
 */
@NullMarked
package io.tallystick.sd.cache;

import org.jspecify.annotations.NullMarked;
