/**
 * Health over HTTP: a config file of checks and sinks, the endpoints that show what they found, and
 * webhooks that take in what others found.
 *
 * <p>Promises: what is wrong with a config is one line with the path of the setting, and shows no
 * value; bodies of requests, threads and waits are bounded; no answer has a stack trace or a
 * secret. Not promised: encryption, or a login for whoever reads. Serve it on the loopback
 * interface, or behind something that has both.
 */
@NullMarked
package io.tallystick.server.health;

import org.jspecify.annotations.NullMarked;
