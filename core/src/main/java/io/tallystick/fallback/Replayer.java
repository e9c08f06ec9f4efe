package io.tallystick.fallback;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.tallystick.fallback.JournalEntry.Kind;
import io.tallystick.fallback.JournalReplay.Numbered;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Brings what was journalled to the first store once that is back, in order, and then has all
 * processes use it again. Of those that share a second store, the one that holds a lease there does
 * it.
 *
 * <p>For each lot of entries: the first store, the keys' own rows in the second, the head, and then
 * the entries' rows go. Who is killed in between leaves the lot to be done again, which changes
 * nothing but what others have written to its keys in the meantime. Threading: one thread.
 */
final class Replayer {
  private static final System.Logger LOG = System.getLogger(Replayer.class.getName());
  private static final int LOT = 512;

  private final Failover failover;
  private final Journal journal;
  private final JournalReplay toReplay;
  private final JournalRows rows;
  private final JournalFiles files;
  private final Replay replay;
  private final Duration lease;
  private final long usableNs; // for how long of it a call of the first store may be begun
  private final LongSupplier nanoTime;
  private final @Nullable FallbackStoreMetrics metrics;
  private final byte[] holder;
  private final RowWriters writers = new RowWriters();
  private final RowWriters deletions = new RowWriters();
  private final List<Numbered> withFiles =
      new ArrayList<>(); // replayed, and not yet below the head
  private long done; // the number below which this process has seen all entries replayed
  private String lastId = ""; // of the last of them
  private volatile long leasedNs; // written by one thread

  Replayer(Failover failover, JobMarks marks, FallbackStoreBuilder builder) {
    this.failover = failover;
    this.journal = failover.journal();
    this.toReplay = journal.replay();
    this.rows = journal.rows();
    this.files = new JournalFiles(rows);
    this.replay = new Replay(failover, files, marks, builder.clock);
    this.lease = builder.replayLease;
    this.usableNs = lease.toNanos() / 10 * 7;
    this.nanoTime = builder.nanoTime;
    this.metrics = builder.storeMetrics();
    this.holder = failover.newId().getBytes(US_ASCII);
  }

  /**
   * Replays what there is, unless another process does; whether the first store is in use then.
   *
   * @throws StoreException of either store
   */
  boolean run() {
    try {
      while (journal.look()) {
        if (!isLeased()) {
          return false;
        }
        List<Numbered> lot = lot();
        toReplay.announceEnd(failover.newId());
        if (!lot.isEmpty()) {
          replay(lot);
          continue;
        }
        leasedNs = 0; // whoever has taken the lease meanwhile may be in the middle of a lot
        if (isLeased() && toReplay.end(done, failover.newId())) {
          cleanUp();
        }
      }
    } finally {
      leasedNs = 0;
      rows.release(holder);
    }
    failover.changes().followJournal();
    return true;
  }

  /** Takes or renews the lease, now and then; false where another process has it. */
  private boolean isLeased() {
    long nowNs = nanoTime.getAsLong();
    if (leasedNs == 0 || nowNs - leasedNs > usableNs / 2) {
      leasedNs = 0;
      if (!rows.lease(holder, lease)) {
        return false;
      }
      leasedNs = nowNs;
    }
    return true;
  }

  /** Before each call of the first store: nobody else may replay by now. */
  private void requireLease() {
    if (nanoTime.getAsLong() - leasedNs > usableNs) {
      leasedNs = 0;
      throw new StoreException(Category.TRANSIENT, "replay was held up for longer than its lease");
    }
  }

  private List<Numbered> lot() {
    List<Numbered> lot = new ArrayList<>(toReplay.first(LOT));
    boolean isBelow = !lot.isEmpty() && lot.get(lot.size() - 1).number() < done - 1;
    if (isBelow || lot.stream().anyMatch(this::isAnotherThanTheLast)) {
      done = 0; // the second store is another one, whose numbers begin anew
    }
    lot.removeIf(each -> each.number() < done);
    return lot;
  }

  private boolean isAnotherThanTheLast(Numbered each) {
    return each.number() == done - 1 && !each.entry().id().equals(lastId);
  }

  private void replay(List<Numbered> entries) {
    ReplayLot lot = new ReplayLot(entries, this::replay, writers);
    lot.run();
    List<Numbered> replayed = lot.replayed();
    if (!replayed.isEmpty()) {
      lot.values()
          .forEach(
              (key, value) ->
                  writers.add(() -> failover.mirror().write(key, value.value(), value.endMs())));
      writers.await();
      deletions.await(); // those of the lot before
      note(replayed);
    }
    StoreException failure = lot.failure();
    if (failure != null) {
      throw failure;
    }
  }

  private OptionalLong replay(JournalEntry entry, boolean isBehindWrite) {
    requireLease();
    requireOpen();
    try {
      return replay.run(entry, isBehindWrite);
    } catch (StoreException e) {
      if (e.category() != Category.PERMANENT || mayBeFull(entry, e)) {
        throw e;
      }
      requireAnswer(e);
      keepAside(entry, e);
      return OptionalLong.empty();
    }
  }

  /** Whether it is what a store refuses that is full, and takes later. */
  private static boolean mayBeFull(JournalEntry entry, StoreException refusal) {
    return switch (entry.kind()) {
      case PUT -> true;
      case RESTORE, RETIRE ->
          !(refusal.getCause() instanceof StoreException cause
              && cause.category() == Category.CORRUPT); // what the journal has is damaged
      default -> false;
    };
  }

  private void requireOpen() {
    if (failover.isClosed()) {
      throw new StoreException(Category.TRANSIENT, "store is closed: backend=fallback");
    }
  }

  /** It is the entry that is refused, and nobody who is closed, or has the wrong password. */
  private void requireAnswer(StoreException refusal) {
    try {
      failover.first().ping();
      requireOpen();
    } catch (StoreException e) {
      throw new StoreException(
          Category.TRANSIENT, "first store refuses all: cause=" + refusal.getMessage(), refusal);
    }
  }

  /** Keeps what the first store will never do. */
  private void keepAside(JournalEntry entry, StoreException refusal) {
    LOG.log(
        System.Logger.Level.ERROR,
        "first store refuses what was journalled, which is kept aside: kind="
            + entry.kind()
            + " name="
            + entry.name(),
        refusal);
    byte[] bytes = entry.kind() == Kind.DAMAGED ? entry.value() : entry.toBytes();
    rows.put(refusedRow(entry), Objects.requireNonNull(bytes));
    if (metrics != null) {
      metrics.refused();
    }
  }

  private void note(List<Numbered> replayed) {
    Numbered last = replayed.get(replayed.size() - 1);
    done = last.number() + 1;
    lastId = last.entry().id();
    long head = toReplay.advance(done);
    for (Numbered each : replayed) {
      if (each.number() < head) {
        deletions.add(() -> rows.deleteEntry(each.number()));
      }
      if (each.entry().kind() == Kind.RETIRE || each.entry().kind() == Kind.RESTORE) {
        withFiles.add(each);
      }
    }
    deleteFilesBelow(head);
    if (metrics != null) {
      metrics.replayed(replayed.size());
    }
  }

  /** Of an entry that stays its file does, too: another process may have to replay it again. */
  private void deleteFilesBelow(long head) {
    for (Iterator<Numbered> each = withFiles.iterator(); each.hasNext(); ) {
      Numbered numbered = each.next();
      if (numbered.number() < head) {
        JournalEntry entry = numbered.entry();
        if (!rows.exists(refusedRow(entry))) { // else it is kept with the entry
          files.delete(entry.id(), entry.amount());
        }
        each.remove();
      }
    }
  }

  private static String refusedRow(JournalEntry entry) {
    return JournalRows.PREFIX + "refused:" + entry.id();
  }

  /** Deletes what those have left who were killed behind the writing of the head. */
  private void cleanUp() {
    deletions.await();
    deleteFilesBelow(rows.head().number());
    rows.deleteEntriesBelow(rows.head().number());
  }
}
