package io.tallystick.store.redis;

import io.tallystick.store.BackupReader;
import io.tallystick.store.BackupRecord;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.Ledger.Result;
import io.tallystick.store.Limits;
import io.tallystick.store.Publication;
import io.tallystick.store.RestoreMode;
import io.tallystick.store.RetryPolicy;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import io.tallystick.store.redis.LedgerFolder.Task;
import io.tallystick.store.redis.LedgerKeys.Family;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Protocol.Command;

/**
 * One restoring of a backup. The first pass finds out whether all of it fits; the second one takes
 * it in, piece by piece. Where it is killed in between, it is to be done again with {@link
 * RestoreMode#MERGE}: each family of the base is marked as taken in with the script that does it.
 */
final class RedisRestore {
  private static final Duration ANY_LEASE = Duration.ofMillis(1);
  private static final int MOST_FIELDS = 2_000;

  private final RedisStore store;
  private final RedisLedger ledger;
  private final Map<String, Set<String>> deadBefore = new HashMap<>(); // keys by queue
  private boolean takesBase;
  private String otherId = "";
  private Set<String> otherMerged = Set.of();

  RedisRestore(RedisStore store) {
    this.store = store;
    this.ledger = store.redisLedger();
  }

  void run(BackupReader backup, RestoreMode mode) {
    if (mode == RestoreMode.INTO_EMPTY && !new RedisContent(store).isEmpty()) {
      throw new StoreException(Category.PERMANENT, "store is not empty: backend=redis");
    }
    backup.forEach(this::check);
    backup.forEach(this::take);
    if (takesBase) {
      List<byte[]> ids = new ArrayList<>();
      ids.add(Bytes.of(otherId));
      otherMerged.forEach(each -> ids.add(Bytes.of(each)));
      store
          .wire()
          .askAll(
              List.of(
                  Request.of(Command.SADD, ledger.keys().merged(), ids),
                  Request.of(
                      Command.PEXPIRE, ledger.keys().merged(), Bytes.of(store.timeToLiveMs()))));
    }
  }

  private void check(BackupRecord record) {
    Limits limits = store.limits();
    if (record instanceof BackupRecord.Key key) {
      limits.checkKey(key.key());
      limits.checkValue(key.value());
    } else if (record instanceof BackupRecord.Job job) {
      limits.checkKey(job.queue());
      limits.checkKey(job.key());
      limits.checkValue(job.payload());
    } else if (record instanceof BackupRecord.LedgerState state) {
      otherId = state.id();
      otherMerged = state.merged();
      takesBase = lacksBase();
    } else if (record instanceof BackupRecord.Source source) {
      limits.checkKey(source.name());
    } else if (record instanceof BackupRecord.Tombstone tombstone) {
      limits.checkKey(tombstone.name());
    } else if (record instanceof BackupRecord.Document document) {
      limits.checkKey(document.key());
      limits.checkValue(document.value());
    }
  }

  private boolean lacksBase() {
    if (new RedisContent(store).isLedgerEmpty()) {
      return true;
    }
    Set<String> ours = new HashSet<>(ledger.reader().sources().merged());
    ours.add(ledger.id());
    if (ours.contains(otherId)) {
      return false;
    }
    if (!Collections.disjoint(ours, otherMerged)) {
      throw new StoreException(
          Category.PERMANENT, "backup has a part of this ledger in its base: id=" + ledger.id());
    }
    return true;
  }

  private void take(BackupRecord record) {
    if (record instanceof BackupRecord.Key key) {
      if (key.endMs() > store.nowMs()) {
        boolean unused = store.redisKeyValues().putIfAbsent(key.key(), key.value(), key.endMs());
      }
    } else if (record instanceof BackupRecord.Job job) {
      take(job);
    } else if (record instanceof BackupRecord.Base base) {
      if (takesBase) {
        take(base.family());
      }
    } else if (record instanceof BackupRecord.Source source) {
      take(source);
    } else if (record instanceof BackupRecord.Tombstone tombstone) {
      take(tombstone);
    } else if (record instanceof BackupRecord.Document document) {
      store.redisDocuments().restore(document);
    } else if (record instanceof BackupRecord.LatestNumber number) {
      store.redisDocuments().restore(number);
    }
  }

  private void take(BackupRecord.Job job) {
    RedisJobQueue queue = new RedisJobQueue(store, job.queue(), RetryPolicy.DEFAULT);
    Set<String> dead =
        deadBefore.computeIfAbsent(
            job.queue(),
            name ->
                queue.toRecords().stream()
                    .filter(each -> each.state() == BackupRecord.Job.State.DEAD)
                    .map(BackupRecord.Job::key)
                    .collect(Collectors.toSet()));
    if (job.state() != BackupRecord.Job.State.DEAD || !dead.contains(job.key())) {
      queue.restore(job);
    }
  }

  private void take(FamilyValues family) {
    ledger.index().put(family);
    Family keys = ledger.keys().family(family.name());
    int unused = ledger.folder().fold(List.of(Task.ofBase(keys, family, otherId)));
  }

  /** Takes in a source, unless this ledger has more of it or may have had it before. */
  private void take(BackupRecord.Source source) {
    boolean mayBeForgotten =
        source.publishedMs() <= store.nowMs() - LedgerFolder.TOMBSTONE_MS && !takesBase;
    if (mayBeForgotten && !ledger.reader().sources().isLive(source.name())) {
      return; // it may have been retired here, and its name not be remembered any more
    }
    Publication publication =
        Publication.ofAll(
            source.name(), Math.max(1, source.version()), source.families(), ANY_LEASE);
    Result unused =
        ledger.publisher().publish(publication, source.publishedMs(), source.leaseEndMs());
  }

  /**
   * Takes in that a source is retired, with its values where the other ledger's base has none. It
   * is refused, and has its baseline, before what this ledger has of it is discarded: it may
   * publish meanwhile.
   */
  private void take(BackupRecord.Tombstone other) {
    boolean isKnown = ledger.reader().sources().isRetired(other.name());
    if (!takesBase && (isKnown || ledger.retire(other.name(), RedisLedger.BURIED))) {
      return; // what it has here is not in the other base
    }
    Set<String> published = isKnown ? Set.of() : bury(other);
    if (takesBase) {
      discard(other.name(), published);
    }
  }

  /**
   * Discards what families have of a source: those that it began to publish, and all that it has.
   */
  private void discard(String source, Set<String> published) {
    LedgerKeys keys = ledger.keys();
    List<String> names = new ArrayList<>(ledger.index().names());
    List<Request> requests = new ArrayList<>();
    names.forEach(
        name -> requests.add(Request.of(Command.HGET, keys.family(name).live(), Bytes.of(source))));
    List<@Nullable Object> headers = store.wire().askEach(requests);
    Set<String> all = new TreeSet<>(published);
    for (int i = 0; i < names.size(); i++) {
      if (headers.get(i) instanceof byte[]) {
        all.add(names.get(i));
      }
    }
    List<Task> tasks = new ArrayList<>();
    all.forEach(name -> tasks.add(Task.discarding(keys.family(name), source)));
    int unused = ledger.folder().fold(tasks);
  }

  private void putBaseline(byte[] key, FamilyValues family, List<Request> requests) {
    List<byte[]> fields = FamilyFields.of(family);
    for (int from = 0; from < fields.size(); from += MOST_FIELDS) {
      int to = Math.min(fields.size(), from + MOST_FIELDS);
      requests.add(Request.of(Command.HSET, key, fields.subList(from, to)));
    }
    requests.add(Request.of(Command.PEXPIRE, key, Bytes.of(store.timeToLiveMs())));
  }

  /** Buries a source with its baseline; the families that it had here. */
  private Set<String> bury(BackupRecord.Tombstone other) {
    LedgerKeys keys = ledger.keys();
    List<byte[]> all = keys.ofSource(other.name(), keys.epoch());
    List<byte[]> arguments = new ArrayList<>();
    arguments.add(Bytes.of(other.name()));
    arguments.add(Bytes.of(other.retiredMs()));
    arguments.add(Bytes.of(other.baseline() == null ? 0 : 1));
    arguments.add(Bytes.of(store.timeToLiveMs()));
    Set<String> names = new TreeSet<>();
    List<Request> requests = new ArrayList<>();
    for (FamilyValues family :
        other.baseline() == null ? List.<FamilyValues>of() : other.baseline()) {
      names.add(family.name());
      putBaseline(keys.family(family.name()).baseline(other.name()), family, requests);
    }
    names.forEach(name -> arguments.add(Bytes.of(name)));
    List<@Nullable Object> unused = store.wire().askAll(requests); // before it is announced
    Object had = store.wire().ask(Request.of(Script.SOURCE_BURY, all, arguments));
    Set<String> published = LedgerIndex.names(Collections.singletonList(had));
    published.remove("");
    return published;
  }
}
