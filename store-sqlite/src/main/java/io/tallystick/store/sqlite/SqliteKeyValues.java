package io.tallystick.store.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.store.Deadline;
import io.tallystick.store.KeyValues;
import io.tallystick.store.WholeNumber;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The keys and values of a database. What has expired is deleted with a write of each second, some
 * at a time and the rest with the writes that follow.
 */
final class SqliteKeyValues implements KeyValues {
  private static final String LIVES = " AND (end_ms IS NULL OR end_ms > ?)";
  private static final String PUT =
      "INSERT INTO tallystick_keys (key, end_ms, value) VALUES (?, ?, ?)"
          + " ON CONFLICT (key) DO UPDATE SET end_ms = excluded.end_ms, value = excluded.value";
  private static final long SWEEP_MS = 1_000;
  private static final int MOST_SWEPT = 100;

  private final SqliteStore store;
  private long sweptMs; // of the thread that writes

  SqliteKeyValues(SqliteStore store) {
    this.store = store;
  }

  private byte[] checked(String key) {
    store.requireOpen();
    return store.limits().checkKey(key).getBytes(UTF_8);
  }

  private static @Nullable Long toColumn(long endMs) {
    return endMs == Deadline.NEVER_MS ? null : endMs;
  }

  /** When a time ends that begins in a transaction, not before what that had to wait for. */
  private @Nullable Long end(@Nullable Duration timeToLive) {
    return timeToLive == null ? null : toColumn(Deadline.after(store.nowMs(), timeToLive));
  }

  @Override
  public Optional<byte[]> get(String key) {
    byte[] bytes = checked(key);
    return store
        .readers()
        .read(
            session ->
                Optional.ofNullable(
                    session.first(
                        "SELECT value FROM tallystick_keys WHERE key = ?" + LIVES,
                        row -> Session.bytes(row, 1),
                        bytes,
                        store.nowMs())));
  }

  @Override
  public boolean exists(String key) {
    byte[] bytes = checked(key);
    return store
        .readers()
        .read(
            session ->
                session.number(
                        0,
                        "SELECT 1 FROM tallystick_keys WHERE key = ?" + LIVES,
                        bytes,
                        store.nowMs())
                    > 0);
  }

  @Override
  public Optional<Duration> timeToLive(String key) {
    byte[] bytes = checked(key);
    long nowMs = store.nowMs();
    long endMs =
        store
            .readers()
            .read(
                session ->
                    session.number(
                        nowMs,
                        "SELECT end_ms FROM tallystick_keys WHERE key = ? AND end_ms > ?",
                        bytes,
                        nowMs));
    return endMs == nowMs ? Optional.empty() : Optional.of(Duration.ofMillis(endMs - nowMs));
  }

  @Override
  public void put(String key, byte[] value) {
    putFor(key, value, null);
  }

  @Override
  public void put(String key, byte[] value, Duration timeToLive) {
    putFor(key, value, Deadline.checked(timeToLive));
  }

  private void putFor(String key, byte[] value, @Nullable Duration timeToLive) {
    byte[] bytes = checked(key);
    byte[] copy = store.limits().copyValue(value);
    write(session -> session.update(PUT, bytes, end(timeToLive), copy));
  }

  private <T> T write(Session.Work<T> work) {
    return store
        .writer()
        .write(
            session -> {
              sweep(session);
              return work.run(session);
            });
  }

  private void sweep(Session session) throws SQLException {
    long nowMs = store.nowMs();
    if (Math.abs(nowMs - sweptMs) < SWEEP_MS) {
      return;
    }
    boolean isAllSwept = sweep(session, "tallystick_keys", nowMs);
    isAllSwept &= sweep(session, "tallystick_additions", nowMs);
    if (isAllSwept) {
      sweptMs = nowMs; // else there are more, for the next write
    }
  }

  private static boolean sweep(Session session, String table, long nowMs) throws SQLException {
    int deleted =
        session.update(
            "DELETE FROM "
                + table
                + " WHERE rowid IN (SELECT rowid FROM "
                + table
                + " WHERE end_ms <= ? LIMIT "
                + MOST_SWEPT
                + ")",
            nowMs);
    return deleted < MOST_SWEPT;
  }

  @Override
  public boolean putIfAbsent(String key, byte[] value) {
    return putIfAbsentFor(key, value, null);
  }

  @Override
  public boolean putIfAbsent(String key, byte[] value, Duration timeToLive) {
    return putIfAbsentFor(key, value, Deadline.checked(timeToLive));
  }

  private boolean putIfAbsentFor(String key, byte[] value, @Nullable Duration timeToLive) {
    byte[] bytes = checked(key);
    byte[] copy = store.limits().copyValue(value);
    return write(session -> putIfAbsent(session, bytes, copy, end(timeToLive), store.nowMs()));
  }

  /** Puts a value unless one is there that has not expired. */
  static boolean putIfAbsent(Session session, byte[] key, byte[] value, long endMs, long nowMs)
      throws SQLException {
    return putIfAbsent(session, key, value, toColumn(endMs), nowMs);
  }

  private static boolean putIfAbsent(
      Session session, byte[] key, byte[] value, @Nullable Long endMs, long nowMs)
      throws SQLException {
    String sql = PUT + " WHERE tallystick_keys.end_ms <= ?";
    return session.update(sql, key, endMs, value, nowMs) > 0;
  }

  @Override
  public boolean compareAndSet(String key, byte[] expected, byte[] value) {
    byte[] bytes = checked(key);
    byte[] copy = store.limits().copyValue(value);
    byte[] old = expected.clone();
    return write(
        session ->
            session.update(
                    "UPDATE tallystick_keys SET value = ? WHERE key = ? AND value = ?" + LIVES,
                    copy,
                    bytes,
                    old,
                    store.nowMs())
                > 0);
  }

  @Override
  public boolean delete(String key) {
    byte[] bytes = checked(key);
    return write(
        session ->
            session.update(
                    "DELETE FROM tallystick_keys WHERE key = ?" + LIVES, bytes, store.nowMs())
                > 0);
  }

  @Override
  public boolean expire(String key, Duration timeToLive) {
    byte[] bytes = checked(key);
    Duration checked = Deadline.checked(timeToLive);
    return write(
        session ->
            session.update(
                    "UPDATE tallystick_keys SET end_ms = ? WHERE key = ?" + LIVES,
                    end(checked),
                    bytes,
                    store.nowMs())
                > 0);
  }

  @Override
  public long increment(String key, long amount) {
    byte[] bytes = checked(key);
    return write(session -> increment(session, bytes, amount));
  }

  @Override
  public long increment(String key, long amount, String writer, long number) {
    byte[] bytes = checked(key);
    byte[] writerBytes = checked(writer);
    return write(
        session -> {
          boolean isDone =
              session.number(
                      Long.MIN_VALUE,
                      "SELECT number FROM tallystick_additions WHERE key = ? AND writer = ?"
                          + " AND end_ms > ?",
                      bytes,
                      writerBytes,
                      store.nowMs())
                  >= number;
          if (isDone) {
            return WholeNumber.sum(present(session, bytes), 0);
          }
          session.update(
              "INSERT OR REPLACE INTO tallystick_additions VALUES (?, ?, ?, ?)",
              bytes,
              writerBytes,
              number,
              store.nowMs() + ADDITION_KEPT.toMillis());
          return increment(session, bytes, amount);
        });
  }

  private byte @Nullable [] present(Session session, byte[] key) throws SQLException {
    return session.first(
        "SELECT value FROM tallystick_keys WHERE key = ?" + LIVES,
        row -> Session.bytes(row, 1),
        key,
        store.nowMs());
  }

  private long increment(Session session, byte[] key, long amount) throws SQLException {
    byte[] present = present(session, key);
    long sum = WholeNumber.sum(present, amount);
    byte[] value = WholeNumber.toBytes(sum);
    if (present == null) {
      session.update(PUT, key, null, value);
    } else {
      session.update("UPDATE tallystick_keys SET value = ? WHERE key = ?", value, key);
    }
    return sum;
  }

  @Override
  public Page scan(String prefix, @Nullable String cursor, int limit) {
    store.requireOpen();
    if (limit <= 0) {
      throw new IllegalArgumentException("limit is not above zero: limit=" + limit);
    }
    long nowMs = store.nowMs();
    return store.readers().read(session -> new KeyPage(prefix, cursor, limit).read(session, nowMs));
  }
}
