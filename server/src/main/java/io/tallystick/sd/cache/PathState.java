package io.tallystick.sd.cache;

import java.time.Duration;
import java.util.Optional;

/**
 * What is known of a query, for people to look at.
 *
 * @param targets how many targets its list has, in all groups; empty where there is no list
 * @param age of its list; empty where there is none
 * @param lastDuration how long the last generation that succeeded took
 * @param lastError of the last generation, where it failed
 */
public record PathState(
    TargetQuery query,
    Optional<Integer> targets,
    Optional<Duration> age,
    Optional<Duration> lastDuration,
    Optional<GenerationError> lastError) {}
