package io.tallystick.store;

/** Something that not every store can promise. What a store does not declare, it does not keep. */
public enum Capability {
  /** Several processes of one host use the same content at once. */
  MULTI_PROCESS,

  /** Processes of several hosts use the same content at once. */
  MULTI_HOST,

  /** What was acknowledged is there after the process was killed. */
  SURVIVES_PROCESS,

  /** What was acknowledged is there after the host lost power. */
  SURVIVES_HOST,

  /** {@link Store#documents} gives a facet. */
  DOCUMENTS,

  /** Each batch of changes of documents is one step. */
  ATOMIC_DOCUMENTS,

  /**
   * Who waits for a number of a set of documents is woken when it is given, by whichever process.
   */
  WATCHED_DOCUMENTS
}
