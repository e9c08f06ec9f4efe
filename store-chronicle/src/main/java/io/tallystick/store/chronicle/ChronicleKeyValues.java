package io.tallystick.store.chronicle;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.store.Deadline;
import io.tallystick.store.KeyValues;
import io.tallystick.store.Limits;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import io.tallystick.store.WholeNumber;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The keys and values of a directory. An entry is under its key's UTF-8: when its time to live
 * ends, in eight bytes, and the value. One that has expired is removed when its map is full.
 */
final class ChronicleKeyValues implements KeyValues {
  private static final int END_BYTES = Long.BYTES;
  private static final byte NO_UTF_8 = (byte) 0xFF;

  private final Session session;
  private final InstantSource clock;
  private final Limits limits;
  private final MapFile map;

  ChronicleKeyValues(Session session, InstantSource clock, Limits limits) {
    this.session = session;
    this.clock = clock;
    this.limits = limits;
    this.map = session.map(MapKind.KEYS);
  }

  private byte[] key(String key) {
    session.requireOpen();
    return limits.checkKey(key).getBytes(UTF_8);
  }

  private static long endMs(byte[] entry) {
    return ByteBuffer.wrap(entry).getLong();
  }

  private static byte[] value(byte[] entry) {
    return Arrays.copyOfRange(entry, END_BYTES, entry.length);
  }

  private static byte[] entry(byte[] value, long endMs) {
    return ByteBuffer.allocate(END_BYTES + value.length).putLong(endMs).put(value).array();
  }

  /** An entry that has not expired. */
  private byte @Nullable [] present(byte[] key) {
    byte[] entry = map.get(key);
    return entry == null || endMs(entry) <= clock.millis() ? null : entry;
  }

  /** In a call: puts an entry; where the map is full, once what has expired is gone. */
  private void store(byte[] key, byte[] entry) {
    try {
      map.put(key, entry);
    } catch (StoreException e) {
      if (e.category() != Category.PERMANENT || map.isDamaged() || !sweep()) {
        throw e;
      }
      map.put(key, entry);
    }
  }

  /** Removes what has expired; false where nothing has. Looks at every entry. */
  private boolean sweep() {
    long nowMs = clock.millis();
    List<byte[]> expired = new ArrayList<>();
    map.forEach(
        (key, entry) -> {
          if (endMs(entry) <= nowMs && !DocumentKeys.isOne(key)) {
            expired.add(key);
          }
        });
    expired.forEach(map::remove);
    return !expired.isEmpty();
  }

  @Override
  public Optional<byte[]> get(String key) {
    byte[] bytes = key(key);
    byte[] entry = session.call(() -> present(bytes));
    return entry == null ? Optional.empty() : Optional.of(value(entry));
  }

  @Override
  public void put(String key, byte[] value) {
    put(key, value, Deadline.NEVER_MS);
  }

  @Override
  public void put(String key, byte[] value, Duration timeToLive) {
    put(key, value, Deadline.after(clock.millis(), timeToLive));
  }

  private void put(String key, byte[] value, long endMs) {
    byte[] bytes = key(key);
    limits.checkValue(value);
    byte[] entry = entry(value, endMs);
    session.run(() -> store(bytes, entry));
  }

  @Override
  public boolean putIfAbsent(String key, byte[] value) {
    return putIfAbsent(key, value, Deadline.NEVER_MS);
  }

  @Override
  public boolean putIfAbsent(String key, byte[] value, Duration timeToLive) {
    return putIfAbsent(key, value, Deadline.after(clock.millis(), timeToLive));
  }

  private boolean putIfAbsent(String key, byte[] value, long endMs) {
    byte[] bytes = key(key);
    limits.checkValue(value);
    byte[] entry = entry(value, endMs);
    return session.call(() -> isStoredIfAbsent(bytes, entry));
  }

  private boolean isStoredIfAbsent(byte[] key, byte[] entry) {
    if (present(key) != null) {
      return false;
    }
    store(key, entry);
    return true;
  }

  @Override
  public boolean compareAndSet(String key, byte[] expected, byte[] value) {
    byte[] bytes = key(key);
    limits.checkValue(value);
    byte[] copy = value.clone();
    return session.call(
        () -> {
          byte[] entry = present(bytes);
          if (entry == null || !Arrays.equals(value(entry), expected)) {
            return false;
          }
          store(bytes, entry(copy, endMs(entry)));
          return true;
        });
  }

  @Override
  public boolean delete(String key) {
    byte[] bytes = key(key);
    return session.call(
        () -> {
          boolean isThere = present(bytes) != null;
          map.remove(bytes);
          return isThere;
        });
  }

  @Override
  public boolean exists(String key) {
    byte[] bytes = key(key);
    return session.call(() -> present(bytes) != null);
  }

  @Override
  public boolean expire(String key, Duration timeToLive) {
    long endMs = Deadline.after(clock.millis(), timeToLive);
    byte[] bytes = key(key);
    return session.call(
        () -> {
          byte[] entry = present(bytes);
          if (entry == null) {
            return false;
          }
          store(bytes, entry(value(entry), endMs));
          return true;
        });
  }

  @Override
  public Optional<Duration> timeToLive(String key) {
    byte[] bytes = key(key);
    byte[] entry = session.call(() -> present(bytes));
    return entry == null || endMs(entry) == Deadline.NEVER_MS
        ? Optional.empty()
        : Optional.of(Duration.ofMillis(Math.max(0, endMs(entry) - clock.millis())));
  }

  @Override
  public long increment(String key, long amount) {
    byte[] bytes = key(key);
    return session.call(() -> add(bytes, amount));
  }

  @Override
  public long increment(String key, long amount, String writer, long number) {
    byte[] bytes = key(key);
    byte[] addition = addition(bytes, key(writer));
    return session.call(
        () -> {
          byte[] latest = present(addition);
          if (latest != null && ByteBuffer.wrap(value(latest)).getLong() >= number) {
            byte[] entry = present(bytes);
            return WholeNumber.sum(entry == null ? null : value(entry), 0);
          }
          long sum = add(bytes, amount);
          byte[] value = ByteBuffer.allocate(Long.BYTES).putLong(number).array();
          store(addition, entry(value, Deadline.after(clock.millis(), ADDITION_KEPT)));
          return sum;
        });
  }

  private long add(byte[] key, long amount) {
    byte[] entry = present(key);
    long sum = WholeNumber.sum(entry == null ? null : value(entry), amount);
    byte[] value = WholeNumber.toBytes(sum);
    store(key, entry(value, entry == null ? Deadline.NEVER_MS : endMs(entry)));
    return sum;
  }

  /** Under what a writer's additions to a key are noted: no UTF-8, so that it is nobody's key. */
  private static byte[] addition(byte[] key, byte[] writer) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(key.length).flip());
      digest.update(key);
      byte[] hash = digest.digest(writer);
      return ByteBuffer.allocate(1 + hash.length).put(NO_UTF_8).put(hash).array();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JVM has it
    }
  }

  private static boolean isAddition(byte[] key) {
    return key.length > 0 && key[0] == NO_UTF_8;
  }

  /** Pages are segments of the map: a key is in the same one for as long as it is there. */
  @Override
  public Page scan(String prefix, @Nullable String cursor, int limit) {
    session.requireOpen();
    if (limit <= 0) {
      throw new IllegalArgumentException("limit is not above zero: limit=" + limit);
    }
    byte[] bytes = prefix.getBytes(UTF_8);
    List<String> keys = new ArrayList<>();
    int segment = cursor == null ? 0 : Integer.parseInt(cursor);
    int segments = session.call(map::segments);
    if (segment < 0 || segment >= segments) {
      throw new IllegalArgumentException("cursor is not of a page: cursor=" + cursor);
    }
    do {
      int number = segment++;
      session.run(() -> map.forEach(number, (key, entry) -> addMatching(bytes, key, entry, keys)));
    } while (keys.size() < limit && segment < segments);
    return new Page(keys, segment < segments ? Integer.toString(segment) : null);
  }

  private void addMatching(byte[] prefix, byte[] key, byte[] entry, List<String> keys) {
    boolean matches =
        !DocumentKeys.isOne(key)
            && key.length >= prefix.length
            && Arrays.equals(prefix, 0, prefix.length, key, 0, prefix.length);
    if (matches && !isAddition(key) && endMs(entry) > clock.millis()) {
      keys.add(new String(key, UTF_8));
    }
  }

  // ---- stats and backup ----

  /** In a call: how many keys and documents have not expired. */
  long size() {
    long nowMs = clock.millis();
    long[] count = new long[1];
    map.forEach(
        (key, entry) -> {
          boolean isOther = isAddition(key) || DocumentKeys.isOne(key);
          boolean isCounted = !isOther || DocumentKeys.isOf(DocumentKeys.DOCUMENT, key);
          count[0] += isCounted && endMs(entry) > nowMs ? 1 : 0;
        });
    return count[0];
  }

  /** In a call: shows the keys of a segment that have not expired. */
  void forEach(int segment, Visitor visitor) {
    long nowMs = clock.millis();
    map.forEach(
        segment,
        (key, entry) -> {
          if (endMs(entry) > nowMs && !isAddition(key) && !DocumentKeys.isOne(key)) {
            visitor.visit(new String(key, UTF_8), value(entry), endMs(entry));
          }
        });
  }

  /** In a call: puts a key that is not there. */
  void restore(String key, byte[] value, long endMs) {
    limits.checkValue(value);
    byte[] bytes = limits.checkKey(key).getBytes(UTF_8);
    if (endMs > clock.millis() && present(bytes) == null) {
      store(bytes, entry(value, endMs));
    }
  }

  // ---- the entries of documents, in calls ----

  byte @Nullable [] raw(byte[] key) {
    return map.get(key);
  }

  void putRaw(byte[] key, byte[] entry) {
    store(key, entry);
  }

  void removeRaw(byte[] key) {
    map.remove(key);
  }

  static long number(byte[] entry) {
    return ByteBuffer.wrap(entry).getLong(END_BYTES);
  }

  /** One more than the last time, from 1 on. */
  long nextNumber(byte[] key) {
    byte[] entry = map.get(key);
    long next = entry == null ? 1 : number(entry) + 1;
    raiseNumber(key, next);
    return next;
  }

  void raiseNumber(byte[] key, long number) {
    byte[] entry = map.get(key);
    if (entry == null || number(entry) < number) {
      byte[] value = ByteBuffer.allocate(Long.BYTES).putLong(number).array();
      store(key, entry(value, Deadline.NEVER_MS));
    }
  }

  /** In a call: shows a segment's entries as they are. */
  void forEachRaw(int segment, BiConsumer<byte[], byte[]> action) {
    map.forEach(segment, action);
  }

  /** Takes a key. */
  interface Visitor {
    void visit(String key, byte[] value, long endMs);
  }
}
