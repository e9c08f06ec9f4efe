package io.tallystick.fallback;

import java.time.Instant;

/**
 * A change of mode.
 *
 * @param reason why, for people
 */
public record ModeTransition(Instant time, FallbackMode from, FallbackMode to, String reason) {}
