/**
 * How the command serves HTTP: the JDK's server with bounds, and what it answers with.
 *
 * <p>Promises: threads, connections and the heads of requests are bounded; a client that is slow
 * costs a thread for a limited time; what finds no room is told so with 503. Settings of the JDK's
 * server are properties of the system, which those of the first server of a JVM become; what the
 * user has set stays.
 */
@NullMarked
package io.tallystick.http;

import org.jspecify.annotations.NullMarked;
