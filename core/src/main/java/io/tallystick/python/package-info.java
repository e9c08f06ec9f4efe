/**
 * The files of client_python's multiprocess mode: read while Python processes write them, and
 * written for client_python to read.
 *
 * <p>Promises: both layouts of an entry are read, with a timestamp and without; whatever the bytes
 * are, reading them ends in values or in a {@link io.tallystick.shm.CorruptFileException}, and what
 * stands before a fault counts; what is written reads in client_python as the values that were
 * given. Hot path: the values of {@link io.tallystick.python.PythonFamily}, each one load from the
 * mapped file. Not promised: that a histogram's sum has no observation that its buckets lack, for
 * client_python stores the sum first.
 *
 * <p>The merge rules are those of {@code io.tallystick.merge}; nothing here adds anything up.
 */
@NullMarked
package io.tallystick.python;

import org.jspecify.annotations.NullMarked;
