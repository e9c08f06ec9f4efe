package io.tallystick.shm;

/**
 * A series that is to be admitted by an index, and where it is counted already.
 *
 * <p>Threading: one thread.
 */
final class IndexClaim {
  final long family;
  final long series;
  final long mostOfMetric;
  final long mostOfDirectory;

  /** Whether the count of its family, and that of all series, was raised for it. */
  boolean isInFamily;

  boolean isInTotal;

  /** Whether more than half of the table that was asked last is in use, as far as that says. */
  boolean isTableCrowded;

  private long lineage;

  /**
   * @param family stands for the family's name
   * @param series stands for its name and labels
   * @param mostOfMetric how many series of the family there may be
   * @param mostOfDirectory how many series there may be
   */
  IndexClaim(long family, long series, long mostOfMetric, long mostOfDirectory) {
    this.family = family;
    this.series = series;
    this.mostOfMetric = mostOfMetric;
    this.mostOfDirectory = mostOfDirectory;
  }

  /** Keeps what was counted where the table is a copy of the one that has it; else forgets it. */
  void enter(long tablesLineage) {
    boolean isCopy = tablesLineage == lineage;
    isInFamily &= isCopy;
    isInTotal &= isCopy;
    lineage = tablesLineage;
  }
}
