/**
 * A store in Redis: standalone, watched by Sentinel, or a Cluster.
 *
 * <p>Promises: all that {@link io.tallystick.store} does, for any number of hosts. Whatever changes
 * more than one key is a script whose keys are in one hash slot; nothing scans the keyspace. The
 * base of its ledger is prometheus-distributed-client's hashes, which Python reads and writes too.
 * Not promised: that Redis keeps what it acknowledged when it fails; see {@code
 * docs/store-redis.md}.
 */
@NullMarked
package io.tallystick.store.redis;

import org.jspecify.annotations.NullMarked;
