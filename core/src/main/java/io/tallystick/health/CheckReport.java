package io.tallystick.health;

import java.time.Duration;
import java.time.Instant;

/**
 * The result of a check that was run.
 *
 * @param name under which the check is registered
 * @param latency how long it took; where it hangs, how long it has so far
 * @param checkedAt when it was known
 */
public record CheckReport(
    String name, HealthStatus status, String message, Duration latency, Instant checkedAt) {}
