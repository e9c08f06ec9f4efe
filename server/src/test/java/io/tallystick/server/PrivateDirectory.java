package io.tallystick.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/** A directory with mode 0700, on shared memory where there is some. */
public final class PrivateDirectory implements TempDirFactory {
  private static final Path SHARED_MEMORY = Path.of("/dev/shm");
  private static final String PREFIX = "tallystick-test-";

  @Override
  public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context)
      throws IOException {
    return Files.isDirectory(SHARED_MEMORY)
        ? Files.createTempDirectory(SHARED_MEMORY, PREFIX)
        : Files.createTempDirectory(PREFIX);
  }
}
