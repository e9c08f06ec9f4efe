/**
 * The {@code tallystick} command: serve, dump, verify and retire a directory, serve and look after
 * a store, serve health, and a demo.
 *
 * <p>Promises: a mistyped command line is one line on standard error that says what to do, and exit
 * code 2; a fault at run time is one line with its cause, and exit code 1; a reader of standard
 * output that went away is not a fault; no line has the secrets of a URL. Nothing here counts,
 * except the demo, in a directory of its own; what scrapes a directory also folds its dead
 * processes.
 *
 * <p>Not promised: the wording of a line. Scripts read exit codes, {@code dump --format json}, the
 * {@code --json} of store commands, and the exposition formats.
 */
@NullMarked
package io.tallystick.server;

import org.jspecify.annotations.NullMarked;
