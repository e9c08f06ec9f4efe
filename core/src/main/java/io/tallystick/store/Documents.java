package io.tallystick.store;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Values under string keys, each with the sets by which it is found: what is kept of a document, it
 * and its membership, is changed together.
 *
 * <p>A set has its documents in the order of their places, whole numbers of up to 53 bits, and then
 * of the bytes of their keys in UTF-8. Sets are there once they have a document, and gone with the
 * last. A document whose time to live ran out is as one that was deleted, but {@link #find} and
 * {@link #count} may have it for some time yet: who finds a key reads what is under it. Keys are
 * not those of {@link KeyValues}. Values are copied. Threading: any.
 *
 * <p>With {@link Capability#ATOMIC_DOCUMENTS} a batch is one step, which nobody sees halfway and of
 * which all or nothing outlives a process that is killed. Without it, a set has a document before
 * that is there and until it has gone, so that no document is ever without its sets, and a document
 * that is found may be none of the set.
 *
 * <p>Every method throws {@link StoreException}: PERMANENT for a key, set or value beyond the
 * store's {@link Limits}, where the store is full, and where it was closed.
 */
public interface Documents {
  /** No place is greater, nor its negative less. */
  long MOST_PLACE = (1L << 53) - 1;

  /** The values of keys, in their order, as they are at one moment; empty where there is none. */
  List<Optional<byte[]>> getAll(List<String> keys);

  /**
   * Makes batches of changes, each wholly or, where a condition of one of its changes does not
   * hold, not at all. Conditions see what was there before the batch. No key is twice in a batch.
   * Batches are made in their order; what fails with an exception may have made some of them.
   *
   * @return for each batch whether it was made
   */
  List<Boolean> applyEach(List<List<DocumentChange>> batches);

  /** Makes a batch of changes, wholly or not at all. */
  default boolean apply(List<DocumentChange> batch) {
    return applyEach(List.of(batch)).get(0);
  }

  /** A page of the documents that are in all sets of a search. */
  Page find(Search search);

  /** About how many documents a set has at places from one to another, both included. */
  long count(String set, long from, long to);

  /**
   * What waits for the numbers that a set gives, as {@link DocumentChange#numberedIn} has it. It
   * may have a connection of its own until it is closed.
   */
  default Watch watch(String set) {
    return new TimedWatch();
  }

  /**
   * Waits for numbers of a set: one thread does, any closes it.
   *
   * <p>It says when to look, {@link #find} what there is. With {@link Capability#WATCHED_DOCUMENTS}
   * a wait ends as soon as a number is given; without it, when its time is over. A store that is
   * away or closed is as one that gives no numbers.
   */
  interface Watch extends AutoCloseable {
    /**
     * Waits until there is a greater number than this one, or the time is over; a server that does
     * not answer may have it take longer. Ends at once where it is closed, and soon where the
     * thread is interrupted, which it stays.
     *
     * @return a number that was given and is greater, whose document may be gone already or,
     *     without {@link Capability#ATOMIC_DOCUMENTS}, still to come; this one where none is known
     */
    long await(long after, Duration atMost);

    /** Ends a wait, and all later ones at once. May be called again without harm. */
    @Override
    void close();
  }

  /**
   * What is searched for.
   *
   * @param sets all of them have it; at least one
   * @param from the least place, {@code to} the greatest
   * @param descending whether the greatest place comes first
   * @param after where to go on, as {@link Page#next} says; null to begin
   * @param limit how many documents a page has at most; above zero
   */
  record Search(
      Set<String> sets, long from, long to, boolean descending, @Nullable Found after, int limit) {
    /** Copies the sets. */
    public Search {
      sets = Set.copyOf(sets);
      if (sets.isEmpty() || limit <= 0) {
        throw new IllegalArgumentException(
            "search without a set or a limit: sets=" + sets + " limit=" + limit);
      }
    }
  }

  /** A document that is found. */
  record Found(String key, long place) {}

  /**
   * Some of the documents of a search.
   *
   * @param next after what the next page begins; null at the end. A page may be empty before it
   */
  record Page(List<Found> found, @Nullable Found next) {
    /** Copies the list. */
    public Page {
      found = List.copyOf(found);
    }
  }
}
