package io.tallystick.sd.cache;

import java.time.Duration;
import java.util.Optional;

/**
 * What the store has of a query.
 *
 * @param age of its list; empty where there is none
 * @param isPending whether a generation of it is queued or runs, whoever asked for it
 */
public record QueryState(
    Optional<Duration> age, Optional<GenerationError> error, boolean isPending) {}
