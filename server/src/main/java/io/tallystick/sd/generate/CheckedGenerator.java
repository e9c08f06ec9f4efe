package io.tallystick.sd.generate;

import java.time.Duration;
import java.util.Optional;

/**
 * What a check found of one generator.
 *
 * @param groups how many it gave; none where it failed
 * @param targets how many those groups have
 * @param failure why it fails its path
 */
public record CheckedGenerator(
    String path,
    int groups,
    int targets,
    Duration duration,
    Optional<GenerationException> failure) {}
