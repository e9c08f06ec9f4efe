package io.tallystick.fallback;

import io.tallystick.fallback.JournalEntry.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The {@link Journal} as whoever has the lease replays it: from its first entry to its end.
 * Threading: as of the journal.
 */
final class JournalReplay {
  private final Journal journal;
  private final JournalLog log;
  private final JournalRows rows;

  JournalReplay(Journal journal, JournalLog log, JournalRows rows) {
    this.journal = journal;
    this.log = log;
    this.rows = rows;
  }

  /** The first entries that are not replayed, at most so many. */
  List<Numbered> first(int limit) {
    return journal.locked(
        () -> {
          log.takeIn();
          List<Numbered> entries = new ArrayList<>();
          for (long number = log.head(); number < log.next() && entries.size() < limit; number++) {
            Optional<byte[]> row = rows.entry(number);
            if (row.isPresent()) { // else it was lost with a file that was replaced
              entries.add(new Numbered(number, JournalEntry.of(row.get())));
            }
          }
          return entries;
        });
  }

  /**
   * Notes that all entries below a number are replayed, but for the newest one, which says that the
   * journal is open; returns the first one that stays.
   */
  long advance(long number) {
    return journal.locked(
        () -> {
          log.takeIn();
          long until = log.isOpen() ? Math.min(number, log.next() - 1) : number;
          if (until > log.head()) {
            log.moveHead(until);
          }
          return log.head();
        });
  }

  /**
   * Where not much is left, asks those who write to wait, unless they were asked; the rest is
   * replayed meanwhile.
   */
  void announceEnd(String id) {
    boolean unused =
        journal.locked(
            () -> {
              log.takeIn();
              return log.length() > 2 * Journal.LONG_LENGTH
                  || log.isClosing()
                  || log.isMarkedLast(id);
            });
  }

  /**
   * Has the first store used from here on, where all entries below a number are replayed and there
   * are no others. A mark is put behind them first: of what stays, should this process die, none is
   * to be replayed again.
   */
  boolean end(long replayed, String id) {
    return journal.locked(
        () -> {
          log.takeIn();
          if (!log.isOpen()) {
            return true;
          }
          if (replayed < log.next() || (!log.isMarked() && !log.isMarkedLast(id))) {
            return false;
          }
          long last = log.next() - 1;
          log.moveHead(last);
          if (log.next() > last + 1 || !log.isMarked(Kind.END, id, "")) {
            return false; // somebody has written behind the mark
          }
          log.moveHead(log.next());
          return true;
        });
  }

  /** An entry and its number. */
  record Numbered(long number, JournalEntry entry) {}
}
