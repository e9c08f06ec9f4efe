package io.tallystick.shm;

/**
 * Offsets of a process file and of the retired file. Bytes are little-endian.
 *
 * <pre>
 *   +----------------+---------+---------+---- ... ----+---------+
 *   | header (256 B) | block 0 | block 1 |             | block n |
 *   +----------------+---------+---------+---- ... ----+---------+
 *                                                                ^ published length
 *
 *   block: | kind 4 | column 4 | length 8 | first cell 4 | cells 4 | published 8 | 0 32 | payload |
 * </pre>
 *
 * <p>Blocks are only ever appended. A block is whole before the published length covers it; the
 * payload of a descriptor or token block is whole up to the block's own published word.
 */
final class FileLayout {
  static final long MAGIC = 0x3130_4b43_594c_4154L; // "TALYCK01"
  static final short MAJOR = 1;
  static final short MINOR = 0;

  static final int KIND_PROCESS = 1;
  static final int KIND_RETIRED = 2;

  static final int MAGIC_OFFSET = 0;
  static final int MAJOR_OFFSET = 8;
  static final int MINOR_OFFSET = 10;
  static final int KIND_OFFSET = 12;
  static final int TOKEN_OFFSET = 16;
  static final int CREATED_MS_OFFSET = 32;
  static final int PID_OFFSET = 40;
  static final int PUBLISHED_LENGTH_OFFSET = 48;
  static final int ALIVE_MS_OFFSET = 56;
  static final int UNSHARED_SERIES_OFFSET = 64;
  static final int OVERFLOWS_OFFSET = 72;
  static final int GENERATION_OFFSET = 80;

  /** In a process file, where the retired file has its generation. */
  static final int RESUMABLE_MS_OFFSET = GENERATION_OFFSET;

  static final int RETIRED_PROCESSES_OFFSET = 88;

  /**
   * In a process file: 0 while no series has a life; then 1, and the number of the last of the
   * removed series whose cells were given to another.
   */
  static final int REUSES_OFFSET = RETIRED_PROCESSES_OFFSET;

  static final int INSTANCE_LENGTH_OFFSET = 96;
  static final int INSTANCE_OFFSET = 100;
  static final int MAX_INSTANCE_BYTES = 140;
  static final int CALLBACK_FAILURES_OFFSET = 240;
  static final int UNMIRRORED_SERIES_OFFSET = 248;
  static final int HEADER_LENGTH = 256;

  static final int BLOCK_DESCRIPTORS = 1;
  static final int BLOCK_CELLS = 2;
  static final int BLOCK_SINGLE_CELLS = 3;
  static final int BLOCK_TOKENS = 4;
  static final int BLOCK_WIDE_CELLS = 5;

  static final int BLOCK_KIND_OFFSET = 0;
  static final int BLOCK_COLUMN_OFFSET = 4;
  static final int BLOCK_LENGTH_OFFSET = 8;
  static final int BLOCK_FIRST_CELL_OFFSET = 16;
  static final int BLOCK_CELLS_OFFSET = 20;
  static final int BLOCK_PUBLISHED_OFFSET = 24;
  static final int BLOCK_HEADER_LENGTH = 64;

  /** Blocks and their payloads start at multiples of this, so that cells share no cache line. */
  static final int ALIGNMENT = 64;

  static final int TOKEN_LENGTH = 16;

  /** The most blocks, cells and columns a reader believes a file to have. */
  static final int MAX_BLOCKS = 1 << 20;

  static final int MAX_CELLS = 1 << 28;

  static int align(int length) {
    return (length + ALIGNMENT - 1) & -ALIGNMENT;
  }

  private FileLayout() {}
}
