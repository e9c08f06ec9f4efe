/**
 * Replication: the values of a directory, published to a ledger off the update path.
 *
 * <p>Promises: of all processes of a directory one publishes; what a publication loses the next one
 * brings, and nothing is buffered; what the ledger has folded is never published again, whatever is
 * killed, late or restored; a store that is slow, down, closed or faulty delays a publication and
 * harms nothing else. Not promised: that the ledger is newer than the interval; exactness where a
 * directory was not published for longer than a ledger remembers a retired source: what was counted
 * last may be missing then, and a backup of that time has its values without its name.
 */
@NullMarked
package io.tallystick.replication;

import org.jspecify.annotations.NullMarked;
