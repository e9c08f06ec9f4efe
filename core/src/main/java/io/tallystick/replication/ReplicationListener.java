package io.tallystick.replication;

/** What is told of a directory's publications, on the thread that makes them. */
public interface ReplicationListener {
  /** One that is told and does nothing. */
  ReplicationListener NONE =
      new ReplicationListener() {
        @Override
        public void published(boolean all, long series, long bytes) {}

        @Override
        public void leftOut(long series) {}

        @Override
        public void failed(FailureCategory category) {}

        @Override
        public void skipped(long cycles) {}

        @Override
        public void inspected(long live, long retired) {}
      };

  /**
   * The ledger has taken in a publication.
   *
   * @param all whether it was of all series, or else of those that had changed
   * @param bytes about how many bytes they are, as a store in memory reckons them
   */
  void published(boolean all, long series, long bytes);

  /** Series are not in a publication because no ledger takes them, as one with a faulty label. */
  void leftOut(long series);

  /** A cycle failed; the next one publishes all. */
  void failed(FailureCategory category);

  /** Cycles were left out because one took longer than the interval. */
  void skipped(long cycles);

  /**
   * The ledger was looked after, as it is a few times in a lease.
   *
   * @param live how many sources it has now
   * @param retired how many were retired just now, since their leases had run out
   */
  void inspected(long live, long retired);
}
