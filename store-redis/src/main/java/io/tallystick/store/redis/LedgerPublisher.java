package io.tallystick.store.redis;

import io.tallystick.store.Deadline;
import io.tallystick.store.Ledger.Result;
import io.tallystick.store.Publication;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Takes in publications, each of them a {@link Publishing}, and knows of each source what this
 * process has seen of the server. Threading: any.
 */
final class LedgerPublisher {
  private static final int TOUCHES_PER_LIFE = 10;

  private final RedisStore store;
  private final LedgerKeys keys;
  private final LedgerIndex index;
  private final Map<String, Seen> seen = new ConcurrentHashMap<>(); // by source
  private final AtomicInteger publications = new AtomicInteger();
  private volatile String latestRunId = ""; // of the newest publication that was accepted

  LedgerPublisher(RedisStore store, LedgerKeys keys, LedgerIndex index) {
    this.store = store;
    this.keys = keys;
    this.index = index;
  }

  /**
   * Says once of another run of the server than took in what was published last that it may have
   * less: also who has nothing new to publish is to publish all then.
   *
   * @throws StoreException TRANSIENT, once for each run
   */
  synchronized void requireSameRun(String runId) {
    String latest = latestRunId;
    if (!latest.isEmpty() && !runId.isEmpty() && !latest.equals(runId)) {
      latestRunId = runId;
      throw new StoreException(
          Category.TRANSIENT, "another server answers, which may have less: publish all");
    }
  }

  /** Takes in a publication that is made now; null where the source is being retired. */
  @Nullable Result publish(Publication publication) {
    long nowMs = store.nowMs();
    return publish(publication, nowMs, Deadline.after(nowMs, publication.lease()));
  }

  @Nullable Result publish(Publication publication, long publishedMs, long leaseEndMs) {
    String source = publication.source();
    Seen before = seen.getOrDefault(source, Seen.NOTHING);
    long betweenMs = store.timeToLiveMs() / TOUCHES_PER_LIFE;
    boolean touches = Math.abs(publishedMs - before.touchedMs) >= betweenMs;
    Publishing publishing =
        new Publishing(store, keys, index, publication, publishedMs, leaseEndMs);
    Result result = publishing.run(before.runId, touches, publications.getAndIncrement());
    if (result == Result.ACCEPTED) {
      latestRunId = publishing.runId();
      seen.put(source, new Seen(touches ? publishedMs : before.touchedMs, publishing.runId()));
    } else if (result != Result.STALE) {
      seen.remove(source);
    }
    return result;
  }

  /**
   * What the newest accepted publication of a source found.
   *
   * @param touchedMs when all families of the source were last given their time to live
   * @param runId the server's; another one once it was started again or others took over
   */
  private record Seen(long touchedMs, String runId) {
    private static final Seen NOTHING = new Seen(0, "");
  }
}
