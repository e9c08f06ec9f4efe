package io.tallystick.store.redis;

import io.tallystick.store.redis.LedgerFolder.Task;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Protocol.Command;

/**
 * Finds what the families have of sources that nobody lists, once in a while. That comes of a
 * server of a Cluster that has lost what it had, or went back to what it had before, while others
 * did not; or of an eviction. Left alone it would never be retired, and expire one day. Threading:
 * any.
 */
final class LedgerUpkeep {
  private static final long EVERY_MS = Duration.ofHours(1).toMillis();

  private final RedisStore store;
  private final LedgerKeys keys;
  private final LedgerIndex index;
  private final LedgerReader reader;
  private final LedgerFolder folder;
  private final AtomicLong latestMs = new AtomicLong();

  LedgerUpkeep(
      RedisStore store,
      LedgerKeys keys,
      LedgerIndex index,
      LedgerReader reader,
      LedgerFolder folder) {
    this.store = store;
    this.keys = keys;
    this.index = index;
    this.reader = reader;
    this.folder = folder;
  }

  /** Lists all sources that the families have; nothing where that was done a short while ago. */
  void run() {
    long nowMs = store.nowMs();
    long before = latestMs.get();
    if (Math.abs(nowMs - before) >= EVERY_MS && latestMs.compareAndSet(before, nowMs)) {
      try {
        adopt(nowMs, false);
      } catch (RuntimeException e) {
        latestMs.set(before); // it is done again soon
        throw e;
      }
    }
  }

  /**
   * Lists all sources that the families have and nobody lists, with the versions they have there.
   */
  void adoptAll() {
    adopt(store.nowMs(), true);
  }

  private void adopt(long nowMs, boolean isAll) {
    index.heal(store.wire().askAll(index.toPut(Map.of())));
    Map<String, Map<String, LedgerHeader>> bySource = new TreeMap<>(); // and by family
    for (LedgerContent content : reader.withHeaders(index.names())) {
      content
          .headers()
          .forEach(
              (source, header) ->
                  bySource
                      .computeIfAbsent(source, s -> new TreeMap<>())
                      .put(content.keys().name(), header));
    }
    LedgerSources sources = reader.sources(); // after the headers: who has come since is listed
    Map<String, Set<String>> listed = listedFamilies(sources, bySource.keySet());
    List<Request> requests = new ArrayList<>();
    List<Task> folds = new ArrayList<>();
    bySource.forEach(
        (source, families) -> {
          if (sources.isRetired(source)) {
            families
                .keySet()
                .forEach(
                    name ->
                        folds.add(
                            Task.ofSource(keys.family(name), source, sources.isCutOff(source))));
            return;
          }
          LedgerHeader newest = LedgerHeader.newest(families.values());
          Set<String> missing = new HashSet<>(families.keySet());
          missing.removeAll(listed.getOrDefault(source, Set.of()));
          boolean isDue = isAll || sources.isLive(source) || newest.leaseEndMs() <= nowMs;
          if (!missing.isEmpty() && isDue) {
            requests.add(adopt(source, newest, missing));
          }
        });
    List<@Nullable Object> unused = store.wire().askAll(requests);
    folder.fold(folds);
  }

  private Map<String, Set<String>> listedFamilies(LedgerSources sources, Set<String> names) {
    List<String> live = names.stream().filter(sources::isLive).toList();
    List<Request> requests = new ArrayList<>();
    live.forEach(source -> requests.add(Request.of(Command.HKEYS, keys.familiesOf(source))));
    List<@Nullable Object> replies = store.wire().askEach(requests);
    Map<String, Set<String>> listed = new HashMap<>();
    for (int i = 0; i < live.size(); i++) {
      listed.put(live.get(i), LedgerIndex.names(replies.subList(i, i + 1)));
    }
    return listed;
  }

  private Request adopt(String source, LedgerHeader newest, Set<String> families) {
    List<byte[]> arguments = new ArrayList<>();
    arguments.add(Bytes.of(source));
    arguments.add(Bytes.of(newest.leaseEndMs()));
    arguments.add(Bytes.of(store.timeToLiveMs()));
    arguments.add(
        Bytes.of(
            LedgerHeader.version(newest.number())
                + ' '
                + newest.publishedMs()
                + ' '
                + newest.leaseEndMs()));
    families.forEach(name -> arguments.add(Bytes.of(name)));
    return Request.of(Script.SOURCE_ADOPT, keys.ofSource(source), arguments);
  }
}
