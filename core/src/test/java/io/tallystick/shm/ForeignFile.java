package io.tallystick.shm;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The process file of a dead process that none of our builders wrote, so that nothing was refused.
 */
public final class ForeignFile {
  private ForeignFile() {}

  /**
   * Writes a family with one series, of which a cell has a value.
   *
   * @return the file, which no process locks
   */
  public static Path write(
      Path directory, FamilyDescriptor family, List<String> labelValues, int cell, long word)
      throws IOException {
    Token token = Token.random();
    Path file = Directory.open(directory).file(token);
    FileBlocks blocks = FileBlocks.create(file, Long.MAX_VALUE);
    try {
      FileHeader.write(blocks.header(), FileLayout.KIND_PROCESS, token, family.createdMs(), 1, "x");
      SeriesLog log = new SeriesLog(blocks, 64);
      int number = log.addFamily(Records.family(family));
      byte[] record = Records.series(family.createdMs(), labelValues, null, false);
      SeriesLog.Location location =
          log.addSeries(
              number, record, CellLayout.cellsOf(family), CellKind.of(family), new Thread[0]);
      location.segment().all()[0].putRelease(location.cell() + cell, word);
    } finally {
      blocks.close();
    }
    return file;
  }
}
