package io.tallystick.store.redis;

import io.tallystick.store.KeyValues;
import io.tallystick.store.KeyValues.Page;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Protocol.Command;

/** What finds, shows and counts all keys, a part of them after the other. */
final class KeyScan {
  private static final int PAGE = 1_000;
  private static final long MOST_BYTES = 8L << 20; // of one answer

  /** Of how many keys of a part the lengths are asked for, to tell those of all. */
  private static final int SAMPLE = 100;

  /** The cursor before all keys: a part, and the key after which to go on. */
  private static final String FIRST = "0:";

  private final RedisStore store;
  private final KeyNames names;

  KeyScan(RedisStore store, KeyNames names) {
    this.store = store;
    this.names = names;
  }

  /** Whether the end of a key's time to live has come, or there is no such key. */
  boolean isOver(@Nullable Object end) {
    return end == null || Bytes.number(end) <= store.nowMs();
  }

  /** As {@link KeyValues#scan}. */
  Page page(String prefix, @Nullable String cursor, int limit) {
    if (limit <= 0) {
      throw new IllegalArgumentException("limit is not above zero: limit=" + limit);
    }
    String place = cursor == null ? FIRST : cursor;
    int part = part(place);
    String after = place.substring(place.indexOf(':') + 1);
    List<String> found = new ArrayList<>();
    while (part < KeyNames.PARTS) {
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
    return new Page(found, part < KeyNames.PARTS ? part + ":" : null);
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
            names.index(part),
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
    keys.forEach(key -> requests.add(Request.of(Command.HGET, names.value(key), KeyNames.END)));
    ends.addAll(store.wire().askAll(requests));
    List<String> living = new ArrayList<>();
    List<Request> gone = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      if (!isOver(ends.get(i))) {
        living.add(keys.get(i));
      } else if (ends.get(i) == null) {
        gone.add(
            Request.of(Script.KEY_FORGET, names.all(keys.get(i)), List.of(Bytes.of(keys.get(i)))));
      }
    }
    store.wire().askEach(gone); // a replica refuses, which does no harm
    return living;
  }

  /** Shows all keys with their values and ends. */
  void forEach(Consumer<Entry> action) {
    String cursor = null;
    do {
      Page page = page("", cursor, PAGE);
      List<Request> lengths = new ArrayList<>();
      page.keys()
          .forEach(
              key -> lengths.add(Request.of(Command.HSTRLEN, names.value(key), KeyNames.VALUE)));
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
    keys.forEach(
        key ->
            requests.add(
                Request.of(Command.HMGET, names.value(key), KeyNames.VALUE, KeyNames.END)));
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
    for (int part = 0; part < KeyNames.PARTS; part++) {
      requests.add(Request.of(Command.ZCARD, names.index(part)));
      requests.add(Request.of(Command.ZCOUNT, names.ends(part), Bytes.of("-inf"), now));
      requests.add(
          Request.of(Command.ZRANGE, names.index(part), Bytes.of(0), Bytes.of(SAMPLE - 1)));
    }
    List<@Nullable Object> replies = store.wire().askAll(requests);
    long keys = 0;
    long bytes = 0;
    for (int part = 0; part < KeyNames.PARTS; part++) {
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
      requests.add(Request.of(Command.HSTRLEN, names.value(text), KeyNames.VALUE));
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
