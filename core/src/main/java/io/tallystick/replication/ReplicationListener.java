package io.tallystick.replication;

/** What is told of a directory's publications, on the thread that makes them. */
public interface ReplicationListener {
  /** One that is told and does nothing. */
  ReplicationListener NONE =
      new ReplicationListener() {
        @Override
        public void published(boolean all, long series) {}

        @Override
        public void leftOut(long series) {}

        @Override
        public void failed(FailureCategory category) {}

        @Override
        public void skipped(long cycles) {}
      };

  /**
   * The ledger has taken in a publication.
   *
   * @param all whether it was of all series, or else of those that had changed
   */
  void published(boolean all, long series);

  /** Series are not in a publication because no ledger takes them, as one with a faulty label. */
  void leftOut(long series);

  /** A cycle failed; the next one publishes all. */
  void failed(FailureCategory category);

  /** Cycles were left out because one took longer than the interval. */
  void skipped(long cycles);
}
