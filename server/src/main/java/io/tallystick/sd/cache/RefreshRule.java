package io.tallystick.sd.cache;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When a list is to be made anew.
 *
 * <p>A path that was asked for within its last two intervals is kept warm: its list is made again
 * once it is as old as the interval, which is that of the refreshes, or a longer one that those who
 * ask come in; and before it is too old in any case. A path that nobody asks for any more is left
 * alone. So is one that fails, for a while, and for longer once its job is a dead letter.
 */
final class RefreshRule {
  private static final long OFFER_AGAIN_MS = 5_000; // should the store have lost the job

  private final CacheSettings settings;

  RefreshRule(CacheSettings settings) {
    this.settings = settings;
  }

  /** Whether a list is to be made, in the place of the one that there is. */
  boolean isDue(QueryEntry entry, View.@Nullable Copy copy, long nowMs) {
    if (!isAskedFor(entry, nowMs)) {
      return false;
    }
    long intervalMs = Math.max(settings.refreshEvery().toMillis(), entry.intervalMs());
    long beforeStaleMs = settings.fresh().toMillis() * 4 / 5;
    if (copy == null) {
      return true;
    }
    // What was made in the future has no age: then it counts when another one was asked for.
    boolean isAhead = copy.status().isAhead(nowMs);
    long sinceMs = isAhead ? entry.offeredMs() : copy.status().updatedMs();
    return hasPassed(sinceMs, Math.min(intervalMs, beforeStaleMs), nowMs);
  }

  /** Whether it was asked for within the last two intervals, so that it is kept warm. */
  boolean isAskedFor(QueryEntry entry, long nowMs) {
    return nowMs - entry.askedMs() <= 2 * settings.refreshEvery().toMillis()
        || nowMs <= entry.awaitedMs();
  }

  /** Whether something was so long ago, or as far ahead, as it is where the clock was set back. */
  private static boolean hasPassed(long sinceMs, long timeMs, long nowMs) {
    return sinceMs == View.NEVER_MS || Math.abs(nowMs - sinceMs) >= timeMs;
  }

  /** Whether nobody has asked for so long that nothing of a query need be kept. */
  boolean isForgotten(QueryEntry entry, long nowMs) {
    return nowMs - entry.askedMs() > settings.maxStale().toMillis() && nowMs > entry.awaitedMs();
  }

  /** Whether a generation is to be asked for, unless one was just now. */
  boolean mayOffer(QueryEntry entry, View.@Nullable Copy copy, long nowMs) {
    long offeredMs = entry.offeredMs();
    boolean isAnswered = copy != null && copy.status().updatedMs() >= offeredMs;
    return isAnswered || hasPassed(offeredMs, OFFER_AGAIN_MS, nowMs);
  }

  /** Whether the last failure, if any, was long enough ago. */
  boolean isOver(@Nullable GenerationError error, long nowMs) {
    if (error == null) {
      return true;
    }
    Duration pause =
        error.attempt() >= ListStore.ATTEMPTS ? ListStore.MAX_BACKOFF : ListStore.ERROR_PAUSE;
    return hasPassed(error.timestampMs(), pause.toMillis(), nowMs);
  }
}
