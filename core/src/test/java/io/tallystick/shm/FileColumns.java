package io.tallystick.shm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/** The columns of a process file, as the file has them. */
public final class FileColumns {
  private FileColumns() {}

  /** The cells of each column that was made for one thread, in the order of their making. */
  public static List<LongBuffer> owned(ProcessFile file, Path directory)
      throws IOException, CorruptFileException {
    return of(file, directory, column -> column >= Ownership.FIRST_OWNED_COLUMN);
  }

  /** The cells of each column that all threads share, in the order of their making. */
  public static List<LongBuffer> shared(ProcessFile file, Path directory)
      throws IOException, CorruptFileException {
    return of(file, directory, column -> column < Ownership.FIRST_OWNED_COLUMN);
  }

  private static List<LongBuffer> of(ProcessFile file, Path directory, IntPredicate included)
      throws IOException, CorruptFileException {
    Path path = directory.resolve(file.token() + Directory.FILE_ENDING);
    List<LongBuffer> columns = new ArrayList<>();
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      ByteBuffer header =
          channel
              .map(FileChannel.MapMode.READ_ONLY, 0, FileLayout.HEADER_LENGTH)
              .order(ByteOrder.LITTLE_ENDIAN);
      List<ByteBuffer> blocks = new ArrayList<>();
      new BlockWalk(channel)
          .addUpTo(Words.getLongAcquire(header, FileLayout.PUBLISHED_LENGTH_OFFSET), blocks);
      for (ByteBuffer block : blocks) {
        if (block.getInt(FileLayout.BLOCK_KIND_OFFSET) == FileLayout.BLOCK_CELLS
            && included.test(block.getInt(FileLayout.BLOCK_COLUMN_OFFSET))) {
          columns.add(
              block
                  .position(FileLayout.BLOCK_HEADER_LENGTH)
                  .slice()
                  .order(ByteOrder.LITTLE_ENDIAN)
                  .asLongBuffer());
        }
      }
    }
    return columns;
  }
}
