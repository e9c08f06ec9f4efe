package io.tallystick.store.redis;

import io.tallystick.store.BackupRecord;
import io.tallystick.store.BackupWriter;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.LedgerMerge;
import io.tallystick.store.RetryPolicy;
import io.tallystick.store.StoreStats;
import io.tallystick.store.redis.RedisLedger.Snapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import redis.clients.jedis.Protocol.Command;

/** All that a store in Redis holds, to be counted or to be backed up. */
final class RedisContent {
  private final RedisStore store;

  RedisContent(RedisStore store) {
    this.store = store;
  }

  private List<String> names() {
    return Bytes.list(store.wire().ask(Request.of(Command.SMEMBERS, RedisJobQueue.namesKey(store))))
        .stream()
        .map(Bytes::text)
        .sorted()
        .toList();
  }

  /** The names of the queues that have jobs, sorted. */
  List<String> queues() {
    return RedisJobQueue.filled(store, names());
  }

  private RedisJobQueue queue(String name) {
    return new RedisJobQueue(store, name, RetryPolicy.DEFAULT);
  }

  StoreStats stats(String version, Duration uptime) {
    KeyScan.Size keys = store.redisKeyValues().all().size();
    RedisJobQueue.Size jobs = RedisJobQueue.size(store, names());
    long bytes = keys.bytes() + jobs.bytes();
    LedgerReader reader = store.redisLedger().reader();
    long series = 0;
    for (LedgerContent content : reader.contents()) {
      bytes += content.bytes();
      for (FamilyValues family : content.base(store.nowMs())) {
        series += family.series().size();
      }
      for (String source : content.headers().keySet()) {
        for (FamilyValues family : content.ofSource(source)) {
          series += family.series().size();
        }
      }
    }
    long sources = reader.sources().live().size();
    long documents = store.redisDocuments().size();
    return new StoreStats(
        "redis", version, uptime, keys.keys() + documents, jobs.jobs(), sources, series, bytes);
  }

  boolean isEmpty() {
    if (store.redisKeyValues().all().size().keys() > 0
        || !store.redisDocuments().isEmpty()
        || !queues().isEmpty()) {
      return false;
    }
    return isLedgerEmpty();
  }

  boolean isLedgerEmpty() {
    LedgerReader reader = store.redisLedger().reader();
    LedgerSources sources = reader.sources();
    if (!sources.live().isEmpty() || !sources.retired().isEmpty()) {
      return false;
    }
    for (LedgerContent content : reader.contents()) {
      if (!content.base(store.nowMs()).isEmpty()) {
        return false;
      }
    }
    return true;
  }

  void write(BackupWriter backup) {
    store
        .redisKeyValues()
        .all()
        .forEach(
            entry -> backup.write(new BackupRecord.Key(entry.key(), entry.value(), entry.endMs())));
    for (String name : queues()) {
      queue(name).toRecords().forEach(backup::write);
    }
    write(backup, store.redisLedger().snapshot());
    new DocumentContent(store).forEach(backup::write);
  }

  private void write(BackupWriter backup, Snapshot snapshot) {
    LedgerSources sources = snapshot.sources();
    String id = store.redisLedger().id();
    backup.write(new BackupRecord.LedgerState(id, sources.merged()));
    long nowMs = store.nowMs();
    LedgerMerge base = new LedgerMerge(nowMs);
    Map<String, List<FamilyValues>> bySource = new LinkedHashMap<>();
    sources.live().forEach(source -> bySource.put(source.name(), new ArrayList<>()));
    for (LedgerContent content : snapshot.contents()) {
      content.base(nowMs).forEach(family -> base.addBase(List.of(family)));
      for (String source : content.headers().keySet()) {
        List<FamilyValues> families = bySource.get(source);
        if (families != null) { // else it came after the others
          families.addAll(content.ofSource(source));
        }
      }
    }
    base.toBase().forEach(family -> backup.write(new BackupRecord.Base(family)));
    sources
        .live()
        .forEach(
            source ->
                backup.write(
                    new BackupRecord.Source(
                        source.name(),
                        source.version(),
                        sources.publishedMs(source.name()),
                        source.leaseEndMs(),
                        bySource.getOrDefault(source.name(), List.of()))));
    RedisLedger ledger = store.redisLedger();
    sources
        .retired()
        .forEach(
            (name, retiredMs) ->
                backup.write(
                    new BackupRecord.Tombstone(
                        name, retiredMs, ledger.baseline(name).orElse(null))));
  }
}
