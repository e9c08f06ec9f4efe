package io.tallystick.fallback;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A call that the {@link Journal} decides and writes, kept over its attempts: one whose row may
 * have been written is not decided again before that is known. Not thread-safe.
 */
final class JournalWrite<T> {
  private static final long NONE = -1;

  private final Decision<T> decision;
  private @Nullable Decided<T> decided;
  private long doubtful = NONE; // the number of a row that may have been written
  private byte[] bytes = {};

  JournalWrite(Decision<T> decision) {
    this.decision = decision;
  }

  @Nullable JournalEntry decide(JournalView view, long number, long nowMs) {
    decided = decision.decide(view, number, nowMs);
    return decided.entry;
  }

  /** What was decided to be written last; null where nothing was. */
  @Nullable JournalEntry entry() {
    return decided == null ? null : decided.entry;
  }

  T result() {
    if (decided == null) {
      throw new IllegalStateException("not decided");
    }
    return decided.result;
  }

  void writing(long number, byte[] row) {
    doubtful = number;
    bytes = row;
  }

  void written() {
    doubtful = NONE;
  }

  /** Whether an attempt may have written it, and it is not known. */
  boolean isDoubtful() {
    return doubtful != NONE;
  }

  /** Whether an earlier attempt has written it after all. */
  boolean isWritten(JournalRows rows) {
    if (doubtful == NONE) {
      return false;
    }
    Optional<byte[]> row = rows.entry(doubtful);
    boolean isOurs = row.isPresent() && Arrays.equals(row.get(), bytes);
    if ((row.isEmpty() || isOurs)
        && rows.head().number() > doubtful) { // replayed, or put there too late
      throw new NotNowException("not known whether a call was written: number=" + doubtful);
    }
    doubtful = NONE;
    return isOurs;
  }

  /** What becomes of a call. */
  @FunctionalInterface
  interface Decision<T> {
    /**
     * Decides it.
     *
     * @param view what is there
     * @param number that of the entry
     */
    Decided<T> decide(JournalView view, long number, long nowMs);
  }

  /**
   * What has become of a call.
   *
   * @param entry what is to be written; null where nothing is
   */
  record Decided<T>(T result, @Nullable JournalEntry entry) {
    static <T> Decided<T> of(T result, @Nullable JournalEntry entry) {
      return new Decided<>(result, entry);
    }
  }
}
