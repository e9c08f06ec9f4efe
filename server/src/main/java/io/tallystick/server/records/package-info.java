/**
 * Records over HTTP, read-only, and as JSON.
 *
 * <p>Promises: what is served is what {@link io.tallystick.records} gives, in pages; a store that
 * is away is said, never an empty list in its place; no answer has a URL of a store.
 */
@NullMarked
package io.tallystick.server.records;

import org.jspecify.annotations.NullMarked;
