package io.tallystick.shm;

/** How many copies of its cells a segment has. A segment holds cells of one kind. */
enum CellKind {
  /** One for each thread with a column of its own, and some that threads share. */
  COLUMNS(FileLayout.BLOCK_CELLS),

  /** One. */
  SINGLE(FileLayout.BLOCK_SINGLE_CELLS),

  /** As {@link #COLUMNS}, but only for those of the threads that update in the segment. */
  WIDE(FileLayout.BLOCK_WIDE_CELLS);

  final int blockKind;

  CellKind(int blockKind) {
    this.blockKind = blockKind;
  }

  static CellKind of(FamilyDescriptor family) {
    if (family.type().isSingle()) {
      return SINGLE;
    }
    return family.parameters().length > 0 ? WIDE : COLUMNS;
  }
}
