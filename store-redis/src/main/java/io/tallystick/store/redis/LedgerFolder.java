package io.tallystick.store.redis;

import io.tallystick.store.FamilyValues;
import io.tallystick.store.LedgerMerge;
import io.tallystick.store.StoreException;
import io.tallystick.store.redis.LedgerKeys.Family;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
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

  private static final int MOST_ROUNDS = 100;
  private static final int EAGER_ROUNDS = 5;
  private static final long LONGEST_PAUSE_NS = Duration.ofMillis(20).toNanos();
  private static final int MOST_FIELDS = 4_000; // of one command

  private final RedisStore store;

  LedgerFolder(RedisStore store) {
    this.store = store;
  }

  /**
   * Folds all, each exactly once however often this is called.
   *
   * @return how many families have a baseline
   */
  int fold(List<Task> tasks) {
    int baselines = 0;
    List<Task> left = new ArrayList<>(tasks);
    for (int round = 0; !left.isEmpty(); round++) {
      if (round == MOST_ROUNDS) {
        throw StoreException.refusal("others change the base all the time: rounds=" + round);
      }
      if (round >= EAGER_ROUNDS) { // others want to write as well
        LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(LONGEST_PAUSE_NS));
      }
      readSources(left);
      readBases(left);
      List<Task> again = new ArrayList<>();
      baselines += write(left, again);
      left = again;
    }
    return baselines;
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
    List<Integer> ends = new ArrayList<>();
    for (Task task : tasks) {
      requests.addAll(task.baseRequests());
      ends.add(requests.size());
    }
    List<@Nullable Object> replies = store.wire().askEach(requests);
    List<Task> again = new ArrayList<>();
    int at = 0;
    for (int i = 0; i < tasks.size(); i++) {
      if (!tasks.get(i).merge(replies.subList(at, ends.get(i)))) {
        again.add(tasks.get(i));
      }
      at = ends.get(i);
    }
    if (!again.isEmpty()) {
      readBases(again);
    }
  }

  private int write(List<Task> tasks, List<Task> left) {
    List<Request> requests = new ArrayList<>();
    long nowMs = store.nowMs();
    for (Task task : tasks) {
      requests.add(task.toWrite(nowMs, store.timeToLiveMs()));
    }
    List<@Nullable Object> replies = store.wire().askAll(requests);
    int baselines = 0;
    for (int i = 0; i < tasks.size(); i++) {
      List<@Nullable Object> answer = tasks.get(i).answer(replies.get(i));
      String done = Bytes.text(answer.get(0));
      if (done.equals("FOLDED") || done.equals("DONE")) {
        baselines += Bytes.isTrue(answer.get(1)) ? 1 : 0;
      } else {
        left.add(tasks.get(i));
      }
    }
    return baselines;
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
    private List<byte[]> baseFields = List.of();
    private List<String> pythonFields = List.of();
    private boolean readsAll;
    private boolean isStaged;
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
      publishedMs = header.isEmpty() ? nowMs : LedgerHeader.parse(header).publishedMs();
      meta = LedgerIndex.listOr(replies.get(2));
      sequence = FamilyFold.sequence(meta);
      if (added != null) {
        families = List.of(added);
      } else {
        List<@Nullable Object> fields = LedgerIndex.listOr(replies.get(1));
        families = discards ? List.of() : FamilyFields.families(keys.key(), fields);
      }
      pythonSize = replies.get(3) instanceof Long size ? size : 0;
      beganMs = nowMs;
      begin();
      readsAll = fold().needsAll();
    }

    private void begin() {
      fold = new FamilyFold(keys, families, meta, pythonSize, beganMs);
    }

    private FamilyFold fold() {
      return Objects.requireNonNull(fold);
    }

    /** What asks for the base, or for as much of it as is folded into. */
    List<Request> baseRequests() {
      if (readsAll) {
        return List.of(
            Request.of(Command.HGETALL, keys.base()), Request.of(Command.HGETALL, keys.python()));
      }
      baseFields = fold().baseFields();
      pythonFields = fold().pythonFields();
      List<Request> requests = new ArrayList<>();
      addTo(requests, keys.base(), baseFields);
      addTo(requests, keys.python(), pythonFields.stream().map(Bytes::of).toList());
      return requests;
    }

    private static void addTo(List<Request> requests, byte[] key, List<byte[]> fields) {
      for (int from = 0; from < fields.size(); from += MOST_FIELDS) {
        int to = Math.min(fields.size(), from + MOST_FIELDS);
        requests.add(Request.of(Command.HMGET, key, fields.subList(from, to)));
      }
    }

    /** Merges what was read; false where all of the base is to be read. */
    boolean merge(List<@Nullable Object> replies) {
      BiConsumer<LedgerMerge, List<FamilyValues>> addition =
          added != null
              ? (merge, all) -> merge.addBase(all)
              : (merge, all) -> merge.addSource(source, false, publishedMs, all);
      if (readsAll) {
        python = PythonHash.of(LedgerIndex.listOr(replies.get(1)));
        fold().foldAll(LedgerIndex.listOr(replies.get(0)), meta, python, addition);
        return true;
      }
      int ofBase = (baseFields.size() + MOST_FIELDS - 1) / MOST_FIELDS;
      List<@Nullable Object> found = values(replies.subList(0, ofBase));
      List<@Nullable Object> counted = values(replies.subList(ofBase, replies.size()));
      python = new PythonHash();
      for (int i = 0; i < counted.size(); i++) {
        python.put(pythonFields.get(i), counted.get(i));
      }
      readsAll = found.size() != baseFields.size() || !fold().foldSeries(found, python, addition);
      if (readsAll) {
        begin();
      }
      return !readsAll;
    }

    private static List<@Nullable Object> values(List<@Nullable Object> replies) {
      List<@Nullable Object> values = new ArrayList<>();
      replies.forEach(reply -> values.addAll(LedgerIndex.listOr(reply)));
      return values;
    }

    /** What writes the fold; {@link #answer} takes its reply. */
    Request toWrite(long nowMs, long timeToLiveMs) {
      List<byte[]> lists = fold().toArguments(python);
      isStaged = !Stage.isFew(lists);
      List<byte[]> arguments =
          new ArrayList<>(
              List.of(
                  Bytes.of(source),
                  Bytes.of(header),
                  Bytes.of(sequence),
                  Bytes.of(nowMs),
                  Bytes.of(nowMs - TOMBSTONE_MS),
                  Bytes.of(timeToLiveMs),
                  Bytes.of(keepsBaseline ? "1" : ""),
                  Bytes.of(mergedField),
                  Bytes.of(isStaged ? "staged" : "")));
      String stage = UUID.randomUUID().toString();
      Request script = Request.of(Script.FAMILY_FOLD, keys.all(source, stage), arguments);
      if (!isStaged) {
        arguments.addAll(lists);
        return script;
      }
      List<Request> parts = Stage.pieces(Command.RPUSH, keys.stage(stage), lists);
      parts.add(script);
      parts.add(Request.of(Command.UNLINK, keys.stage(stage)));
      return Request.transaction(parts);
    }

    /** The answer of the script that has written the fold. */
    List<@Nullable Object> answer(@Nullable Object reply) {
      List<@Nullable Object> replies = Bytes.list(reply);
      return isStaged ? Bytes.list(replies.get(replies.size() - 2)) : replies;
    }
  }
}
