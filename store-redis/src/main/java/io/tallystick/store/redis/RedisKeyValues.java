package io.tallystick.store.redis;

import io.tallystick.store.Deadline;
import io.tallystick.store.KeyValues;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Protocol.Command;

/**
 * The keys and values of a store in Redis. {@link KeyNames} says where they are.
 *
 * <p>Redis itself drops a key a day after its end. Each write takes two out of its part's sorted
 * sets that have ended a day ago, so that they hold no more than what lives and what has ended
 * within the day.
 */
final class RedisKeyValues implements KeyValues {
  private static final long LONGEST_KEPT_MS = Duration.ofDays(36_500).toMillis();
  private static final long SLACK_MS = Duration.ofDays(1).toMillis();
  private static final byte[] NEVER = Bytes.of(Deadline.NEVER_MS);
  private static final byte[] NONE = {};

  /** For how long the note of an addition stays: twice what is promised, as clocks are set. */
  private static final byte[] NOTE_KEPT = Bytes.of(2 * ADDITION_KEPT.toMillis());

  private final RedisStore store;
  private final KeyNames names;
  private final KeyScan scan;

  RedisKeyValues(RedisStore store) {
    this.store = store;
    this.names = new KeyNames(store.prefix());
    this.scan = new KeyScan(store, names);
  }

  private String checked(String key) {
    store.requireOpen();
    return store.limits().checkKey(key);
  }

  @Override
  public Optional<byte[]> get(String key) {
    Request request =
        Request.of(Command.HMGET, names.value(checked(key)), KeyNames.VALUE, KeyNames.END);
    List<@Nullable Object> reply = Bytes.list(store.wire().ask(request));
    return scan.isOver(reply.get(1)) ? Optional.empty() : Optional.of(Bytes.bytes(reply.get(0)));
  }

  private @Nullable Object end(String key) {
    return store.wire().ask(Request.of(Command.HGET, names.value(checked(key)), KeyNames.END));
  }

  @Override
  public boolean exists(String key) {
    return !scan.isOver(end(key));
  }

  @Override
  public Optional<Duration> timeToLive(String key) {
    Object reply = end(key);
    if (scan.isOver(reply) || Bytes.number(reply) == Deadline.NEVER_MS) {
      return Optional.empty();
    }
    return Optional.of(Duration.ofMillis(Math.max(1, Bytes.number(reply) - store.nowMs())));
  }

  @Override
  public void put(String key, byte[] value) {
    put("put", key, value, Deadline.NEVER_MS, NONE);
  }

  @Override
  public void put(String key, byte[] value, Duration timeToLive) {
    put("put", key, value, Deadline.after(store.nowMs(), timeToLive), NONE);
  }

  @Override
  public boolean putIfAbsent(String key, byte[] value) {
    return putIfAbsent(key, value, Deadline.NEVER_MS);
  }

  @Override
  public boolean putIfAbsent(String key, byte[] value, Duration timeToLive) {
    return putIfAbsent(key, value, Deadline.after(store.nowMs(), timeToLive));
  }

  boolean putIfAbsent(String key, byte[] value, long endMs) {
    return put("absent", key, value, endMs, NONE);
  }

  @Override
  public boolean compareAndSet(String key, byte[] expected, byte[] value) {
    return put("compare", key, value, Deadline.NEVER_MS, expected);
  }

  private boolean put(String how, String key, byte[] value, long endMs, byte[] expected) {
    checked(key);
    store.limits().checkValue(value);
    long nowMs = store.nowMs();
    return Bytes.isTrue(
        store
            .wire()
            .ask(
                Request.of(
                    Script.KEY_PUT,
                    names.all(key),
                    List.of(
                        Bytes.of(how),
                        Bytes.of(key),
                        Bytes.of(nowMs),
                        Bytes.of(endMs),
                        kept(endMs, nowMs),
                        value,
                        expected,
                        Bytes.of(nowMs - SLACK_MS),
                        NEVER))));
  }

  /** For how long Redis keeps a key; it must not judge by its own clock what ours decides. */
  private static byte[] kept(long endMs, long nowMs) {
    long left = Math.max(0, endMs - nowMs);
    return endMs == Deadline.NEVER_MS || left > LONGEST_KEPT_MS ? NONE : Bytes.of(left + SLACK_MS);
  }

  @Override
  public boolean delete(String key) {
    checked(key);
    List<byte[]> arguments = List.of(Bytes.of(key), Bytes.of(store.nowMs()));
    return Bytes.isTrue(store.wire().ask(Request.of(Script.KEY_DELETE, names.all(key), arguments)));
  }

  @Override
  public boolean expire(String key, Duration timeToLive) {
    checked(key);
    long nowMs = store.nowMs();
    long endMs = Deadline.after(nowMs, timeToLive);
    List<byte[]> arguments =
        List.of(Bytes.of(key), Bytes.of(nowMs), Bytes.of(endMs), kept(endMs, nowMs));
    return Bytes.isTrue(store.wire().ask(Request.of(Script.KEY_EXPIRE, names.all(key), arguments)));
  }

  @Override
  public long increment(String key, long amount) {
    checked(key);
    return Bytes.number(increment(names.all(key), key, amount, NONE, NONE));
  }

  @Override
  public long increment(String key, long amount, String writer, long number) {
    checked(key);
    List<byte[]> keys = new ArrayList<>(names.all(key));
    keys.add(names.note(key, store.limits().checkKey(writer)));
    byte[] ordered = Bytes.of(String.format(Locale.ROOT, "%020d", unsigned(number)));
    return Bytes.number(increment(keys, key, amount, ordered, NOTE_KEPT));
  }

  private @Nullable Object increment(
      List<byte[]> keys, String key, long amount, byte[] number, byte[] noteKept) {
    long nowMs = store.nowMs();
    List<byte[]> arguments =
        List.of(
            Bytes.of(key),
            Bytes.of(nowMs),
            Bytes.of(amount),
            NEVER,
            Bytes.of(nowMs - SLACK_MS),
            number,
            noteKept);
    return store.wire().ask(Request.of(Script.KEY_INCREMENT, keys, arguments));
  }

  /** A number in the same order that no sign disturbs. */
  private static BigInteger unsigned(long number) {
    return BigInteger.valueOf(number).subtract(BigInteger.valueOf(Long.MIN_VALUE));
  }

  @Override
  public Page scan(String prefix, @Nullable String cursor, int limit) {
    store.requireOpen();
    return scan.page(prefix, cursor, limit);
  }

  /** All keys. */
  KeyScan all() {
    return scan;
  }
}
