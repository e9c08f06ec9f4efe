/**
 * The sum of a directory: process files merged into families, and dead ones folded into one file.
 *
 * <p>Promises: the merge rules of client_python's multiprocess mode; a total does not depend on the
 * order in which files are read or folded, and folding does not lower it; a dead process counts
 * exactly once, whatever is killed between any two steps of a fold. Hot path: {@link
 * io.tallystick.merge.Merge#refresh}, one pass over the cells without garbage per series. Not
 * promised: values of one moment; each cell is read once, at some time during the pass.
 */
@NullMarked
package io.tallystick.merge;

import org.jspecify.annotations.NullMarked;
