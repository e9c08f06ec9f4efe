package io.tallystick.records;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A change of an alert.
 *
 * @param number by which changes are told apart and ordered, as the store has given it
 * @param what became of it
 * @param who did it; empty where that is not known
 * @param at when, by the clock of who did it
 * @param alert what it is since then; null where it was deleted
 */
public record AlertChange(
    long number, String alertId, Action what, String who, Instant at, @Nullable Alert alert) {
  /** What was done with an alert. */
  public enum Action {
    /** It was saved, for the first time or with something new. */
    SAVED,
    ACKNOWLEDGED,
    RESOLVED,
    SUPPRESSED,
    DELETED
  }
}
