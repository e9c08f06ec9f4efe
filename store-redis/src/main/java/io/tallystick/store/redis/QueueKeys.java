package io.tallystick.store.redis;

import java.util.ArrayList;
import java.util.List;

/**
 * Where a queue N is in Redis, with a prefix P.
 *
 * <pre>
 *   {P:queue:N}:queued     LIST    ids of jobs that wait, in their order
 *   {P:queue:N}:delayed    ZSET    ids of jobs that failed: when they are queued again
 *   {P:queue:N}:running    ZSET    ids of jobs that were taken: when their leases end
 *   {P:queue:N}:dead       ZSET    ids of dead letters, in their order
 *   {P:queue:N}:…          HASH    what is known of a job, by its id; ids by key; the latest number
 * </pre>
 *
 * <p>The queue of service discovery has the names that its users count with {@code llen}: B is
 * {@value #COUNTED}, behind {@code P:} where the prefix is not the default.
 *
 * <pre>
 *   B                LIST    ids of jobs that wait, in their order
 *   B:processing     LIST    ids of jobs that were taken; {B}:processing in a Cluster
 *   {B}:…            all others, as above
 * </pre>
 *
 * <p>The list of what was taken says the same as {@code running}, and no more: scripts change both,
 * and make it anew where something else has changed it. Whoever deletes the list of what waits
 * takes those jobs back: their keys can be offered again.
 */
final class QueueKeys {
  /** The queue that has names of its own. */
  static final String COUNTED = "target_generation_queue";

  private static final String QUEUED = "queued";
  private static final String PROCESSING = ":processing";

  private static final List<String> PARTS =
      List.of(
          "delayed",
          "running",
          "dead",
          "ids",
          "keys",
          "payloads",
          "attempts",
          "leases",
          "errors",
          "meta");

  private final String tag;
  private final String queued;
  private final String processing; // empty where there is no such list

  QueueKeys(RedisStore store, String name) {
    String prefix = store.prefix();
    boolean isCounted = name.equals(COUNTED);
    String base = prefix.equals(RedisUrl.DEFAULT_PREFIX) ? name : prefix + ":" + name;
    this.tag =
        isCounted ? "{" + base + "}" : "{" + prefix + ":queue:" + LedgerKeys.escaped(name) + "}";
    this.queued = isCounted ? base : tag + ":" + QUEUED;
    String head = store.servers().isCluster() ? tag : base; // all of a script are in one slot
    this.processing = isCounted ? head + PROCESSING : "";
  }

  private byte[] part(String part) {
    return Bytes.of(tag + ":" + part);
  }

  /** The hash that has an entry for each job. */
  byte[] keys() {
    return part("keys");
  }

  byte[] payloads() {
    return part("payloads");
  }

  /** What every script about the queue has. */
  List<byte[]> all() {
    List<byte[]> all = new ArrayList<>();
    all.add(Bytes.of(queued));
    PARTS.forEach(part -> all.add(part(part)));
    if (!processing.isEmpty()) {
      all.add(Bytes.of(processing));
    }
    return all;
  }
}
