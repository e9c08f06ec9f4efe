package io.tallystick.records;

import io.tallystick.store.Documents;
import io.tallystick.store.Documents.Found;
import io.tallystick.store.Documents.Page;
import io.tallystick.store.Documents.Search;
import io.tallystick.store.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The changes of alerts, in the order in which the store has numbered them, each once. Between two
 * reads nothing is passed over but what has ended meanwhile, of which it says how much. Not
 * thread-safe.
 *
 * <p>Where a store does not write a change and its number in one step, a number may be there before
 * its change: it is waited for, ten seconds at most, since who wrote it may have been killed.
 */
public final class AlertFeed {
  private static final System.Logger LOG = System.getLogger("io.tallystick");
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Documents documents;
  private final boolean isAtomic;
  private long after;
  private long missed;
  private @Nullable Hole hole;
  private boolean isHalted;

  /** A number without a change, and when it was seen first. */
  private record Hole(long number, long sinceNs) {}

  /**
   * @param after the number behind which to begin; 0 for all that there are
   */
  AlertFeed(Documents documents, boolean isAtomic, long after) {
    this.documents = documents;
    this.isAtomic = isAtomic;
    this.after = after;
  }

  /** The number of the last change that was read; a feed that begins after it goes on there. */
  public long position() {
    return after;
  }

  /** How many changes had ended, or been damaged, before they were read. */
  public long missed() {
    return missed;
  }

  /** The next changes, so many at most; none where there are none yet. */
  public List<AlertChange> read(int limit) {
    isHalted = false;
    Page page =
        documents.find(
            new Search(
                Set.of(AlertRecords.CHANGES), after + 1, Documents.MOST_PLACE, false, null, limit));
    List<Found> found = page.found();
    List<Optional<byte[]>> values = documents.getAll(found.stream().map(Found::key).toList());
    List<AlertChange> changes = new ArrayList<>();
    for (int i = 0; i < found.size(); i++) {
      long number = found.get(i).place();
      if (after > 0) {
        missed += number - after - 1;
      }
      if (values.get(i).isEmpty() && isAwaited(number)) {
        missed -= after > 0 ? number - after - 1 : 0;
        isHalted = true;
        return changes;
      }
      if (!isAdded(changes, number, values.get(i))) {
        missed++;
      }
      after = number;
    }
    return changes;
  }

  /** Whether the last read has ended before a number whose change is still to come. */
  boolean isHalted() {
    return isHalted;
  }

  /** False where a change has ended, or is none. */
  private static boolean isAdded(List<AlertChange> changes, long number, Optional<byte[]> json) {
    try {
      return json.isPresent() && changes.add(ChangeJson.read(number, json.get()));
    } catch (StoreException e) {
      LOG.log(System.Logger.Level.WARNING, "change cannot be read: number=" + number, e);
      return false;
    }
  }

  private boolean isAwaited(long number) {
    if (isAtomic) {
      return false; // it has ended
    }
    Hole seen = hole;
    if (seen == null || seen.number != number) {
      hole = new Hole(number, System.nanoTime());
      return true;
    }
    return System.nanoTime() - seen.sinceNs < PATIENCE.toNanos();
  }
}
