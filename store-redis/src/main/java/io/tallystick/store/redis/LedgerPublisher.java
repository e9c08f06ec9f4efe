package io.tallystick.store.redis;

import io.tallystick.store.Deadline;
import io.tallystick.store.Ledger.Result;
import io.tallystick.store.Publication;
import io.tallystick.store.StoreException;
import java.util.ArrayList;
import java.util.List;
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

  LedgerPublisher(RedisStore store, LedgerKeys keys, LedgerIndex index) {
    this.store = store;
    this.keys = keys;
    this.index = index;
  }

  /**
   * Says once to each thread that publishes, of another run of the server than took in what it
   * published last, that it may have less: also who has nothing new to publish is to publish all
   * then. Others, such as those who scrape, would not, and are not told in its place.
   *
   * @throws StoreException TRANSIENT, once for each run
   */
  void requireSameRun(String runId) {
    long threadId = Thread.currentThread().getId();
    List<String> sources = new ArrayList<>();
    seen.forEach(
        (source, before) -> {
          if (before.isNewsFor(threadId, runId)) {
            sources.add(source);
          }
        });
    for (String source : sources) {
      seen.computeIfPresent(source, (name, before) -> before.told(runId));
    }
    if (!sources.isEmpty()) {
      throw StoreException.refusal("another server answers, which may have less: publish all");
    }
  }

  /** Forgets what was seen of a source, which publishes no more. */
  void forget(String source) {
    seen.remove(source);
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
      String runId = publishing.runId();
      long touchedMs = touches ? publishedMs : before.touchedMs;
      seen.put(source, new Seen(touchedMs, runId, Thread.currentThread().getId(), runId));
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
   * @param threadId who has published it
   * @param toldRunId the run that this thread knows of
   */
  private record Seen(long touchedMs, String runId, long threadId, String toldRunId) {
    private static final Seen NOTHING = new Seen(0, "", 0, "");

    boolean isNewsFor(long otherId, String otherRunId) {
      return threadId == otherId
          && !toldRunId.isEmpty()
          && !otherRunId.isEmpty()
          && !toldRunId.equals(otherRunId);
    }

    Seen told(String otherRunId) {
      return new Seen(touchedMs, runId, threadId, otherRunId);
    }
  }
}
