package io.tallystick.shm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a reader has taken in of a file's blocks: segments of cells with their columns, blocks of
 * descriptors, tokens.
 *
 * <p>Order: the published length is read with acquire order before the blocks that it covers, which
 * pairs with the release store of {@link FileBlocks}.
 */
final class ReadBlocks {
  private final @Nullable BlockWalk walk;
  private final @Nullable Blocks ofThisProcess;
  private final ByteBuffer header;
  private final List<ByteBuffer> blocks = new ArrayList<>();
  private final List<ByteBuffer> descriptors = new ArrayList<>();
  private final List<SegmentView> segments = new ArrayList<>();
  private final Set<Token> tokens = new HashSet<>();
  private int seen;
  private @Nullable CorruptFileException faulty;

  private ReadBlocks(@Nullable BlockWalk walk, @Nullable Blocks ofThisProcess, ByteBuffer header) {
    this.walk = walk;
    this.ofThisProcess = ofThisProcess;
    this.header = header;
  }

  static ReadBlocks ofFile(BlockWalk walk, ByteBuffer header) {
    return new ReadBlocks(walk, null, header);
  }

  static ReadBlocks ofThisProcess(Blocks blocks, ByteBuffer header) {
    return new ReadBlocks(null, blocks, header);
  }

  /** Whether these are this process' own and in its heap. */
  boolean areInHeap() {
    return ofThisProcess instanceof HeapBlocks;
  }

  /** Whether nothing of the file is mapped and nothing will be. */
  boolean areCopied() {
    return walk != null && walk.isCopied();
  }

  /** Where the last mapped block of a file ends. */
  long mappedLength() {
    return walk == null ? 0 : walk.mappedLength();
  }

  /** Blocks of records, in order. */
  List<ByteBuffer> descriptors() {
    return descriptors;
  }

  List<SegmentView> segments() {
    return segments;
  }

  Set<Token> tokens() {
    return tokens;
  }

  /** Index into {@link #segments()} of the one that holds a cell. */
  int segmentOf(int cell) {
    int low = 0;
    int high = segments.size() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (segments.get(middle).firstCell() <= cell) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  /** Whether cells lie in one segment of their kind. */
  boolean hold(int cell, int count, CellKind kind) {
    return !segments.isEmpty() && segments.get(segmentOf(cell)).holds(cell, count, kind);
  }

  /** Takes in new blocks and returns the fault behind them, or null. */
  @Nullable CorruptFileException take() throws IOException {
    CorruptFileException fault = null;
    if (walk != null) {
      long published = Words.getLongAcquire(header, FileLayout.PUBLISHED_LENGTH_OFFSET);
      fault = walk.addUpTo(published, blocks);
    } else if (ofThisProcess != null) {
      ofThisProcess.addSince(seen, blocks);
    }
    while (seen < blocks.size() && faulty == null) {
      try {
        takeBlock(blocks.get(seen++));
      } catch (CorruptFileException e) {
        faulty = e;
      }
    }
    return faulty != null ? faulty : fault;
  }

  private void takeBlock(ByteBuffer block) throws CorruptFileException {
    int kind = block.getInt(FileLayout.BLOCK_KIND_OFFSET);
    switch (kind) {
      case FileLayout.BLOCK_DESCRIPTORS -> descriptors.add(block);
      case FileLayout.BLOCK_CELLS -> takeCells(block, CellKind.COLUMNS);
      case FileLayout.BLOCK_SINGLE_CELLS -> takeCells(block, CellKind.SINGLE);
      case FileLayout.BLOCK_WIDE_CELLS -> takeCells(block, CellKind.WIDE);
      case FileLayout.BLOCK_TOKENS -> takeTokens(block);
      default -> throw new CorruptFileException("unknown kind of block: kind=" + kind);
    }
  }

  private void takeCells(ByteBuffer block, CellKind kind) throws CorruptFileException {
    int first = block.getInt(FileLayout.BLOCK_FIRST_CELL_OFFSET);
    int cells = block.getInt(FileLayout.BLOCK_CELLS_OFFSET);
    if (cells <= 0
        || cells > FileLayout.MAX_CELLS
        || first < 0
        || first > FileLayout.MAX_CELLS
        || (long) cells << 3 > block.capacity() - FileLayout.BLOCK_HEADER_LENGTH) {
      throw new CorruptFileException(
          "cells outside their block: firstCell=" + first + " cells=" + cells);
    }
    SegmentView segment = segments.isEmpty() ? null : segments.get(segmentOf(first));
    if (segment == null || segment.firstCell() != first) {
      int next = segment == null ? 0 : segments.get(segments.size() - 1).firstCell();
      int known = segment == null ? 0 : segments.get(segments.size() - 1).cells();
      if (first != next + known) {
        throw new CorruptFileException("segment out of order: firstCell=" + first);
      }
      segment = new SegmentView(first, cells, kind);
      segments.add(segment);
    } else if (segment.cells() != cells || segment.kind() != kind || kind == CellKind.SINGLE) {
      throw new CorruptFileException("column of another segment: firstCell=" + first);
    }
    segment
        .columns()
        .add(
            block
                .slice(FileLayout.BLOCK_HEADER_LENGTH, cells << 3)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asLongBuffer());
  }

  private void takeTokens(ByteBuffer block) throws CorruptFileException {
    long length = Words.getLongAcquire(block, FileLayout.BLOCK_PUBLISHED_OFFSET);
    if (length < 0
        || length % FileLayout.TOKEN_LENGTH != 0
        || length > block.capacity() - FileLayout.BLOCK_HEADER_LENGTH) {
      throw new CorruptFileException("tokens outside their block: published=" + length);
    }
    for (int at = 0; at < length; at += FileLayout.TOKEN_LENGTH) {
      tokens.add(Token.get(block, FileLayout.BLOCK_HEADER_LENGTH + at));
    }
  }
}
