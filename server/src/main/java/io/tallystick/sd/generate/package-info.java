/**
 * Target generators: files below one root folder, and Java classes, that give Prometheus its
 * targets.
 *
 * <p>Promises: a path's list is whole and within the content rules, or there is an exception that
 * names the generator and what was wrong; never a partial list, and never an empty one in place of
 * an error. What a caller names never leads out of the root. Each generator has a time limit and an
 * output limit; one that is stopped is killed with all that it started.
 *
 * <p>Not promised: that a program which ends by itself leaves no others behind; that a Java
 * generator which ignores its interrupt ends; it holds a thread of its own, and is not run again
 * until it has ended.
 */
@NullMarked
package io.tallystick.sd.generate;

import org.jspecify.annotations.NullMarked;
