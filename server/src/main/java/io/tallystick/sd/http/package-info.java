/**
 * Lists of targets over HTTP, as Prometheus asks for them, and a page about them for people.
 *
 * <p>Promises: a list is answered with 200, and whatever else is not, so that Prometheus keeps the
 * targets that it has; no request runs a generator but those for {@code /scrape_configs}; requests,
 * their length, their number, and those that wait are bounded, and what is beyond is told so; what
 * others wrote is escaped in the page. A hit allocates, but does not copy the list.
 *
 * <p>Not promised: that one who may ask cannot ask for much; there are a login and encryption for
 * that, which are off unless there are files for them.
 */
@NullMarked
package io.tallystick.sd.http;

import org.jspecify.annotations.NullMarked;
