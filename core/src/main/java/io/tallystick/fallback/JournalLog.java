package io.tallystick.fallback;

import io.tallystick.fallback.JournalEntry.Kind;
import io.tallystick.fallback.JournalRows.Head;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The entries of the {@link Journal}: a log in the second store that all processes append to that
 * share it.
 *
 * <p>Entry n is the row of that number, put there where none is by whoever has seen all entries
 * before it. The head is the number of the first entry that is not replayed. Who replays writes the
 * keys' rows, then the head, then deletes the entries below it. Who finds no entry where he looked,
 * finds the head beyond that place where it was deleted; who has put one below the head has put it
 * nowhere, and takes it back.
 *
 * <p>Threading: one at a time, but for {@link #isOpen}.
 */
final class JournalLog {
  /** What the id of a mark ends with that stands behind what is the last to be replayed. */
  private static final String LAST = "-last";

  private static final Duration CLOSING = Duration.ofSeconds(1);

  private final JournalRows rows;
  private final JournalView view;
  private final InstantSource clock;
  private final LongSupplier nanoTime;

  private long head;
  private long next;
  private long oldestMs;
  private long beganMs;
  private long storedBeganMs; // of entries below those that were seen
  private boolean opens; // what the entries up to next say
  private long markedNs; // when the last mark was seen; zero where it has no meaning any more
  private long markedAt;
  private long movedNs; // when the head was seen to move; zero where that was never
  private volatile boolean isOpen = true; // opens, once all were seen

  JournalLog(JournalRows rows, JournalView view, InstantSource clock, LongSupplier nanoTime) {
    this.rows = rows;
    this.view = view;
    this.clock = clock;
    this.nanoTime = nanoTime;
  }

  // ---- what was seen ----

  /** Whether the second store was in use when it was last looked at; true until it was. */
  boolean isOpen() {
    return isOpen;
  }

  long head() {
    return head;
  }

  long next() {
    return next;
  }

  long length() {
    return next - head;
  }

  /** When the oldest entry was written. */
  long oldestMs() {
    return oldestMs;
  }

  /** When the second store came into use, the last time. */
  long beganMs() {
    return beganMs;
  }

  /** Whether the replay is at its end but for what is written from now on. */
  boolean isClosing() {
    return markedNs != 0 && nanoTime.getAsLong() - markedNs < CLOSING.toNanos();
  }

  /** Whether the newest entry is the mark that says so. */
  boolean isMarked() {
    return markedNs != 0 && markedAt == next - 1;
  }

  /** Whether somebody replays. */
  boolean isReplayed() {
    return movedNs != 0 && nanoTime.getAsLong() - movedNs < CLOSING.toNanos();
  }

  // ---- taking in ----

  void takeIn() {
    while (true) {
      Optional<byte[]> row = rows.entry(next);
      if (row.isPresent()) {
        take(JournalEntry.of(row.get()));
        continue;
      }
      Head stored = rows.head();
      if (stored.number() > next || stored.number() < head) { // replayed without us, or another one
        startAt(stored);
        continue;
      }
      if (stored.number() > head) {
        view.forgetBelow(stored.number());
        head = stored.number();
        movedNs = Math.max(1, nanoTime.getAsLong());
      }
      isOpen = opens && head < next;
      return;
    }
  }

  private void take(JournalEntry entry) {
    if (next == head) {
      oldestMs = entry.timeMs();
    }
    if (!opens) {
      beganMs = storedBeganMs == 0 ? entry.timeMs() : storedBeganMs;
      storedBeganMs = 0;
      markedNs = 0;
    }
    opens = entry.kind() != Kind.END;
    if (!opens) {
      view.clear(); // all of it is in the first store
      markedNs = 0;
    } else if (entry.kind().isOfKey()) {
      view.take(next, entry);
    } else if (entry.kind() == Kind.BEGIN && entry.id().endsWith(LAST)) {
      markedNs = Math.max(1, nanoTime.getAsLong());
      markedAt = next;
    }
    next++;
  }

  private void startAt(Head stored) {
    view.clear();
    head = stored.number();
    next = stored.number();
    storedBeganMs = stored.beganMs();
    opens = false;
    markedNs = 0;
  }

  /** The second store has lost what it had. */
  void startAnew() {
    startAt(rows.head());
  }

  void requireOpen() {
    takeIn();
    if (!isOpen) {
      throw new JournalClosedException();
    }
  }

  // ---- appending ----

  /** Appends a mark behind all that was taken in; false where somebody else has written there. */
  boolean isMarked(Kind kind, String id, String reason) {
    return isAppended(
        new JournalWrite<>(
            (seen, number, nowMs) ->
                JournalWrite.Decided.of(true, JournalEntry.of(kind, id, nowMs, reason))));
  }

  /** Appends the mark that says that what is behind it can wait. */
  boolean isMarkedLast(String id) {
    return isMarked(Kind.BEGIN, id + LAST, "");
  }

  /** Decides a call by what was taken in; false where it is to be decided again. */
  boolean isAppended(JournalWrite<?> write) {
    JournalEntry entry = write.decide(view, next, clock.millis());
    if (entry == null) {
      return true;
    }
    byte[] bytes = entry.toBytes();
    write.writing(next, bytes);
    boolean isPut = rows.putEntryIfAbsent(next, bytes);
    if (isPut && rows.head().number() > next) {
      rows.deleteEntry(next);
      isPut = false;
    }
    write.written();
    if (isPut) {
      take(entry);
      isOpen = opens;
    }
    return isPut;
  }

  /** Notes that all entries below a number are replayed. */
  void moveHead(long number) {
    rows.putHead(number, opens ? beganMs : 0);
    takeIn();
  }
}
