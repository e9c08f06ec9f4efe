package io.tallystick.store.redis;

import io.tallystick.store.BackupRecord;
import io.tallystick.store.Deadline;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Protocol.Command;

/**
 * One reading of all documents, while others write them. Those of one hash tag, which may be
 * changed in one batch, are read in one step. Used once.
 *
 * <p>All keys are listed first. From then on whoever puts a document that was not there adds its
 * key to a list, {@code news}, which is there only while somebody reads: a group of keys that has
 * become more when it was read is read again. In a Cluster, where the places of a document are in
 * another slot than that, they may be those of a moment later.
 */
final class DocumentContent {
  private static final int MOST_KEYS = 500; // of several groups
  private static final int MOST_OF_GROUP = 5_000; // of a group that is larger, in order, so many
  private static final int MOST_TRIES = 1_000;
  private static final long NEWS_MS = 60_000;
  private static final long NEWS_AFTER_MS = 5_000; // others may be reading, and prolong it

  private final RedisStore store;
  private final RedisDocuments documents;
  private final byte[] news;
  private final byte[] mark =
      Bytes.of(HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong()));
  private final Map<String, Set<String>> groups = new HashMap<>(); // keys by tag, not yet shown
  private long marked; // where in the news this reading began
  private long next; // the first of the news that was not looked at

  DocumentContent(RedisStore store) {
    this.store = store;
    this.documents = store.redisDocuments();
    this.news = Bytes.of(documents.name("of:news"));
  }

  /** A document as it was read, with what its row says. */
  private record Read(
      String key,
      @SuppressWarnings("ArrayRecordComponent") byte[] value,
      long leftMs,
      @Nullable String row) {}

  /** Shows all documents, and the numbers of sets. */
  void forEach(Consumer<BackupRecord> action) {
    if (documents.size() > 0) { // else who may only read can do without what is written here
      showDocuments(action);
    }
    showNumbers(action);
  }

  private void showDocuments(Consumer<BackupRecord> action) {
    beginNews();
    listKeys();
    Deque<String> open = new ArrayDeque<>(groups.keySet());
    Map<String, Integer> tries = new HashMap<>();
    while (!open.isEmpty()) {
      List<String> page = page(open);
      Map<String, List<Read>> read = read(page);
      Set<String> grown = grown();
      for (String tag : page) {
        if (!grown.contains(tag)) {
          read.getOrDefault(tag, List.of()).forEach(each -> action.accept(toRecord(each)));
          groups.remove(tag);
        } else if (tries.merge(tag, 1, Integer::sum) < MOST_TRIES) {
          open.addLast(tag);
        } else {
          throw new StoreException(
              Category.TRANSIENT, "documents change faster than they are read: tag=" + tag);
        }
      }
    }
    Object unused = store.wire().ask(Request.of(Command.PEXPIRE, news, Bytes.of(NEWS_AFTER_MS)));
  }

  /** Some groups that are read together. */
  private List<String> page(Deque<String> open) {
    List<String> page = new ArrayList<>();
    int keys = 0;
    while (!open.isEmpty() && (page.isEmpty() || keys + keys(open.peek()).size() <= MOST_KEYS)) {
      String tag = open.remove();
      keys += keys(tag).size();
      page.add(tag);
    }
    return page;
  }

  private Set<String> keys(String tag) {
    return groups.getOrDefault(tag, Set.of());
  }

  private void beginNews() {
    List<@Nullable Object> replies =
        Bytes.list(
            store
                .wire()
                .ask(
                    Request.transaction(
                        List.of(Request.of(Command.RPUSH, news, mark), prolongation()))));
    next = Bytes.number(replies.get(0));
    marked = next - 1;
  }

  private Request prolongation() {
    return Request.of(Command.PEXPIRE, news, Bytes.of(NEWS_MS));
  }

  /** What there is, sorted within a group: what has no tag of its own comes before what has. */
  private void listKeys() {
    byte[] cursor = Bytes.of(0);
    do {
      Request page =
          Request.of(Command.HSCAN, documents.of(), cursor, Bytes.of("COUNT"), Bytes.of(MOST_KEYS));
      List<@Nullable Object> reply =
          Bytes.list(store.wire().askAll(List.of(page, prolongation())).get(0));
      List<@Nullable Object> fields = Bytes.list(reply.get(1));
      for (int i = 0; i < fields.size(); i += 2) {
        String key = Bytes.text(fields.get(i));
        groups.computeIfAbsent(tag(key), none -> new TreeSet<>()).add(key);
      }
      cursor = Bytes.bytes(reply.get(0));
    } while (!Bytes.text(cursor).equals("0"));
  }

  /** What a Cluster makes a key's slot of. */
  static String tag(String key) {
    int open = key.indexOf('{');
    int close = open < 0 ? -1 : key.indexOf('}', open + 1);
    return close > open + 1 ? key.substring(open + 1, close) : key;
  }

  /** Which groups that are still to be shown have become more since this was asked last. */
  private Set<String> grown() {
    List<@Nullable Object> replies =
        Bytes.list(
            store
                .wire()
                .ask(
                    Request.transaction(
                        List.of(
                            Request.of(Command.LINDEX, news, Bytes.of(marked)),
                            Request.of(Command.LRANGE, news, Bytes.of(next), Bytes.of(-1)),
                            prolongation()))));
    if (!(replies.get(0) instanceof byte[] present) || !Arrays.equals(present, mark)) {
      throw new StoreException(
          Category.TRANSIENT, "what came while documents were read is not known any more");
    }
    Set<String> grown = new TreeSet<>();
    for (Object each : Bytes.list(replies.get(1))) {
      String key = Bytes.text(each);
      Set<String> group = groups.get(tag(key));
      if (group != null && group.add(key)) {
        grown.add(tag(key));
      }
      next++;
    }
    return grown;
  }

  /** Reads groups: on one server all of them in one step, in a Cluster each in its own. */
  private Map<String, List<Read>> read(List<String> tags) {
    boolean isCluster = store.servers().isCluster();
    List<String> keys = tags.stream().flatMap(tag -> keys(tag).stream()).toList();
    List<List<String>> together =
        isCluster ? tags.stream().map(tag -> List.copyOf(keys(tag))).toList() : List.of(keys);
    List<Request> steps = new ArrayList<>();
    for (List<String> some : together) {
      for (int from = 0; from < some.size(); from += MOST_OF_GROUP) {
        int to = Math.min(some.size(), from + MOST_OF_GROUP);
        steps.add(step(some.subList(from, to), !isCluster));
      }
    }
    List<@Nullable Object> replies = new ArrayList<>();
    store.wire().askAll(steps).forEach(step -> replies.addAll(Bytes.list(step)));
    List<@Nullable Object> rows = isCluster ? rows(keys) : replies;
    int width = isCluster ? 2 : 3;
    Map<String, List<Read>> read = new HashMap<>();
    for (int i = 0; i < keys.size(); i++) {
      Object row = rows.get(isCluster ? i : width * i + 2);
      if (replies.get(width * i) instanceof byte[] value) {
        long leftMs = Bytes.number(replies.get(width * i + 1)); // -1 without an end
        read.computeIfAbsent(tag(keys.get(i)), none -> new ArrayList<>())
            .add(new Read(keys.get(i), value, leftMs, row == null ? null : Bytes.text(row)));
      }
    }
    return read;
  }

  /** Asks for the value of each document, the time that it has left, and maybe its row. */
  private Request step(List<String> keys, boolean withRows) {
    List<Request> parts = new ArrayList<>();
    for (String key : keys) {
      byte[] name = Bytes.of(key);
      parts.add(Request.of(Command.GET, name));
      parts.add(Request.of(Command.PTTL, name));
      if (withRows) {
        parts.add(Request.of(Command.HGET, documents.of(), name));
      }
    }
    return Request.transaction(parts);
  }

  private List<@Nullable Object> rows(List<String> keys) {
    List<byte[]> names = keys.stream().map(Bytes::of).toList();
    return Bytes.list(store.wire().ask(Request.of(Command.HMGET, documents.of(), names)));
  }

  private BackupRecord toRecord(Read read) {
    long endMs = read.leftMs < 0 ? Deadline.NEVER_MS : store.nowMs() + Math.max(1, read.leftMs);
    return new BackupRecord.Document(
        read.key, read.value, endMs, read.row == null ? Map.of() : places(read.row));
  }

  private void showNumbers(Consumer<BackupRecord> action) {
    List<@Nullable Object> numbers =
        Bytes.list(store.wire().ask(Request.of(Command.HGETALL, documents.numbers())));
    for (int i = 0; i < numbers.size(); i += 2) {
      action.accept(
          new BackupRecord.LatestNumber(
              Bytes.text(numbers.get(i)), Bytes.number(numbers.get(i + 1))));
    }
  }

  /** The places that a row says, whose lengths are of bytes. */
  private static Map<String, Long> places(String text) {
    byte[] row = Bytes.of(text);
    Map<String, Long> places = new TreeMap<>();
    int at = text.indexOf(' ', text.indexOf(' ') + 1) + 1; // no other character before it
    while (at < row.length) {
      int colon = indexOfColon(row, at);
      int second = indexOfColon(row, colon + 1);
      long place = Bytes.number(part(row, at, colon));
      int length = (int) Bytes.number(part(row, colon + 1, second));
      places.put(Bytes.text(part(row, second + 1, second + 1 + length)), place);
      at = second + 1 + length;
    }
    return places;
  }

  private static int indexOfColon(byte[] row, int from) {
    for (int i = from; i < row.length; i++) {
      if (row[i] == ':') {
        return i;
      }
    }
    throw new StoreException(Category.CORRUPT, "a document's row has no end");
  }

  private static byte[] part(byte[] row, int from, int to) {
    return Arrays.copyOfRange(row, from, to);
  }
}
