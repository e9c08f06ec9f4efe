package io.tallystick.shm;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes a new retired file beside the old one and puts it in its place in one step.
 *
 * <p>Until {@link #commit} the directory is as before; whatever dies before it leaves a file that
 * the next writer overwrites. Column 0 holds the values. Column 1 holds, for doubles, what rounding
 * took from column 0, so that folding never lowers a total.
 */
public final class RetiredFileWriter implements Closeable {
  private static final int REST_COLUMN = 1;

  private final Directory directory;
  private final Path unfinished;
  private final FileBlocks blocks;
  private final SeriesLog log;
  private int segments;

  private RetiredFileWriter(
      Directory directory, Path unfinished, FileBlocks blocks, SeriesLog log) {
    this.directory = directory;
    this.unfinished = unfinished;
    this.blocks = blocks;
    this.log = log;
  }

  /**
   * Starts a retired file.
   *
   * @param processes how many dead processes it holds in all
   * @param tokens those of them whose files may still be in the directory
   */
  public static RetiredFileWriter create(
      Directory directory,
      long generation,
      long processes,
      Collection<Token> tokens,
      int expectedCells,
      long nowMs)
      throws IOException {
    Path unfinished = directory.unfinished(directory.retiredFile());
    Files.deleteIfExists(unfinished);
    FileBlocks blocks = FileBlocks.create(unfinished, Long.MAX_VALUE);
    try {
      FileHeader.write(blocks.header(), FileLayout.KIND_RETIRED, Token.random(), nowMs, 0, "");
      blocks.header().putLong(FileLayout.GENERATION_OFFSET, generation);
      blocks.header().putLong(FileLayout.RETIRED_PROCESSES_OFFSET, processes);
      putTokens(blocks, tokens);
      int segmentCells = Math.max(64, Math.min(expectedCells, 1 << 16));
      return new RetiredFileWriter(
          directory, unfinished, blocks, new SeriesLog(blocks, segmentCells));
    } catch (IOException | RuntimeException e) {
      blocks.close();
      Files.deleteIfExists(unfinished);
      throw e;
    }
  }

  private static void putTokens(FileBlocks blocks, Collection<Token> tokens) throws IOException {
    int length = Math.multiplyExact(tokens.size(), FileLayout.TOKEN_LENGTH);
    ByteBuffer block = blocks.append(FileLayout.BLOCK_TOKENS, 0, 0, 0, length);
    int at = FileLayout.BLOCK_HEADER_LENGTH;
    for (Token token : tokens) {
      token.put(block, at);
      at += FileLayout.TOKEN_LENGTH;
    }
    Words.putLongRelease(block, FileLayout.BLOCK_PUBLISHED_OFFSET, length);
  }

  /** Adds a family, without its help where that is too long for the rest; returns its number. */
  public int addFamily(FamilyDescriptor family) throws IOException {
    byte[] record = Records.family(family);
    if (record == null) {
      record = Records.family(family.withoutHelp());
    }
    if (record == null) {
      throw new AssertionError("readers refuse such families: family=" + family.name());
    }
    return log.addFamily(record);
  }

  /**
   * Adds a series with zeros as its cells.
   *
   * @param lifetime null for one that does not expire
   */
  public Row addSeries(
      int family,
      FamilyDescriptor descriptor,
      List<String> labelValues,
      long createdMs,
      @Nullable String instance,
      @Nullable Lifetime lifetime)
      throws IOException {
    byte[] record = Records.series(createdMs, labelValues, instance, lifetime != null);
    if (record == null) {
      throw new AssertionError("readers refuse such series: family=" + descriptor.name());
    }
    if (lifetime != null) {
      Records.locateLife(record, log.addLife(lifetime).globalCell());
    }
    SeriesLog.Location location =
        log.addSeries(
            family, record, CellLayout.cellsOf(descriptor), CellKind.of(descriptor), new Thread[0]);
    for (; segments < log.segments().size(); segments++) {
      log.addColumn(log.segments().get(segments), REST_COLUMN);
    }
    return new Row(family, location);
  }

  /** Adds places for exemplars of a series. */
  public ExemplarSlots addExemplars(Row row, int slots) throws IOException {
    SeriesLog.Location location =
        log.addExemplars(row.family, row.segment.firstCell + row.cell, slots);
    for (; segments < log.segments().size(); segments++) {
      log.addColumn(log.segments().get(segments), REST_COLUMN);
    }
    return ExemplarSlots.of(location, slots);
  }

  /** Makes this the retired file. */
  public void commit() throws IOException {
    blocks.force();
    blocks.moveTo(directory.retiredFile());
  }

  /** Closes the file, which goes where it was not committed. */
  @Override
  public void close() throws IOException {
    blocks.close();
    Files.deleteIfExists(unfinished);
  }

  /** The cells of a retired series. */
  public static final class Row {
    private final int family;
    private final Segment segment;
    private final int cell;

    private Row(int family, SeriesLog.Location location) {
      this.family = family;
      this.segment = location.segment();
      this.cell = location.cell();
    }

    public void put(int index, long word) {
      segment.all()[0].putRelease(cell + index, word);
    }

    public void put(int index, double value) {
      put(index, Double.doubleToRawLongBits(value));
    }

    /** Puts a sum as a double and what is left when it is taken from the exact sum. */
    public void put(int index, double value, double rest) {
      put(index, value);
      if (rest != 0) {
        segment.all()[REST_COLUMN].putRelease(cell + index, Double.doubleToRawLongBits(rest));
      }
    }
  }
}
