package io.tallystick.jmh;

import io.tallystick.shm.CorruptFileException;
import io.tallystick.shm.Directory;
import io.tallystick.shm.FamilyDescriptor;
import io.tallystick.shm.ProcessFileReader;
import io.tallystick.shm.RecordVisitor;
import io.tallystick.shm.SegmentView;
import io.tallystick.shm.SeriesRecord;
import io.tallystick.shm.Token;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The columns of process files that threads own, counted in the files themselves.
 *
 * <p>A segment's first column is shared and always there, so it does not count. A column counts for
 * a series when a word of the series in it is not zero.
 */
final class OwnedColumns {
  private OwnedColumns() {}

  /**
   * Checks that every series of every process file has values in so many owned columns.
   *
   * @throws IllegalStateException where one has more or fewer, or where files are missing
   */
  static void require(int columns, int files, Path directory) throws IOException {
    Directory opened = Directory.open(directory);
    List<Token> tokens = opened.tokens();
    if (tokens.size() != files) {
      throw new IllegalStateException(
          "process files missing: expected=" + files + " found=" + tokens.size());
    }
    for (Token token : tokens) {
      try (ProcessFileReader reader = ProcessFileReader.open(opened.file(token))) {
        require(columns, token, reader);
      } catch (CorruptFileException e) {
        throw new IllegalStateException("process file is corrupt: token=" + token, e);
      }
    }
  }

  private static void require(int columns, Token token, ProcessFileReader reader)
      throws IOException, CorruptFileException {
    FirstCells series = new FirstCells();
    reader.poll(series);
    if (series.cells.isEmpty()) {
      throw new IllegalStateException("process file has no series: token=" + token);
    }
    for (int cell : series.cells) {
      long found = count(reader.segments().get(reader.segmentOf(cell)), cell);
      if (found != columns) {
        throw new IllegalStateException(
            "owned columns with values: expected="
                + columns
                + " found="
                + found
                + " cell="
                + cell
                + " token="
                + token);
      }
    }
  }

  private static long count(SegmentView segment, int cell) {
    return segment.columns().stream()
        .skip(1) // the shared one
        .filter(column -> column.get(cell - segment.firstCell()) != 0)
        .count();
  }

  /** The first cells of all series; a counter's is the word that whole amounts go to. */
  private static final class FirstCells implements RecordVisitor {
    private final List<Integer> cells = new ArrayList<>();

    @Override
    public void family(int family, FamilyDescriptor descriptor) {}

    @Override
    public void series(SeriesRecord series) {
      cells.add(series.cell());
    }

    @Override
    public void removed(int family, int cell) {
      throw new IllegalStateException("series was removed: cell=" + cell);
    }

    @Override
    public void exemplars(int family, int cell, int firstCell, int slots) {
      // none are there
    }
  }
}
