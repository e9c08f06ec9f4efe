/**
 * The demo: worker JVMs under load, one of them killed, and a comparison of what clients saw with
 * what is scraped.
 *
 * <p>Promises: {@link io.tallystick.server.demo.Demo#run} leaves no process and no directory
 * behind, however it ends; a worker whose parent died ends by itself. It reports agreement only if
 * every acknowledged request is in the scraped totals, and nothing else is but requests that were
 * in flight when their worker was killed.
 */
@NullMarked
package io.tallystick.server.demo;

import org.jspecify.annotations.NullMarked;
