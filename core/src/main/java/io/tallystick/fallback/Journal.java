package io.tallystick.fallback;

import io.tallystick.fallback.JournalEntry.Kind;
import io.tallystick.store.KeyValues.Page;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What was done in the first store's place: a {@link JournalLog} in the second one, and what keys
 * are by it.
 *
 * <p>A call that depends on what is there is decided and written in one step, whoever else writes;
 * and a process that dies has written its call or has not. An entry has what its key is from then
 * on: what a key is, its last entry says, and the {@link Mirror} where it has none.
 *
 * <p>The mode of all these processes is in the log, too: {@link Kind#BEGIN} and {@link Kind#END}
 * are entries, so that nothing is written behind the end but by those who have seen it.
 *
 * <p>Who writes gives way to the replay: a moment where the journal has become long in spite of it,
 * and a longer one where it is about to end.
 *
 * <p>Threading: any; one call at a time.
 */
final class Journal {
  static final long LONG_LENGTH = 1_024;
  private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(1);

  private final JournalRows rows;
  private final InstantSource clock;
  private final Mirror mirror;
  private final Patience patience;
  private final ReentrantLock lock = new ReentrantLock();

  private final JournalView view = new JournalView(this::present); // guarded by lock, as the log
  private final JournalLog log;
  private final JournalScan scan;
  private volatile long length;

  Journal(
      JournalRows rows,
      Mirror mirror,
      LastKnown known,
      InstantSource clock,
      LongSupplier nanoTime,
      Patience patience) {
    this.rows = rows;
    this.mirror = mirror;
    this.clock = clock;
    this.patience = patience;
    this.log = new JournalLog(rows, view, clock, nanoTime);
    this.scan = new JournalScan(rows, view, mirror, known, clock);
  }

  JournalRows rows() {
    return rows;
  }

  /** For whoever has the lease. */
  JournalReplay replay() {
    return new JournalReplay(this, log, rows);
  }

  /** Whether the second store was in use when it was last looked at; true until it was. */
  boolean isOpen() {
    return log.isOpen();
  }

  /** How many entries there were then. */
  long length() {
    return length;
  }

  /** For how long the oldest of them had been there; zero where there was none. */
  Duration age() {
    return locked(
        () ->
            log.length() == 0
                ? Duration.ZERO
                : Duration.ofMillis(Math.max(0, clock.millis() - log.oldestMs())));
  }

  /** When the second store came into use, the last time. */
  long beganMs() {
    return locked(log::beganMs);
  }

  /** Does something with the log while nobody else does. */
  <T extends @Nullable Object> T locked(Supplier<T> work) {
    lock.lock();
    try {
      return work.get();
    } finally {
      length = log.length();
      lock.unlock();
    }
  }

  /** Takes in what others have written; whether the second store is in use. */
  boolean look() {
    return locked(
        () -> {
          log.takeIn();
          return log.isOpen();
        });
  }

  // ---- keys ----

  /** What a key is. */
  StoredValue value(String key) {
    return locked(
        () -> {
          log.requireOpen();
          return present(key);
        });
  }

  private StoredValue present(String key) {
    while (true) {
      JournalView.Latest latest = view.of(key);
      if (latest == null) {
        return mirror.value(key);
      }
      if (!latest.isThere(clock.millis())) {
        return StoredValue.NONE;
      }
      Optional<byte[]> row = rows.entry(latest.number());
      if (row.isPresent()) {
        JournalEntry entry = JournalEntry.of(row.get());
        return entry.kind() == Kind.DAMAGED
            ? mirror.value(key)
            : new StoredValue(entry.value(), latest.endMs());
      }
      if (rows.head().number() <= latest.number()) {
        log.startAnew();
      }
      log.requireOpen();
    }
  }

  /** As {@link io.tallystick.store.KeyValues#scan}. */
  Page scan(String prefix, @Nullable String cursor, int limit) {
    return locked(
        () -> {
          log.requireOpen();
          return scan.page(prefix, cursor, limit);
        });
  }

  /** Whether the journal itself says what a key is. */
  boolean says(String key) {
    return locked(() -> view.of(key) != null);
  }

  // ---- writing ----

  /**
   * Decides a call by what is there, and writes it.
   *
   * @throws JournalClosedException where the first store is in use
   */
  <T> T write(JournalWrite<T> write) {
    boolean mayWait = !patience.isOfNobody();
    while (true) {
      boolean waits = mayWait;
      Outcome<T> outcome = locked(() -> tryToWrite(write, waits));
      if (outcome != null) {
        return outcome.result;
      }
      giveWay();
      mayWait = false;
    }
  }

  /** Null where it is to wait. */
  private <T> @Nullable Outcome<T> tryToWrite(JournalWrite<T> write, boolean mayWait) {
    while (true) {
      log.requireOpen();
      if (mayWait && (log.isClosing() || isTooLong())) {
        return null;
      }
      if (write.isWritten(rows) || log.isAppended(write)) {
        return new Outcome<>(write.result());
      }
    }
  }

  private boolean isTooLong() {
    return log.length() > LONG_LENGTH && log.isReplayed();
  }

  private void giveWay() {
    long beganNs = System.nanoTime();
    while (locked(() -> log.isOpen() && pauseNs() > System.nanoTime() - beganNs)) {
      LockSupport.parkNanos(POLL_NS);
      if (lock.tryLock()) { // else somebody else looks
        try {
          log.takeIn();
        } finally {
          lock.unlock();
        }
      }
    }
  }

  private long pauseNs() {
    Duration pause = log.isClosing() ? patience.whileClosing() : patience.whileLong();
    return log.isClosing() || isTooLong() ? pause.toNanos() : 0;
  }

  /** Has the second store used from here on, unless it is. */
  void begin(String id, String reason) {
    boolean unused =
        locked(
            () -> {
              log.takeIn();
              while (!log.isOpen() && !log.isMarked(Kind.BEGIN, id, reason)) {
                log.takeIn();
              }
              return true;
            });
  }

  private record Outcome<T>(T result) {}
}
