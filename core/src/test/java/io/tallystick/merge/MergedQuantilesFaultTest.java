package io.tallystick.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.shm.QuantileShape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Quantiles that a fold takes in from a file that is cut meanwhile. */
class MergedQuantilesFaultTest {
  private static final int LENGTH = 1 << 20;
  private static final int CALLS_UNTIL_COMPILED = 100_000;

  private final MergedQuantiles quantiles = new MergedQuantiles();
  private final QuantileShape shape =
      QuantileShape.of(300_000, 5, new double[] {0.5}, new double[] {0.01});

  @TempDir private Path directory;

  @Test
  void shouldThrowBeforeItReturnsWhenTheFileIsCut() throws Exception {
    Path file = Files.createFile(directory.resolve("file"));
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.allocate(LENGTH));
      LongBuffer column =
          channel
              .map(FileChannel.MapMode.READ_ONLY, 0, LENGTH)
              .order(ByteOrder.LITTLE_ENDIAN)
              .asLongBuffer();
      for (int i = 0; i < CALLS_UNTIL_COMPILED; i++) {
        assertThat(isFaulty(column)).isFalse();
      }
      channel.truncate(0);
      for (int i = 0; i < 1_000; i++) {
        assertThat(isFaulty(column)).isTrue();
      }
    }
  }

  private boolean isFaulty(LongBuffer column) {
    try {
      quantiles.reset(0);
      quantiles.add(0, column, 0, shape, () -> false);
      quantiles.keep();
      return false;
    } catch (InternalError e) {
      return true;
    }
  }
}
