package io.tallystick.fallback;

import java.time.Duration;

/**
 * How much may wait to be told to the second store.
 *
 * @param keys of how many keys
 * @param bytes of all that is known, so that half as much again makes callers wait, and twice as
 *     much has values dropped
 * @param patience for how long callers wait while the second store takes nothing
 */
record MirrorBounds(int keys, long bytes, Duration patience) {
  static final MirrorBounds DEFAULT = new MirrorBounds(200_000, 64 << 20, Duration.ofMillis(100));
}
