package io.tallystick.shm;

/** What a reader tells of a file's records, in the order in which they were written. */
public interface RecordVisitor {
  /**
   * A family, which later series name by its number.
   *
   * @throws CorruptFileException where no process can have registered such a family
   */
  void family(int family, FamilyDescriptor descriptor) throws CorruptFileException;

  /** A series whose cells lie in a segment that the reader knows by now. */
  void series(SeriesRecord series) throws CorruptFileException;

  void removed(int family, int cell);

  /** Where the exemplars of a series that was visited are: its own cells, and theirs. */
  default void exemplars(int family, int cell, int firstCell, int slots) {
    // not all who read values show exemplars
  }
}
