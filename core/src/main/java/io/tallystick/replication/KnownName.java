package io.tallystick.replication;

import io.tallystick.store.FamilyValues;
import java.util.List;

/**
 * A name under which a directory publishes, or did.
 *
 * @param takenInVersion that of the publication with which the ledger had the name taken in, or
 *     with which the name was found there; 0 before. No values are published under the name before
 *     it is kept. A source of that name with a lower version was made again by a publication that
 *     came late
 * @param folded what publications under the name are less by, in every ledger and for ever: what
 *     the ledger had folded of the directory when the name began, of the types that add up
 */
record KnownName(SourceName name, long takenInVersion, List<FamilyValues> folded) {
  /** Copies the list. */
  KnownName {
    folded = List.copyOf(folded);
  }

  /** One that is to be taken in. */
  static KnownName create(SourceName name, List<FamilyValues> folded) {
    return new KnownName(name, 0, folded);
  }

  /**
   * Whether no ledger has had values under the name: one that has the source, or has retired it,
   * got nothing but its beginning, as it was given another content meanwhile.
   */
  boolean isUnused() {
    return takenInVersion == 0 && !folded.isEmpty();
  }

  KnownName takenIn(long version) {
    return new KnownName(name, version, folded);
  }
}
