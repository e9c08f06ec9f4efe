package io.tallystick.store.redis;

import io.tallystick.store.Deadline;
import io.tallystick.store.KeyValues;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.util.JedisClusterCRC16;

/**
 * The keys and values of a store in Redis.
 *
 * <p>A key is a hash {@code {P:keys:N}:key} with the value {@code v} and the end of its time to
 * live {@code e}, by the store's clock; Redis itself drops it a day after that. N is one of 16
 * parts; the sorted set {@code P:keys:N} has the part's keys in order, for scans, and {@code
 * {P:keys:N}ends} those that end, by when. Each write takes two out of both that have ended a day
 * ago, so that they hold no more than what lives and what has ended within the day. The string
 * {@code {P:keys:N}+…} has the number of a writer's last addition to a key, until it expires.
 */
final class RedisKeyValues implements KeyValues {
  private static final int PARTS = 16;
  private static final long LONGEST_KEPT_MS = Duration.ofDays(36_500).toMillis();
  private static final long SLACK_MS = Duration.ofDays(1).toMillis();
  private static final byte[] VALUE = Bytes.of("v");
  private static final byte[] END = Bytes.of("e");
  private static final byte[] NEVER = Bytes.of(Deadline.NEVER_MS);
  private static final byte[] NONE = {};

  /** For how long the note of an addition stays: twice what is promised, as clocks are set. */
  private static final byte[] NOTE_KEPT = Bytes.of(2 * Duration.ofDays(1).toMillis());

  private static final int PAGE = 1_000;
  private static final long MOST_BYTES = 8L << 20; // of one answer

  /** Of how many keys of a part the lengths are asked for, to tell those of all. */
  private static final int SAMPLE = 100;

  /** The cursor before all keys: a part, and the key after which to go on. */
  private static final String FIRST = "0:";

  private final RedisStore store;

  RedisKeyValues(RedisStore store) {
    this.store = store;
  }

  private byte[] index(int part) {
    return Bytes.of(store.prefix() + ":keys:" + part);
  }

  private byte[] ends(int part) {
    return Bytes.of("{" + store.prefix() + ":keys:" + part + "}ends");
  }

  private static int partOf(String key) {
    return JedisClusterCRC16.getSlot(Bytes.of(':' + key)) % PARTS; // of a text without a { first
  }

  private byte[] name(String key) {
    return Bytes.of("{" + store.prefix() + ":keys:" + partOf(key) + "}:" + key);
  }

  private String checked(String key) {
    store.requireOpen();
    return store.limits().checkKey(key);
  }

  @Override
  public Optional<byte[]> get(String key) {
    Request request = Request.of(Command.HMGET, name(checked(key)), VALUE, END);
    List<@Nullable Object> reply = Bytes.list(store.wire().ask(request));
    return isOver(reply.get(1)) ? Optional.empty() : Optional.of(Bytes.bytes(reply.get(0)));
  }

  private boolean isOver(@Nullable Object end) {
    return end == null || Bytes.number(end) <= store.nowMs();
  }

  private @Nullable Object end(String key) {
    return store.wire().ask(Request.of(Command.HGET, name(checked(key)), END));
  }

  @Override
  public boolean exists(String key) {
    return !isOver(end(key));
  }

  @Override
  public Optional<Duration> timeToLive(String key) {
    Object reply = end(key);
    if (isOver(reply) || Bytes.number(reply) == Deadline.NEVER_MS) {
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
                    keys(key),
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

  private List<byte[]> keys(String key) {
    int part = partOf(key);
    return List.of(name(key), index(part), ends(part));
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
    return Bytes.isTrue(store.wire().ask(Request.of(Script.KEY_DELETE, keys(key), arguments)));
  }

  @Override
  public boolean expire(String key, Duration timeToLive) {
    checked(key);
    long nowMs = store.nowMs();
    long endMs = Deadline.after(nowMs, timeToLive);
    List<byte[]> arguments =
        List.of(Bytes.of(key), Bytes.of(nowMs), Bytes.of(endMs), kept(endMs, nowMs));
    return Bytes.isTrue(store.wire().ask(Request.of(Script.KEY_EXPIRE, keys(key), arguments)));
  }

  @Override
  public long increment(String key, long amount) {
    checked(key);
    return Bytes.number(increment(keys(key), key, amount, NONE, NONE));
  }

  @Override
  public long increment(String key, long amount, String writer, long number) {
    checked(key);
    List<byte[]> keys = new ArrayList<>(keys(key));
    keys.add(note(key, store.limits().checkKey(writer)));
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

  /** Where the greatest number is under which a writer has added to a key. */
  private byte[] note(String key, String writer) {
    String place = "{" + store.prefix() + ":keys:" + partOf(key) + "}+";
    return Bytes.of(place + writer.length() + ":" + writer + key);
  }

  /** A number in the same order that no sign disturbs. */
  private static BigInteger unsigned(long number) {
    return BigInteger.valueOf(number).subtract(BigInteger.valueOf(Long.MIN_VALUE));
  }

  @Override
  public Page scan(String prefix, @Nullable String cursor, int limit) {
    store.requireOpen();
    if (limit <= 0) {
      throw new IllegalArgumentException("limit is not above zero: limit=" + limit);
    }
    String place = cursor == null ? FIRST : cursor;
    int part = part(place);
    String after = place.substring(place.indexOf(':') + 1);
    List<String> found = new ArrayList<>();
    while (part < PARTS) {
      List<String> listed = listed(part, prefix, after, limit);
      found.addAll(living(listed));
      if (listed.size() == limit) {
        return new Page(found, part + ":" + listed.get(limit - 1));
      }
      part++;
      after = "";
      if (found.size() >= limit) {
        break;
      }
    }
    return new Page(found, part < PARTS ? part + ":" : null);
  }

  private static int part(String cursor) {
    try {
      return Integer.parseInt(cursor.substring(0, Math.max(0, cursor.indexOf(':'))));
    } catch (NumberFormatException e) {
      throw new StoreException(Category.PERMANENT, "cursor is of another store", e);
    }
  }

  private List<String> listed(int part, String prefix, String after, int limit) {
    byte[] least = Bytes.of(after.isEmpty() ? "[" + prefix : "(" + after);
    byte[] start = Bytes.of("(" + prefix);
    byte[] most = Arrays.copyOf(start, start.length + 1);
    most[start.length] = (byte) 0xff; // which no UTF-8 has
    Request request =
        Request.of(
            Command.ZRANGEBYLEX,
            index(part),
            least,
            most,
            Bytes.of("LIMIT"),
            Bytes.of(0),
            Bytes.of(limit));
    return Bytes.list(store.wire().ask(request)).stream().map(Bytes::text).toList();
  }

  /** Those that have not expired; those that Redis itself has dropped leave the index. */
  private List<String> living(List<String> keys) {
    List<@Nullable Object> ends = new ArrayList<>();
    List<Request> requests = new ArrayList<>();
    keys.forEach(key -> requests.add(Request.of(Command.HGET, name(key), END)));
    ends.addAll(store.wire().askAll(requests));
    List<String> living = new ArrayList<>();
    List<Request> gone = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      if (!isOver(ends.get(i))) {
        living.add(keys.get(i));
      } else if (ends.get(i) == null) {
        gone.add(Request.of(Script.KEY_FORGET, keys(keys.get(i)), List.of(Bytes.of(keys.get(i)))));
      }
    }
    store.wire().askEach(gone); // a replica refuses, which does no harm
    return living;
  }

  /** Shows all keys with their values and ends. */
  void forEach(Consumer<Entry> action) {
    String cursor = null;
    do {
      Page page = scan("", cursor, PAGE);
      List<Request> lengths = new ArrayList<>();
      page.keys().forEach(key -> lengths.add(Request.of(Command.HSTRLEN, name(key), VALUE)));
      List<@Nullable Object> replies = store.wire().askAll(lengths);
      for (int from = 0; from < lengths.size(); ) {
        long bytes = 0;
        int to = from;
        do {
          bytes += Bytes.number(replies.get(to++));
        } while (to < lengths.size() && bytes < MOST_BYTES);
        show(page.keys().subList(from, to), action);
        from = to;
      }
      cursor = page.next();
    } while (cursor != null);
  }

  private void show(List<String> keys, Consumer<Entry> action) {
    List<Request> requests = new ArrayList<>();
    keys.forEach(key -> requests.add(Request.of(Command.HMGET, name(key), VALUE, END)));
    List<@Nullable Object> replies = store.wire().askAll(requests);
    for (int i = 0; i < keys.size(); i++) {
      List<@Nullable Object> reply = Bytes.list(replies.get(i));
      if (!isOver(reply.get(1))) {
        action.accept(
            new Entry(keys.get(i), Bytes.bytes(reply.get(0)), Bytes.number(reply.get(1))));
      }
    }
  }

  /** How many keys there are, and about how many bytes they take; in 17 round trips at most. */
  Size size() {
    List<Request> requests = new ArrayList<>();
    byte[] now = Bytes.of(store.nowMs());
    for (int part = 0; part < PARTS; part++) {
      requests.add(Request.of(Command.ZCARD, index(part)));
      requests.add(Request.of(Command.ZCOUNT, ends(part), Bytes.of("-inf"), now));
      requests.add(Request.of(Command.ZRANGE, index(part), Bytes.of(0), Bytes.of(SAMPLE - 1)));
    }
    List<@Nullable Object> replies = store.wire().askAll(requests);
    long keys = 0;
    long bytes = 0;
    for (int part = 0; part < PARTS; part++) {
      long listed = Bytes.number(replies.get(3 * part));
      keys += Math.max(0, listed - Bytes.number(replies.get(3 * part + 1)));
      List<@Nullable Object> sample = Bytes.list(replies.get(3 * part + 2));
      if (!sample.isEmpty()) {
        bytes += bytes(sample) * listed / sample.size();
      }
    }
    return new Size(keys, bytes);
  }

  private long bytes(List<@Nullable Object> keys) {
    List<Request> requests = new ArrayList<>();
    long bytes = 0;
    for (Object key : keys) {
      String text = Bytes.text(key);
      bytes += Bytes.bytes(key).length;
      requests.add(Request.of(Command.HSTRLEN, name(text), VALUE));
    }
    for (Object length : store.wire().askAll(requests)) {
      bytes += Bytes.number(length);
    }
    return bytes;
  }

  /** A key as it is stored. */
  record Entry(String key, @SuppressWarnings("ArrayRecordComponent") byte[] value, long endMs) {}

  /** How much there is. */
  record Size(long keys, long bytes) {}
}
