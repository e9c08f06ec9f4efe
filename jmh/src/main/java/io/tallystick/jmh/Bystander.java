package io.tallystick.jmh;

import io.tallystick.scrape.Scraper;
import io.tallystick.scrape.TextFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A JVM that makes it harder for others, until it is killed or its parent has gone: it scrapes a
 * directory in a loop, or writes to a disk and forces it.
 *
 * <p>Arguments: {@code scrape} and the directory, or {@code write} and a file. Prints a line when
 * it has begun.
 */
final class Bystander {
  private static final int CHUNK_BYTES = 4 << 20;
  private static final long FILE_BYTES = 256L << 20; // then it begins anew

  private Bystander() {}

  /** Goes on until it is killed. */
  public static void main(String[] args) throws IOException {
    ForkedJvm.endWithParent();
    Path path = Path.of(args[1]);
    if (args[0].equals("scrape")) {
      scrape(path);
    } else {
      write(path);
    }
  }

  private static void scrape(Path directory) throws IOException {
    try (Scraper scraper = Scraper.open(directory)) {
      for (boolean first = true; ; first = false) {
        scraper.write(TextFormat.PROMETHEUS, new CountingSink());
        begun(first);
      }
    }
  }

  private static void write(Path file) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      for (long offset = 0; ; offset = (offset + CHUNK_BYTES) % FILE_BYTES) {
        int unused = channel.write(chunk.clear(), offset);
        channel.force(false);
        begun(offset == 0);
      }
    }
  }

  private static void begun(boolean first) {
    if (first) {
      System.out.println("begun");
    }
  }
}
