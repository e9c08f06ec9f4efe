package io.tallystick.store;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Metric state of many sources, and of those that have gone.
 *
 * <p>A source publishes the absolute values of its series; the newest are kept. So a publication
 * that is lost, late, repeated or overtaken neither loses nor doubles anything. A source that has
 * gone is retired: its values are folded into the base by the merge rules of a directory's
 * processes, once, and its name is refused from then on. {@link LedgerMerge} has these rules.
 *
 * <p>A publication and a retirement are atomic for each family. Leases run by the store's clock.
 * Threading: any. Every method throws {@link StoreException}.
 */
public interface Ledger {
  /**
   * What tells this ledger from all others, and from what it was before it lost its content or had
   * it restored: a random text that stays as long as the content does. A source whose publications
   * were taken in under this very text, and which is not among the {@link #sources}, was retired,
   * however long ago.
   */
  String id();

  /**
   * Takes in what a source publishes. Whatever the result but {@link Result#ACCEPTED}, nothing has
   * changed. After an exception it is not known: publish all families, with a newer version.
   */
  Result publish(Publication publication);

  /**
   * Retires a source that has ended: folds its values into the base and refuses it from then on;
   * false where there is none. What a dead process' gauges of live modes say is gone. Its name is
   * remembered for a day at least.
   */
  boolean retire(String source);

  /**
   * Retires the sources whose leases have run out, each with its {@link #baseline}.
   *
   * @return those that this call retired, sorted
   */
  List<String> retireExpired();

  /**
   * The values with which a source was retired because its lease had run out, for as long as its
   * name is remembered; empty where it is not retired, or had ended. They are in the base: a source
   * that lives after all goes on under another name with what has come on top of them.
   */
  Optional<List<FamilyValues>> baseline(String source);

  /** The sources that are not retired, sorted by name. */
  List<Source> sources();

  /**
   * The families of all sources and of the base as one, sorted by name, and their series sorted by
   * labels. Gauges of the modes {@code all} and {@code liveall} have the source as a label {@code
   * instance} beside {@code pid}. Of families of one name that differ in type, gauge mode or states
   * the oldest registration is shown. A source whose lease has run out counts as retired.
   */
  default List<FamilyValues> read() {
    LedgerParts parts = parts(Set.of());
    return parts.merge(parts.timeMs()).toShow();
  }

  /**
   * What {@link #read} merges, of one moment: the base, and the sources that are not retired but
   * for some, which need not be there.
   */
  LedgerParts parts(Set<String> without);

  /** What became of a publication. */
  enum Result {
    /** The values are there. */
    ACCEPTED,

    /** The store has this version or a newer one. */
    STALE,

    /**
     * The source is not there with the version that the publication follows, or has a family of
     * another shape: publish all families, with a newer version.
     */
    INCOMPLETE,

    /** The source was retired: go on under another name, from its {@link Ledger#baseline}. */
    RETIRED
  }

  /**
   * A source that publishes.
   *
   * @param version that of its newest publication
   * @param leaseEndMs when anyone may retire it, in milliseconds of the Unix epoch
   */
  record Source(String name, long version, long leaseEndMs) {}
}
