package io.tallystick.fallback;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.tallystick.store.KeyValues;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The rows of the second store that are the fallback's own, and those of keys.
 *
 * <p>Whatever the store throws is TRANSIENT here: what was asked for is legal, so that it is the
 * store that cannot do it now. Threading: any.
 */
final class JournalRows {
  /** What the names of the fallback's own rows begin with. */
  static final String PREFIX = "tallystick.fallback:";

  private static final String HEAD = PREFIX + "head";
  private static final String ENTRY = PREFIX + "entry:";
  private static final String REPLAYER = PREFIX + "replayer";
  private static final byte[] NOBODY = {};
  private static final int PAGE = 1_000;

  private final KeyValues keyValues;

  JournalRows(KeyValues keyValues) {
    this.keyValues = keyValues;
  }

  private static <T> T call(Supplier<T> call) {
    try {
      return call.get();
    } catch (StoreException e) {
      throw new StoreException(
          Category.TRANSIENT, "second store cannot be used: cause=" + e.getMessage(), e);
    }
  }

  private static void run(Runnable call) {
    boolean unused =
        call(
            () -> {
              call.run();
              return true;
            });
  }

  /** Whether a row is the fallback's own, and none of a key. */
  static boolean isOwn(String row) {
    return row.startsWith(PREFIX);
  }

  Optional<byte[]> get(String key) {
    return call(() -> keyValues.get(key));
  }

  boolean exists(String key) {
    return call(() -> keyValues.exists(key));
  }

  Optional<Duration> timeToLive(String key) {
    return call(() -> keyValues.timeToLive(key));
  }

  KeyValues.Page scan(String prefix, @Nullable String cursor, int limit) {
    return call(() -> keyValues.scan(prefix, cursor, limit));
  }

  void put(String key, byte[] value) {
    run(() -> keyValues.put(key, value));
  }

  boolean putIfAbsent(String key, byte[] value, Duration timeToLive) {
    return call(() -> keyValues.putIfAbsent(key, value, timeToLive));
  }

  boolean compareAndSet(String key, byte[] expected, byte[] value) {
    return call(() -> keyValues.compareAndSet(key, expected, value));
  }

  boolean expire(String key, Duration timeToLive) {
    return call(() -> keyValues.expire(key, timeToLive));
  }

  boolean putIfAbsent(String key, byte[] value) {
    return call(() -> keyValues.putIfAbsent(key, value));
  }

  boolean delete(String key) {
    return call(() -> keyValues.delete(key));
  }

  // ---- the journal ----

  /** The number of the first entry that is not yet replayed, and when the journal was opened. */
  Head head() {
    Optional<byte[]> row = get(HEAD);
    if (row.isEmpty()) {
      return Head.NONE;
    }
    String[] words = new String(row.get(), US_ASCII).split(" ", 2);
    return new Head(Long.parseLong(words[0]), words.length < 2 ? 0 : Long.parseLong(words[1]));
  }

  void putHead(long number, long beganMs) {
    put(HEAD, (number + " " + beganMs).getBytes(US_ASCII));
  }

  Optional<byte[]> entry(long number) {
    return get(ENTRY + number);
  }

  boolean putEntryIfAbsent(long number, byte[] entry) {
    return putIfAbsent(ENTRY + number, entry);
  }

  void deleteEntry(long number) {
    boolean unused = delete(ENTRY + number);
  }

  /** Deletes the entries below a number, whoever has left them. */
  void deleteEntriesBelow(long number) {
    for (String row : names(ENTRY)) {
      if (Long.parseLong(row.substring(ENTRY.length())) < number) {
        boolean unused = delete(row);
      }
    }
  }

  private List<String> names(String prefix) {
    List<String> found = new ArrayList<>();
    String cursor = null;
    do {
      KeyValues.Page page = scan(prefix, cursor, PAGE);
      found.addAll(page.keys());
      cursor = page.next();
    } while (cursor != null);
    return found;
  }

  // ---- who replays ----

  /** Takes, or keeps, the lease; false where another one has it. */
  boolean lease(byte[] holder, Duration time) {
    return putIfAbsent(REPLAYER, holder, time)
        || ((compareAndSet(REPLAYER, holder, holder) || compareAndSet(REPLAYER, NOBODY, holder))
            && expire(REPLAYER, time));
  }

  void release(byte[] holder) {
    boolean unused = compareAndSet(REPLAYER, holder, NOBODY); // and it ends by itself
  }

  /**
   * Where the journal begins.
   *
   * @param beganMs when the second store came into use, where there are entries; else 0
   */
  record Head(long number, long beganMs) {
    static final Head NONE = new Head(0, 0);
  }
}
