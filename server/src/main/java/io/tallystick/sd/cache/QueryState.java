package io.tallystick.sd.cache;

import java.time.Duration;
import java.util.Optional;

/**
 * What the store has of a query.
 *
 * @param age of its list; empty where there is none
 * @param isPending whether a generation of it is waited for, as far as this process knows
 */
public record QueryState(
    Optional<Duration> age, Optional<GenerationError> error, boolean isPending) {}
