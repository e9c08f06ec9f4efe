package io.tallystick.fallback;

import io.tallystick.store.Deadline;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The {@link KeyRow}s of the second store. What is written there is put in the place of just the
 * row that it was made of, so that of two processes that write none undoes the other. Threading:
 * any.
 */
final class KeyRows {
  /** For how long a row says that a key is gone, to those who tell late that it was there. */
  private static final Duration GONE_KEPT = Duration.ofMinutes(1);

  private static final Duration FOREVER = Duration.ofDays(36_500);

  private final JournalRows rows;
  private final InstantSource clock;
  private final LongSupplier timeNs;

  /**
   * @param timeNs the host's clock, in nanoseconds since the Unix epoch
   */
  KeyRows(JournalRows rows, InstantSource clock, LongSupplier timeNs) {
    this.rows = rows;
    this.clock = clock;
    this.timeNs = timeNs;
  }

  /** What a key is, where something of it is known that may not have been written yet. */
  StoredValue value(String key, @Nullable Known unwritten) {
    Optional<byte[]> bytes = rows.get(key);
    KeyRow row = bytes.isEmpty() ? null : row(key, bytes.get());
    KeyRow newest =
        unwritten == null ? row : unwritten.over(row, clock.millis(), timeNs.getAsLong());
    return newest != null && newest.isThere(clock.millis())
        ? new StoredValue(newest.value(), newest.endMs())
        : StoredValue.NONE;
  }

  private KeyRow row(String key, byte[] bytes) {
    KeyRow row = KeyRow.of(bytes);
    if (row != null) {
      return row;
    }
    Optional<Duration> timeToLive = rows.timeToLive(key);
    if (timeToLive.isEmpty() && rows.get(key).isEmpty()) {
      return new KeyRow(null, 0, 0, 0); // it has ended in between
    }
    long endMs =
        timeToLive.map(time -> Deadline.after(clock.millis(), time)).orElse(Deadline.NEVER_MS);
    return new KeyRow(bytes, 0, endMs, 0);
  }

  /** Writes what a key is from now on. */
  void write(String key, byte @Nullable [] value, long endMs) {
    write(key, Known.wrote(value, endMs, timeNs.getAsLong()));
  }

  /** Writes what is known of a key, as far as there is nothing newer. */
  void write(String key, Known known) {
    while (true) {
      Optional<byte[]> before = rows.get(key);
      KeyRow row = before.isEmpty() ? null : row(key, before.get());
      KeyRow after = known.over(row, clock.millis(), timeNs.getAsLong());
      if (after.isSame(row)
          || (row == null ? isPut(key, after) : isReplaced(key, before.get(), row, after))) {
        return;
      }
    }
  }

  private boolean isPut(String key, KeyRow after) {
    long nowMs = clock.millis();
    boolean isForEver = after.isThere(nowMs) && after.endMs() == Deadline.NEVER_MS;
    return isForEver
        ? rows.putIfAbsent(key, after.toBytes())
        : rows.putIfAbsent(key, after.toBytes(), kept(after, nowMs));
  }

  /** The row may go too late, but not too early. */
  private boolean isReplaced(String key, byte[] bytes, KeyRow before, KeyRow after) {
    long nowMs = clock.millis();
    boolean isEndSame =
        before.isThere(nowMs) && after.isThere(nowMs) && before.endMs() == after.endMs();
    Duration kept = kept(after, nowMs);
    boolean isLonger = !before.isThere(nowMs) || kept.compareTo(kept(before, nowMs)) > 0;
    if (!isEndSame && isLonger && !rows.expire(key, kept)) {
      return false;
    }
    if (!rows.compareAndSet(key, bytes, after.toBytes())) {
      return false;
    }
    if (!isEndSame && !isLonger) {
      boolean unused = rows.expire(key, kept);
    }
    return true;
  }

  private static Duration kept(KeyRow row, long nowMs) {
    if (!row.isThere(nowMs)) {
      return GONE_KEPT;
    }
    return row.endMs() == Deadline.NEVER_MS ? FOREVER : Duration.ofMillis(row.endMs() - nowMs);
  }
}
