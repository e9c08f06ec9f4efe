package io.tallystick.store.redis;

import io.tallystick.store.BackupRecord;
import io.tallystick.store.Deadline;
import io.tallystick.store.DocumentChange;
import io.tallystick.store.Documents;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.util.JedisClusterCRC16;

/**
 * The documents of a store in Redis. A document is a string under its own key, without the store's
 * prefix, and ends by Redis' clock: what any other program reads and writes.
 *
 * <pre>
 *   {P:documents}:set:SET    ZSET  key of a document: its place
 *   {P:documents}:of         HASH  key: its end, a token, its places, as {@code document.lua} says
 *   {P:documents}:ends       ZSET  key: its end by the store's clock
 *   {P:documents}:numbers    HASH  set: the latest number that it has given
 *   {P:documents}:numbers:SET  STREAM  one entry, with that number as its id: see {@link RedisWatch}
 *   {P:documents}:of:news    LIST  keys that came to :of, while a {@link DocumentContent} is read
 * </pre>
 *
 * <p>On one server a batch is one script. In a Cluster sets and documents are in several slots: a
 * {@link ClusteredDocuments} writes them one after the other. Each second a write looks for
 * documents that have ended, and takes those that are gone out of their sets.
 */
final class RedisDocuments implements Documents {
  private static final int MOST_KEYS = 500; // of one MGET
  private static final int MOST_SEEN = 5_000; // by one search
  private static final long SWEEP_MS = 1_000;
  private static final int MOST_SWEPT = 500;
  private static final long LATER_MS = Duration.ofMinutes(1).toMillis();
  private static final byte[] NONE = {};

  private final RedisStore store;
  private final AtomicLong sweptMs = new AtomicLong(Long.MIN_VALUE);

  RedisDocuments(RedisStore store) {
    this.store = store;
  }

  String name(String what) {
    return "{" + store.prefix() + ":documents}:" + what;
  }

  byte[] of() {
    return Bytes.of(name("of"));
  }

  private byte[] ends() {
    return Bytes.of(name("ends"));
  }

  byte[] numbers() {
    return Bytes.of(name("numbers"));
  }

  /** The stream that has the latest number of a set. */
  byte[] latest(String set) {
    return Bytes.of(name("numbers:" + store.limits().checkKey(set)));
  }

  byte[] setPrefix() {
    return Bytes.of(name("set:"));
  }

  private byte[] set(String set) {
    return Bytes.of(name("set:" + store.limits().checkKey(set)));
  }

  /** The keys that scripts begin with. */
  List<byte[]> keys() {
    return List.of(of(), ends(), numbers());
  }

  /** A key that may be a document's: none that the store has for something else. */
  private byte[] checked(String key) {
    requireOther(store.limits().checkKey(key));
    return Bytes.of(key);
  }

  private void requireOther(String key) {
    String prefix = store.prefix();
    if (key.startsWith(prefix + ":")
        || key.startsWith(prefix + "_")
        || key.startsWith("{" + prefix + ":")
        || key.startsWith("{" + prefix + "_")) {
      throw new StoreException(
          Category.PERMANENT, "key begins as those of the store do: key=" + key);
    }
  }

  @Override
  public List<Optional<byte[]>> getAll(List<String> keys) {
    store.requireOpen();
    Map<Integer, List<Integer>> parts = new LinkedHashMap<>(); // of one command each
    List<byte[]> names = new ArrayList<>(keys.size());
    for (int i = 0; i < keys.size(); i++) {
      byte[] name = checked(keys.get(i));
      names.add(name);
      int part = store.servers().isCluster() ? JedisClusterCRC16.getSlot(name) : -1 - i / MOST_KEYS;
      parts.computeIfAbsent(part, none -> new ArrayList<>()).add(i);
    }
    List<Request> requests = new ArrayList<>();
    for (List<Integer> part : parts.values()) {
      List<byte[]> others = part.stream().skip(1).map(names::get).toList();
      requests.add(Request.of(Command.MGET, names.get(part.get(0)), others));
    }
    List<@Nullable Object> replies = store.wire().askAll(requests);
    List<Optional<byte[]>> values = new ArrayList<>();
    keys.forEach(key -> values.add(Optional.empty()));
    int reply = 0;
    for (List<Integer> part : parts.values()) {
      List<@Nullable Object> some = Bytes.list(replies.get(reply++));
      for (int i = 0; i < part.size(); i++) {
        if (some.get(i) instanceof byte[] value) {
          values.set(part.get(i), Optional.of(value));
        }
      }
    }
    return values;
  }

  @Override
  public List<Boolean> applyEach(List<List<DocumentChange>> batches) {
    store.requireOpen();
    DocumentChange.check(batches, store.limits());
    batches.forEach(batch -> batch.forEach(change -> requireOther(change.key())));
    sweep();
    if (store.servers().isCluster()) {
      return new ClusteredDocuments(store, this).applyEach(batches);
    }
    List<Request> requests = new ArrayList<>(batches.size());
    batches.forEach(batch -> requests.add(request(batch)));
    return store.wire().askAll(requests).stream().map(Bytes::isTrue).toList();
  }

  private Request request(List<DocumentChange> batch) {
    long nowMs = store.nowMs();
    List<byte[]> keys = new ArrayList<>(keys());
    List<byte[]> arguments = new ArrayList<>();
    arguments.add(setPrefix());
    for (DocumentChange change : batch) {
      keys.add(Bytes.of(change.key()));
      arguments.addAll(content(change));
      arguments.addAll(membership(change, nowMs));
    }
    return Request.of(Script.DOCUMENT_APPLY, keys, arguments);
  }

  /** How a script is told of a document's value, and when it may be put. */
  static List<byte[]> content(DocumentChange change) {
    Duration timeToLive = change.timeToLive();
    return List.of(
        Bytes.of(change.deletes() ? "delete" : "put"),
        Bytes.of(
            switch (change.condition()) {
              case NONE -> "";
              case ABSENT -> "absent";
              case EQUAL -> "equal";
            }),
        change.expected(),
        change.value(),
        timeToLive == null ? NONE : Bytes.of(leftMs(timeToLive)));
  }

  private static long leftMs(Duration timeToLive) {
    return Math.min(Deadline.after(0, timeToLive), MOST_PLACE);
  }

  /** How a script is told of a document's end and its sets. */
  static List<byte[]> membership(DocumentChange change, long nowMs) {
    List<byte[]> arguments = new ArrayList<>();
    Duration timeToLive = change.timeToLive();
    arguments.add(timeToLive == null ? NONE : Bytes.of(nowMs + leftMs(timeToLive)));
    arguments.add(Bytes.of(change.places().size()));
    change
        .places()
        .forEach(
            (set, place) -> {
              boolean isNumbered = place == DocumentChange.NEXT_NUMBER;
              arguments.add(isNumbered ? Bytes.of("+") : Bytes.of(place));
              arguments.add(Bytes.of(set));
            });
    return arguments;
  }

  /** Takes documents that have gone out of their sets; one process at a time, by and by. */
  private void sweep() {
    long nowMs = store.nowMs();
    long swept = sweptMs.get();
    if ((nowMs < swept + SWEEP_MS && nowMs >= swept) || !sweptMs.compareAndSet(swept, nowMs)) {
      return;
    }
    List<@Nullable Object> due =
        Bytes.list(
            store
                .wire()
                .ask(
                    Request.of(
                        Command.ZRANGEBYSCORE,
                        ends(),
                        Bytes.of("-inf"),
                        Bytes.of(nowMs),
                        Bytes.of("WITHSCORES"),
                        Bytes.of("LIMIT"),
                        Bytes.of(0),
                        Bytes.of(MOST_SWEPT))));
    List<Request> existing = new ArrayList<>();
    for (int i = 0; i < due.size(); i += 2) {
      existing.add(Request.of(Command.EXISTS, Bytes.bytes(due.get(i))));
    }
    List<@Nullable Object> replies = store.wire().askAll(existing);
    List<Request> changes = new ArrayList<>();
    for (int i = 0; i < replies.size(); i++) {
      byte[] key = Bytes.bytes(due.get(2 * i));
      if (Bytes.isTrue(replies.get(i))) { // by the clock of Redis, or somebody wrote it anew
        changes.add(
            Request.of(Command.ZADD, ends(), Bytes.of("XX"), Bytes.of(nowMs + LATER_MS), key));
      } else {
        byte[] end = Bytes.bytes(due.get(2 * i + 1));
        changes.add(Request.of(Script.DOCUMENT_FORGET, keys(), List.of(setPrefix(), key, end)));
      }
    }
    List<@Nullable Object> unused = store.wire().askAll(changes);
    if (replies.size() == MOST_SWEPT) {
      sweptMs.compareAndSet(nowMs, Long.MIN_VALUE); // there are more, for the next write
    }
  }

  @Override
  public Page find(Search search) {
    store.requireOpen();
    List<byte[]> sets = new ArrayList<>();
    search.sets().forEach(set -> sets.add(set(set)));
    Found after = search.after();
    List<byte[]> arguments =
        List.of(
            Bytes.of(Math.max(search.from(), -MOST_PLACE)),
            Bytes.of(Math.min(search.to(), MOST_PLACE)),
            Bytes.of(search.descending() ? 1 : 0),
            after == null ? NONE : Bytes.of(after.place()),
            after == null ? NONE : Bytes.of(after.key()),
            Bytes.of(search.limit()),
            Bytes.of(MOST_SEEN));
    List<@Nullable Object> reply =
        Bytes.list(store.wire().ask(Request.of(Script.DOCUMENT_FIND, sets, arguments)));
    List<Found> found = new ArrayList<>();
    for (int i = 2; i < reply.size(); i += 2) {
      found.add(new Found(Bytes.text(reply.get(i)), Bytes.number(reply.get(i + 1))));
    }
    String next = Bytes.text(reply.get(0));
    return new Page(found, next.isEmpty() ? null : new Found(next, Bytes.number(reply.get(1))));
  }

  @Override
  public long count(String set, long from, long to) {
    store.requireOpen();
    Request request =
        Request.of(
            Command.ZCOUNT,
            set(set),
            Bytes.of(Math.max(from, -MOST_PLACE)),
            Bytes.of(Math.min(to, MOST_PLACE)));
    return Bytes.number(store.wire().ask(request));
  }

  @Override
  public Watch watch(String set) {
    store.requireOpen();
    byte[] stream = latest(set);
    return new RedisWatch(store.servers().ownConnection(stream), stream, store.wire().traffic());
  }

  // ---- stats and backup ----

  /** About how many documents there are. */
  long size() {
    return Bytes.number(store.wire().ask(Request.of(Command.HLEN, of())));
  }

  /** Whether there is none; there may be sets yet of what has ended. */
  boolean isEmpty() {
    byte[] cursor = Bytes.of(0);
    do {
      List<@Nullable Object> reply =
          Bytes.list(
              store
                  .wire()
                  .ask(
                      Request.of(
                          Command.HSCAN, of(), cursor, Bytes.of("COUNT"), Bytes.of(MOST_KEYS))));
      List<@Nullable Object> rows = Bytes.list(reply.get(1));
      List<Request> existing = new ArrayList<>();
      for (int i = 0; i < rows.size(); i += 2) {
        existing.add(Request.of(Command.EXISTS, Bytes.bytes(rows.get(i))));
      }
      if (store.wire().askAll(existing).stream().anyMatch(Bytes::isTrue)) {
        return false;
      }
      cursor = Bytes.bytes(reply.get(0));
    } while (!Bytes.text(cursor).equals("0"));
    return true;
  }

  /** Takes in a document, unless it is here. */
  void restore(BackupRecord.Document document) {
    long leftMs = document.endMs() - store.nowMs();
    if (leftMs <= 0) {
      return;
    }
    DocumentChange change = DocumentChange.put(document.key(), document.value()).ifAbsent();
    for (Map.Entry<String, Long> place : document.places().entrySet()) {
      change = change.in(Set.of(place.getKey()), place.getValue());
    }
    if (document.endMs() != Deadline.NEVER_MS) {
      change = change.endingAfter(Duration.ofMillis(leftMs));
    }
    boolean unused = apply(List.of(change));
  }

  /** Has a set count on from no less. */
  void restore(BackupRecord.LatestNumber number) {
    byte[] set = Bytes.of(number.set());
    Object present = store.wire().ask(Request.of(Command.HGET, numbers(), set));
    long missing = number.number() - (present == null ? 0 : Bytes.number(present));
    if (missing > 0) {
      Object unused =
          store.wire().ask(Request.of(Command.HINCRBY, numbers(), set, Bytes.of(missing)));
    }
  }
}
