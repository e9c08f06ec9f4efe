package io.tallystick.shm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageFaultsTest {
  private static final int LENGTH = 64 * 1024;
  private static final int CALLS_UNTIL_COMPILED = 100_000;

  @TempDir private Path directory;
  private FileChannel channel;
  private MappedByteBuffer mapped;

  @BeforeEach
  void map() throws Exception {
    channel =
        FileChannel.open(
            Files.createFile(directory.resolve("file")),
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    channel.write(ByteBuffer.allocate(LENGTH));
    mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, LENGTH);
  }

  @AfterEach
  void close() throws Exception {
    channel.close();
  }

  @Test
  void shouldThrowWithinTheBlockThatReadInCompiledCode() throws Exception {
    for (int i = 0; i < CALLS_UNTIL_COMPILED; i++) {
      assertThat(isFaulty()).isFalse();
    }
    channel.truncate(0);

    for (int i = 0; i < 1_000; i++) {
      assertThat(isFaulty()).isTrue();
    }
  }

  @Test
  void shouldThrowNothingWhereThereWasNoFault() {
    assertThatCode(PageFaults::throwPending).doesNotThrowAnyException();
  }

  private boolean isFaulty() {
    try {
      long read = mapped.getLong(LENGTH / 2);
      PageFaults.throwPending();
      return read != 0;
    } catch (InternalError e) {
      return true;
    }
  }
}
