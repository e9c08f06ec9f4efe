/**
 * The fleet as one: what all sources of a ledger have, scraped like a directory.
 *
 * <p>Promises: a scrape writes nothing to the ledger, and reads it once at most, whoever else
 * scrapes meanwhile; with a directory, its processes count once; where the ledger cannot be read, a
 * scrape is no lower than the one before, or an error. Not promised: that the ledger's values are
 * newer than its sources' last publications.
 */
@NullMarked
package io.tallystick.fleet;

import org.jspecify.annotations.NullMarked;
