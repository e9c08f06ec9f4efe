package io.tallystick.shm;

import java.io.Closeable;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a process file or the retired file, again and again, while its process writes it.
 *
 * <p>Threading: one reader is for one thread at a time. Order: a block's published word is read
 * with acquire order before its records, which pairs with the release store of {@link SeriesLog}.
 * The words of cells are read by whoever holds a {@link SegmentView}.
 */
public final class ProcessFileReader implements Closeable {
  private final @Nullable FileChannel channel;
  private final ByteBuffer header;
  private final ReadBlocks blocks;
  private final List<FamilyDescriptor> families = new ArrayList<>();
  private final RecordReader records = new RecordReader();
  private int removals; // that were read
  private int descriptorBlock;
  private int descriptorPosition;
  private final TakenCells taken = new TakenCells();

  private ProcessFileReader(@Nullable FileChannel channel, ByteBuffer header, ReadBlocks blocks) {
    this.channel = channel;
    this.header = header;
    this.blocks = blocks;
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
    FileToRead opened = FileToRead.open(file, dead);
    BlockWalk walk = new BlockWalk(opened.channel(), opened.isCopy());
    ReadBlocks blocks = ReadBlocks.ofFile(walk, opened.header());
    return new ProcessFileReader(opened.channel(), opened.header(), blocks);
  }

  /** Reads what this process itself wrote, whether or not it has a name in the directory. */
  static ProcessFileReader of(Blocks blocks, ByteBuffer header) {
    return new ProcessFileReader(null, header, ReadBlocks.ofThisProcess(blocks, header));
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
    return !blocks.areInHeap() && !isRetired() && reuses - 1 > removals;
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
    return blocks.tokens();
  }

  public List<SegmentView> segments() {
    return blocks.segments();
  }

  public FamilyDescriptor family(int family) {
    return families.get(family);
  }

  /** Index into {@link #segments()} of the one that holds a cell. */
  public int segmentOf(int cell) {
    return blocks.segmentOf(cell);
  }

  /** Whether the file is shorter than what was mapped of it. */
  public boolean isCut() throws IOException {
    return channel != null && !blocks.areCopied() && channel.size() < blocks.mappedLength();
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
      throw new CorruptFileException(FileToRead.CUT);
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
    CorruptFileException fault = blocks.take();
    if (channel != null && blocks.areCopied()) {
      channel.close(); // all that there will be is in the heap
    }
    visitBlocks(visitor);
    if (fault != null) {
      throw fault;
    }
  }

  private void visitBlocks(RecordVisitor visitor) throws IOException, CorruptFileException {
    List<ByteBuffer> descriptors = blocks.descriptors();
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
    if (!blocks.hold(cell, count, kind)) {
      blocks.take(); // the segment was published before the record, but maybe after our last look
      if (!blocks.hold(cell, count, kind)) {
        throw new CorruptFileException("cells outside every segment: cell=" + cell);
      }
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
