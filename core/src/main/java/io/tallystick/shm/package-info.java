/**
 * The process file: the cells of one process in a memory-mapped file, one column a writing thread.
 *
 * <p>Promises: an update by a thread that owns a column is a plain read and a release store, takes
 * no lock, makes no system call and allocates nothing; a mapped page has its blocks before it is
 * touched; a file that a killed process left behind reads as what that process had stored. Hot
 * paths: {@link io.tallystick.shm.SeriesCells} and {@link io.tallystick.shm.Column}. Not promised:
 * durability over a reboot, and any agreement between two cells that are read one after the other,
 * beyond the order that {@link io.tallystick.shm.CellLayout} gives.
 *
 * <p>The bytes are drawn in {@code docs/format.md}. The public types here are for the other
 * packages of this artifact.
 */
@NullMarked
package io.tallystick.shm;

import org.jspecify.annotations.NullMarked;
