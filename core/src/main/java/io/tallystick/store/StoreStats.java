package io.tallystick.store;

import java.time.Duration;

/**
 * What a store says of itself.
 *
 * @param backend what keeps the content, such as {@code memory}
 * @param version the backend's version
 * @param uptime for how long it has been open; of a server, for how long that has run
 * @param keys keys that are not expired, and documents
 * @param jobs jobs of all queues, dead letters included
 * @param sources sources that are not retired
 * @param series series of the ledger: of each source, and of the base
 * @param bytes what all that takes, about
 */
public record StoreStats(
    String backend,
    String version,
    Duration uptime,
    long keys,
    long jobs,
    long sources,
    long series,
    long bytes) {}
