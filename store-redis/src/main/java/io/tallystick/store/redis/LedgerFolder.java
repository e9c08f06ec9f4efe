package io.tallystick.store.redis;

import io.tallystick.store.FamilyValues;
import io.tallystick.store.LedgerMerge;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import io.tallystick.store.redis.LedgerKeys.Family;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Protocol.Command;

/**
 * Folds families into the base, many names at once: reads the source's values and what the base has
 * of them, merges them here, and writes the result with one script for each name, which does
 * nothing where anything that was read has changed since. Then the name is folded again.
 */
final class LedgerFolder {
  static final long TOMBSTONE_MS = Duration.ofDays(1).toMillis();
  static final byte[] BASELINE_KEPT_MS = Bytes.of(2 * TOMBSTONE_MS);

  private static final int MOST_ROUNDS = 1_000;
  private static final byte[] NONE = {};

  private final RedisStore store;

  LedgerFolder(RedisStore store) {
    this.store = store;
  }

  /** Folds all, each exactly once however often this is called. */
  void fold(List<Task> tasks) {
    List<Task> left = new ArrayList<>(tasks);
    for (int round = 0; !left.isEmpty(); round++) {
      if (round == MOST_ROUNDS) {
        throw new StoreException(
            Category.TRANSIENT, "others change the base all the time: rounds=" + round);
      }
      readSources(left);
      readBases(left);
      left = write(left);
    }
  }

  private void readSources(List<Task> tasks) {
    List<Request> requests = new ArrayList<>();
    for (Task task : tasks) {
      requests.add(Request.of(Command.HGET, task.keys.live(), Bytes.of(task.source)));
      requests.add(Request.of(Command.HGETALL, task.keys.series(task.source)));
      requests.add(Request.of(Command.HGETALL, task.keys.meta()));
      requests.add(Request.of(Command.HLEN, task.keys.python()));
    }
    List<@Nullable Object> replies = store.wire().askEach(requests);
    long nowMs = store.nowMs();
    for (int i = 0; i < tasks.size(); i++) {
      List<@Nullable Object> mine = replies.subList(4 * i, 4 * i + 4);
      tasks.get(i).begin(mine, nowMs);
    }
  }

  private void readBases(List<Task> tasks) {
    List<Request> requests = new ArrayList<>();
    tasks.forEach(task -> requests.addAll(task.baseRequests()));
    List<@Nullable Object> replies = store.wire().askEach(requests);
    List<Task> again = new ArrayList<>();
    int at = 0;
    for (Task task : tasks) {
      int count = task.baseRequests().size();
      if (!task.merge(replies.subList(at, at + count))) {
        again.add(task);
      }
      at += count;
    }
    if (!again.isEmpty()) {
      readBases(again);
    }
  }

  private List<Task> write(List<Task> tasks) {
    List<Request> requests = new ArrayList<>();
    List<Integer> scripts = new ArrayList<>();
    long nowMs = store.nowMs();
    for (Task task : tasks) {
      task.addTo(requests, nowMs, store.timeToLiveMs());
      scripts.add(requests.size() - 1);
    }
    List<@Nullable Object> replies = store.wire().askAll(requests);
    List<Task> left = new ArrayList<>();
    for (int i = 0; i < tasks.size(); i++) {
      String answer = Bytes.text(replies.get(scripts.get(i)));
      if (!answer.equals("FOLDED") && !answer.equals("DONE")) {
        left.add(tasks.get(i));
      }
    }
    return left;
  }

  /** What is folded under one name. */
  static final class Task {
    private final Family keys;
    private final String source; // empty where it is a base that is taken in
    private final String mergedField; // of a base that is taken in, else empty
    private final boolean keepsBaseline;
    private final boolean discards;
    private final @Nullable FamilyValues added;

    private List<@Nullable Object> meta = List.of();
    private String header = "";
    private String sequence = "";
    private List<FamilyValues> families = List.of();
    private boolean readsAll;
    private @Nullable FamilyFold fold;
    private PythonHash python = new PythonHash();
    private long publishedMs;
    private long pythonSize;
    private long beganMs;

    private Task(
        Family keys,
        String source,
        String mergedField,
        boolean keepsBaseline,
        boolean discards,
        @Nullable FamilyValues added) {
      this.keys = keys;
      this.source = source;
      this.mergedField = mergedField;
      this.keepsBaseline = keepsBaseline;
      this.discards = discards;
      this.added = added;
    }

    /** A source's families of a name. */
    static Task ofSource(Family keys, String source, boolean keepsBaseline) {
      return new Task(keys, source, "", keepsBaseline, false, null);
    }

    /** A source's families of a name, which another base has already. */
    static Task discarding(Family keys, String source) {
      return new Task(keys, source, "", false, true, null);
    }

    /** A family of another ledger's base. */
    static Task ofBase(Family keys, FamilyValues family, String ledger) {
      String field = "merged:" + FamilyFields.tag(family) + ':' + ledger;
      return new Task(keys, "", field, false, false, family);
    }

    void begin(List<@Nullable Object> replies, long nowMs) {
      header = replies.get(0) instanceof byte[] bytes ? Bytes.text(bytes) : "";
      publishedMs = header.isEmpty() ? nowMs : LedgerReader.publishedMs(header);
      meta = listOr(replies.get(2));
      sequence = sequence(meta);
      if (added != null) {
        families = List.of(added);
      } else {
        families = discards ? List.of() : FamilyFields.families(keys.key(), listOr(replies.get(1)));
      }
      pythonSize = replies.get(3) instanceof Long size ? size : 0;
      beganMs = nowMs;
      readsAll = fresh().needsAll();
    }

    private FamilyFold fresh() {
      FamilyFold present = new FamilyFold(keys, families, meta, pythonSize, beganMs);
      fold = present;
      return present;
    }

    /** The elements of a list; none where the key is of another kind. */
    private static List<@Nullable Object> listOr(@Nullable Object reply) {
      if (reply instanceof StoreException e && e.category() == Category.TRANSIENT) {
        throw e;
      }
      return reply instanceof List<?> ? Bytes.list(reply) : List.of();
    }

    private static String sequence(List<@Nullable Object> meta) {
      for (int i = 0; i + 1 < meta.size(); i += 2) {
        if (Bytes.text(meta.get(i)).equals("sequence")) {
          return Bytes.text(meta.get(i + 1));
        }
      }
      return "";
    }

    private FamilyFold fold() {
      return Objects.requireNonNull(fold);
    }

    List<Request> baseRequests() {
      if (readsAll) {
        return List.of(
            Request.of(Command.HGETALL, keys.base()), Request.of(Command.HGETALL, keys.python()));
      }
      List<Request> requests = new ArrayList<>();
      List<byte[]> baseFields = fold().baseFields();
      if (!baseFields.isEmpty()) {
        requests.add(Request.of(Command.HMGET, keys.base(), baseFields));
      }
      List<String> pythonFields = fold().pythonFields();
      if (!pythonFields.isEmpty()) {
        List<byte[]> fields = pythonFields.stream().map(Bytes::of).toList();
        requests.add(Request.of(Command.HMGET, keys.python(), fields));
      }
      return requests;
    }

    /** Merges what was read; false where all of the base is to be read. */
    boolean merge(List<@Nullable Object> replies) {
      BiConsumer<LedgerMerge, List<FamilyValues>> addition =
          added != null
              ? (merge, all) -> merge.addBase(all)
              : (merge, all) -> merge.addSource(source, false, publishedMs, all);
      if (readsAll) {
        python = PythonHash.of(listOr(replies.get(1)));
        fold().foldAll(listOr(replies.get(0)), meta, python, addition);
        return true;
      }
      python = new PythonHash();
      List<String> fields = fold().pythonFields();
      if (!fields.isEmpty()) {
        List<@Nullable Object> values = listOr(replies.get(1));
        for (int i = 0; i < values.size(); i++) {
          python.put(fields.get(i), values.get(i));
        }
      }
      List<@Nullable Object> found = replies.isEmpty() ? List.of() : listOr(replies.get(0));
      int wanted = fold().baseFields().size();
      readsAll = found.size() != wanted || !fold().foldSeries(found, python, addition);
      if (readsAll) {
        FamilyFold unused = fresh();
      }
      return !readsAll;
    }

    /** Adds what writes the fold; the script is the last request. */
    void addTo(List<Request> requests, long nowMs, long timeToLiveMs) {
      Stage stage = new Stage();
      List<byte[]> arguments =
          new ArrayList<>(
              List.of(
                  Bytes.of(source),
                  Bytes.of(header),
                  Bytes.of(sequence),
                  Bytes.of(nowMs),
                  Bytes.of(nowMs - TOMBSTONE_MS),
                  Bytes.of(timeToLiveMs),
                  keepsBaseline ? BASELINE_KEPT_MS : NONE,
                  Bytes.of(mergedField),
                  Stage.NONE));
      int stageAt = arguments.size() - 1;
      byte[] key = keys.stage(stage.id());
      List<byte[]> lists = fold().toArguments(python);
      arguments.set(stageAt, stage.put(key, lists, requests, arguments));
      requests.add(Request.of(Script.FAMILY_FOLD, keys.all(source, stage.id()), arguments));
    }
  }
}
