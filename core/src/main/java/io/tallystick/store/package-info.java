/**
 * Stores: what is kept beyond a process, behind one interface with three facets.
 *
 * <p>Promises: every store keeps the clauses of the contract kit ({@code
 * io.tallystick.store.contract} in the test jar) for the capabilities that it declares; values go
 * in and out by copy; an error is a {@link io.tallystick.store.StoreException} that says what to
 * do, never an empty answer; secrets in URLs are not printed. Stores and facets are safe for use by
 * any thread. Not promised: speed that suits the update of a metric; nothing here is called from
 * there.
 *
 * <p>Ledgers merge by the rules by which the processes of a directory do, and with the same code:
 * so this package uses {@link io.tallystick.merge}, and the words of {@link io.tallystick.shm} for
 * the types and modes of families, and nothing else of ours.
 */
@NullMarked
package io.tallystick.store;

import org.jspecify.annotations.NullMarked;
