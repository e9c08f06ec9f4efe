package io.tallystick.shm;

import org.jspecify.annotations.Nullable;

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

  /** The kind of the segments whose blocks are of a kind; null where there are none. */
  static @Nullable CellKind ofBlock(int blockKind) {
    for (CellKind kind : values()) {
      if (kind.blockKind == blockKind) {
        return kind;
      }
    }
    return null;
  }

  static CellKind of(FamilyDescriptor family) {
    if (family.type().isSingle()) {
      return SINGLE;
    }
    return family.parameters().length > 0 ? WIDE : COLUMNS;
  }
}
