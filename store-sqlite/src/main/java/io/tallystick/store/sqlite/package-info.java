/**
 * A store in one SQLite file.
 *
 * <p>Promises: all that {@link io.tallystick.store} does; several processes of one host may use one
 * file; what was acknowledged is there after a kill. The base of its ledger is
 * prometheus-distributed-client's table {@code metrics}, which Python reads and writes too. Not
 * promised: a file on a network file system, whose locks and shared memory SQLite cannot use.
 */
@NullMarked
package io.tallystick.store.sqlite;

import org.jspecify.annotations.NullMarked;
