package io.tallystick.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A file system in memory that a test fills up or makes read-only; mounted where that is allowed.
 */
public final class SmallFileSystem implements AutoCloseable {
  private static final String FILLER = "filler";

  private final TempDirectory mountPoint;

  private SmallFileSystem(TempDirectory mountPoint) {
    this.mountPoint = mountPoint;
  }

  /** Mounts one, or has the test skipped where that must not be. */
  public static SmallFileSystem mountOrSkip(int sizeBytes)
      throws IOException, InterruptedException {
    TempDirectory mountPoint = TempDirectory.create();
    String options = "mode=0700,size=" + sizeBytes;
    int exit = run("mount", "-t", "tmpfs", "-o", options, "tmpfs", mountPoint.path().toString());
    if (exit != 0) {
      mountPoint.close();
    }
    assumeTrue(exit == 0, "no right to mount a file system: exit=" + exit);
    return new SmallFileSystem(mountPoint);
  }

  /** Its root, which only its owner may use. */
  public Path path() {
    return mountPoint.path();
  }

  /** Writes until there is no room for another byte. */
  public void fill() throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            path().resolve(FILLER), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      ByteBuffer bytes = ByteBuffer.allocate(4096);
      while (true) {
        channel.write(bytes.clear());
      }
    } catch (IOException e) {
      if (!String.valueOf(e.getMessage()).contains("No space left")) {
        throw e;
      }
    }
  }

  /** Takes back what {@link #fill} wrote. */
  public void makeRoom() throws IOException {
    Files.delete(path().resolve(FILLER));
  }

  public void makeReadOnly() throws IOException, InterruptedException {
    int exit = run("mount", "-o", "remount,ro", path().toString());
    if (exit != 0) {
      throw new IOException("not read-only: exit=" + exit);
    }
  }

  private static int run(String... command) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(List.of(command))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
      return process.waitFor();
    } catch (IOException e) {
      return -1; // there is no such command
    }
  }

  /** Takes it off, with all that is in it, once nobody has a file of it any more. */
  @Override
  public void close() throws IOException {
    try {
      run("umount", "--lazy", path().toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    mountPoint.close();
  }
}
