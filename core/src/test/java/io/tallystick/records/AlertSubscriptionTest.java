package io.tallystick.records;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.store.DocumentChange;
import io.tallystick.store.Documents;
import io.tallystick.store.MemoryStore;
import io.tallystick.testing.Await;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a subscription shows of what is behind changes that have ended. */
@Timeout(60)
class AlertSubscriptionTest {
  private static final long ENDED = 1_500;

  @Test
  void shouldShowAtOnceWhatIsBehindManyChangesThatHaveEnded() throws Exception {
    List<AlertChange> shown = Collections.synchronizedList(new ArrayList<>());
    try (MemoryStore store = MemoryStore.open()) {
      RecordStore.of(store).alerts().save(Alert.active("a", "n", Severity.LOW, "s", Instant.now()));
      AlertFeed feed = new AlertFeed(new AfterEnded(store.documents()), true, 0);
      Documents.Watch watch = new Once();
      try (AlertSubscription subscription =
          AlertSubscription.start(feed, watch, Duration.ofHours(1), shown::add)) {
        Await.until("shown", () -> !shown.isEmpty());
        assertThat(subscription.position()).isBetween(0L, ENDED + 1);
      }
    }
    assertThat(shown).extracting(AlertChange::number).containsExactly(ENDED + 1);
  }

  /** Says once that there is a change, and then never again. */
  private static final class Once implements Documents.Watch {
    private final CountDownLatch closed = new CountDownLatch(1);

    @Override
    public long await(long after, Duration atMost) {
      if (after > ENDED) {
        try {
          closed.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
      return ENDED + 1;
    }

    @Override
    public void close() {
      closed.countDown();
    }
  }

  /** One change of a store, with a number behind those of many that are there no more. */
  private static final class AfterEnded implements Documents {
    private final Documents documents;

    AfterEnded(Documents documents) {
      this.documents = documents;
    }

    @Override
    public Page find(Search search) {
      Found change = documents.find(new Search(search.sets(), 1, 1, false, null, 1)).found().get(0);
      List<Found> found =
          LongStream.rangeClosed(search.from(), ENDED + 1)
              .limit(search.limit())
              .mapToObj(place -> new Found(place > ENDED ? change.key() : "gone" + place, place))
              .toList();
      return new Page(found, null);
    }

    @Override
    public List<Optional<byte[]>> getAll(List<String> keys) {
      return documents.getAll(keys);
    }

    @Override
    public List<Boolean> applyEach(List<List<DocumentChange>> batches) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long count(String set, long from, long to) {
      throw new UnsupportedOperationException();
    }
  }
}
