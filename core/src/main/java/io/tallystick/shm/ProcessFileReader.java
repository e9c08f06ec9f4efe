package io.tallystick.shm;

import java.io.Closeable;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a process file or the retired file, again and again, while its process writes it.
 *
 * <p>Threading: one reader is for one thread at a time. Order: the published length is read with
 * acquire order before the blocks that it covers, a block's published word before its records;
 * these pair with the release stores of {@link FileBlocks} and {@link SeriesLog}. The words of
 * cells are read by whoever holds a {@link SegmentView}.
 */
public final class ProcessFileReader implements Closeable {
  private static final String CUT = "file was cut while it was read";

  private final @Nullable FileChannel channel;
  private final @Nullable BlockWalk walk;
  private final @Nullable Blocks blocksOfThisProcess;
  private final ByteBuffer header;
  private final List<ByteBuffer> blocks = new ArrayList<>();
  private final List<ByteBuffer> descriptors = new ArrayList<>();
  private final List<SegmentView> segments = new ArrayList<>();
  private final List<FamilyDescriptor> families = new ArrayList<>();
  private final RecordReader records = new RecordReader();
  private final Set<Token> tokens = new HashSet<>();
  private int removals; // that were read
  private int blocksSeen;
  private int descriptorBlock;
  private int descriptorPosition;
  private final TakenCells taken = new TakenCells();
  private @Nullable CorruptFileException faultyBlock;

  private ProcessFileReader(
      @Nullable FileChannel channel,
      @Nullable BlockWalk walk,
      @Nullable Blocks blocksOfThisProcess,
      ByteBuffer header) {
    this.channel = channel;
    this.walk = walk;
    this.blocksOfThisProcess = blocksOfThisProcess;
    this.header = header;
  }

  /**
   * Opens a file that a living process may be writing.
   *
   * @throws CorruptFileException where the header says that it is no process file
   */
  public static ProcessFileReader open(Path file) throws IOException, CorruptFileException {
    return open(file, false);
  }

  /**
   * Opens a file that nobody writes any more; a small one is read and not mapped, unless another
   * process may go on with it.
   */
  public static ProcessFileReader openDead(Path file) throws IOException, CorruptFileException {
    return open(file, true);
  }

  private static ProcessFileReader open(Path file, boolean dead)
      throws IOException, CorruptFileException {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    try {
      long size = channel.size();
      if (size < FileLayout.HEADER_LENGTH) {
        throw new CorruptFileException("file is shorter than its header: length=" + size);
      }
      ByteBuffer header = dead ? copyOfHeader(channel) : null;
      boolean copy = header != null && FileHeader.resumableMs(header) == 0;
      if (header == null || !copy) {
        header = channel.map(FileChannel.MapMode.READ_ONLY, 0, FileLayout.HEADER_LENGTH);
      }
      header.order(ByteOrder.LITTLE_ENDIAN);
      check(file, header);
      return new ProcessFileReader(channel, new BlockWalk(channel, copy), null, header);
    } catch (IOException | CorruptFileException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static void check(Path file, ByteBuffer header) throws CorruptFileException {
    try {
      FileHeader.check(header);
      checkName(file, header);
      PageFaults.throwPending();
    } catch (InternalError e) {
      throw new CorruptFileException(CUT);
    }
  }

  private static ByteBuffer copyOfHeader(FileChannel channel) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(FileLayout.HEADER_LENGTH);
    while (header.hasRemaining() && channel.read(header, header.position()) >= 0) {
      // until it is full: a channel may give less than was asked for
    }
    return header.clear().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Refuses a copy of another process' file, which would count that process twice. */
  private static void checkName(Path file, ByteBuffer header) throws CorruptFileException {
    String name = String.valueOf(file.getFileName());
    Token token = Token.ofFileName(name, Directory.FILE_ENDING);
    boolean isRetired = header.getInt(FileLayout.KIND_OFFSET) == FileLayout.KIND_RETIRED;
    boolean fits =
        token == null
            ? isRetired || !name.equals(Directory.RETIRED)
            : !isRetired && token.equals(Token.get(header, FileLayout.TOKEN_OFFSET));
    if (!fits) {
      throw new CorruptFileException("file has another file's name");
    }
  }

  /** Reads what this process itself wrote, whether or not it has a name in the directory. */
  static ProcessFileReader of(Blocks blocks, ByteBuffer header) {
    return new ProcessFileReader(null, null, blocks, header);
  }

  public Token token() {
    return Token.get(header, FileLayout.TOKEN_OFFSET);
  }

  public boolean isRetired() {
    return header.getInt(FileLayout.KIND_OFFSET) == FileLayout.KIND_RETIRED;
  }

  /** The text that tells this process apart in the label {@code pid}. */
  public String instance() {
    return FileHeader.instance(header);
  }

  public long createdMs() {
    return header.getLong(FileLayout.CREATED_MS_OFFSET);
  }

  /** When the process last said that it lives. */
  public long aliveMs() {
    return header.getLong(FileLayout.ALIVE_MS_OFFSET);
  }

  /**
   * How long after its process' end the file is left to the next one of its role; 0 where no other
   * process goes on with it.
   */
  long resumableMs() {
    return FileHeader.resumableMs(header);
  }

  /** Whether a dead process' file is left for the next one of its role, and not folded yet. */
  public boolean isAwaitingItsNext(long nowMs) {
    return Math.abs(nowMs - aliveMs()) < resumableMs();
  }

  /** The retired file's generation: each fold has one more. */
  public long generation() {
    return header.getLong(FileLayout.GENERATION_OFFSET);
  }

  /** How many dead processes the retired file's values come from. */
  public long retiredProcesses() {
    return header.getLong(FileLayout.RETIRED_PROCESSES_OFFSET);
  }

  /** Whether there can be series that expire; of a dead process' file that is for good. */
  public boolean hasLives() {
    return isRetired() || header.getLong(FileLayout.REUSES_OFFSET) != 0;
  }

  /**
   * Whether cells were given to other series before the last {@link #poll} could see that theirs
   * had been removed, so that what was read of them may be another series'.
   */
  public boolean isOutdated() {
    VarHandle.acquireFence();
    return isAhead(header.getLong(FileLayout.REUSES_OFFSET));
  }

  /** Whether cells are reused of series whose removal was not read; in the heap none are. */
  private boolean isAhead(long reuses) {
    return !(blocksOfThisProcess instanceof HeapBlocks) && !isRetired() && reuses - 1 > removals;
  }

  public long unsharedSeries() {
    return header.getLong(FileLayout.UNSHARED_SERIES_OFFSET);
  }

  public long overflows() {
    return header.getLong(FileLayout.OVERFLOWS_OFFSET);
  }

  public long callbackFailures() {
    return header.getLong(FileLayout.CALLBACK_FAILURES_OFFSET);
  }

  public long unmirroredSeries() {
    return header.getLong(FileLayout.UNMIRRORED_SERIES_OFFSET);
  }

  /** Bytes of the file as far as they are published. */
  public long lengthBytes() {
    return header.getLong(FileLayout.PUBLISHED_LENGTH_OFFSET);
  }

  /** The processes whose values are in the retired file although their files may be there still. */
  public Set<Token> tokens() {
    return tokens;
  }

  public List<SegmentView> segments() {
    return segments;
  }

  public FamilyDescriptor family(int family) {
    return families.get(family);
  }

  /** Index into {@link #segments()} of the one that holds a cell. */
  public int segmentOf(int cell) {
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

  /** Whether the file is shorter than what was mapped of it. */
  public boolean isCut() throws IOException {
    return channel != null
        && walk != null
        && !walk.isCopied()
        && channel.size() < walk.mappedLength();
  }

  /** Whether the file is shorter than what its process has published. */
  public boolean isShort() throws IOException {
    return channel != null && channel.size() < lengthBytes();
  }

  /**
   * Visits the records that were published since the last call and takes in new segments and
   * columns.
   *
   * @throws CorruptFileException at the first fault; what was visited before it stands
   */
  public void poll(RecordVisitor visitor) throws IOException, CorruptFileException {
    try {
      long reuses = Words.getLongAcquire(header, FileLayout.REUSES_OFFSET);
      takeRecords(visitor);
      if (isAhead(reuses)) {
        throw new CorruptFileException("cells of series that are there are reused: " + reuses);
      }
    } catch (InternalError e) {
      throw new CorruptFileException(CUT);
    }
  }

  private void takeRecords(RecordVisitor visitor) throws IOException, CorruptFileException {
    try {
      takeAll(visitor);
    } finally {
      PageFaults.throwPending(); // also instead of a fault in what a page that has gone had
    }
  }

  private void takeAll(RecordVisitor visitor) throws IOException, CorruptFileException {
    CorruptFileException fault = takeBlocks();
    if (channel != null && walk != null && walk.isCopied()) {
      channel.close(); // all that there will be is in the heap
    }
    visitBlocks(visitor);
    if (fault != null) {
      throw fault;
    }
  }

  private void visitBlocks(RecordVisitor visitor) throws IOException, CorruptFileException {
    while (descriptorBlock < descriptors.size()) {
      // whether there was a next block must be known before this one's end is read
      boolean isFinal = descriptorBlock + 1 < descriptors.size();
      visitBlock(descriptors.get(descriptorBlock), visitor);
      if (!isFinal) {
        return;
      }
      descriptorBlock++;
      descriptorPosition = 0;
    }
  }

  private void visitBlock(ByteBuffer block, RecordVisitor visitor)
      throws IOException, CorruptFileException {
    long published = Words.getLongAcquire(block, FileLayout.BLOCK_PUBLISHED_OFFSET);
    if (published < descriptorPosition
        || published > block.capacity() - FileLayout.BLOCK_HEADER_LENGTH) {
      throw new CorruptFileException("records outside their block: published=" + published);
    }
    int limit = FileLayout.BLOCK_HEADER_LENGTH + (int) published;
    while (descriptorPosition < published) {
      int kind = records.start(block, FileLayout.BLOCK_HEADER_LENGTH + descriptorPosition, limit);
      visitRecord(kind, visitor);
      descriptorPosition = records.end() - FileLayout.BLOCK_HEADER_LENGTH;
    }
  }

  private void visitRecord(int kind, RecordVisitor visitor)
      throws IOException, CorruptFileException {
    switch (kind) {
      case Records.FAMILY -> {
        FamilyDescriptor family = records.family();
        families.add(family);
        visitor.family(families.size() - 1, family);
      }
      case Records.SERIES -> {
        int family = knownFamily(records.readInt());
        int cell = records.readInt();
        FamilyDescriptor descriptor = families.get(family);
        SeriesRecord series = records.series(family, cell, descriptor.labelNames().size());
        take(series, CellLayout.cellsOf(descriptor), CellKind.of(descriptor));
        visitor.series(series);
      }
      case Records.REMOVED -> {
        int family = knownFamily(records.readInt());
        int cell = records.readInt();
        taken.remove(cell);
        removals++;
        visitor.removed(family, cell);
      }
      case Records.EXEMPLARS -> {
        int family = knownFamily(records.readInt());
        int cell = records.readInt();
        int first = records.readInt();
        int slots = records.readInt();
        if (slots <= 0 || slots > FileLayout.MAX_CELLS / ExemplarSlots.SLOT_CELLS) {
          throw new CorruptFileException("exemplars outside every segment: slots=" + slots);
        }
        requireKnown(first, slots * ExemplarSlots.SLOT_CELLS, CellKind.SINGLE);
        taken.takeSlots(cell, first, slots * ExemplarSlots.SLOT_CELLS);
        visitor.exemplars(family, cell, first, slots);
      }
      default -> throw new CorruptFileException("unknown kind of record: kind=" + kind);
    }
  }

  private int knownFamily(int family) throws CorruptFileException {
    if (family < 0 || family >= families.size()) {
      throw new CorruptFileException("series of an unknown family: family=" + family);
    }
    return family;
  }

  private void take(SeriesRecord series, int count, CellKind kind)
      throws IOException, CorruptFileException {
    requireKnown(series.cell(), count, kind);
    if (series.hasLife()) {
      requireKnown(series.lifeCell(), LifeLayout.CELLS, CellKind.SINGLE);
      taken.takeExpiring(series.cell(), count, kind, series.lifeCell());
    } else {
      taken.take(series.cell(), count, kind);
    }
  }

  private void requireKnown(int cell, int count, CellKind kind)
      throws IOException, CorruptFileException {
    if (!isKnown(cell, count, kind)) {
      takeBlocks(); // the segment was published before the record, but maybe after our last look
      if (!isKnown(cell, count, kind)) {
        throw new CorruptFileException("cells outside every segment: cell=" + cell);
      }
    }
  }

  private boolean isKnown(int cell, int count, CellKind kind) {
    return !segments.isEmpty() && segments.get(segmentOf(cell)).holds(cell, count, kind);
  }

  /** Takes in new blocks and returns the fault behind them, or null. */
  private @Nullable CorruptFileException takeBlocks() throws IOException {
    CorruptFileException fault = null;
    if (walk != null) {
      long published = Words.getLongAcquire(header, FileLayout.PUBLISHED_LENGTH_OFFSET);
      fault = walk.addUpTo(published, blocks);
    } else if (blocksOfThisProcess != null) {
      blocksOfThisProcess.addSince(blocksSeen, blocks);
    }
    while (blocksSeen < blocks.size() && faultyBlock == null) {
      try {
        takeBlock(blocks.get(blocksSeen++));
      } catch (CorruptFileException e) {
        faultyBlock = e;
      }
    }
    return faultyBlock != null ? faultyBlock : fault;
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

  /** Closes the file. Buffers that were handed out stay readable until they are collected. */
  @Override
  public void close() throws IOException {
    if (channel != null) {
      channel.close();
    }
  }
}
