/**
 * Scraping a directory: one consistent view of its files, as client_java's snapshots and as text.
 *
 * <p>Promises: a scrape never fails for one bad file; no total goes down from one scrape to the
 * next; both ways out show the same lines. Hot path: {@link io.tallystick.scrape.Scraper#write},
 * which costs no garbage per line. Not promised: values of one moment.
 */
@NullMarked
package io.tallystick.scrape;

import org.jspecify.annotations.NullMarked;
