package io.tallystick.store;

/** What a restored backup meets in the store. */
public enum RestoreMode {
  /** Nothing: a store that has keys, jobs or metric state is left as it is, with PERMANENT. */
  INTO_EMPTY,

  /**
   * What is there, which stays: a key that is there keeps its value, and a job is left out where
   * one of its key is queued, delayed or running, or where both are dead letters. Of a source's
   * publications the newest counts, and one that is retired on either side is retired. A base is
   * taken in unless it is of this ledger, or of one that was merged into it before; a source then
   * is not that is unknown here and published a day before or earlier, since it may have been
   * retired and forgotten. So a merge that is repeated counts nothing twice.
   */
  MERGE
}
