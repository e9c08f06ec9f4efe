package io.tallystick.server;

import io.tallystick.python.PythonFileWriter;
import io.tallystick.python.PythonLayout;
import io.tallystick.shm.Directory;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The directory that {@code tallystick dump} writes client_python's files to. */
final class PythonTarget {
  private PythonTarget() {}

  /**
   * A writer to a directory, which is created where there is none.
   *
   * @throws UsageException where what is there must not get these files
   */
  static PythonFileWriter open(Path target, Path source, PythonLayout layout) throws IOException {
    if (!Files.exists(target)) {
      Directory.create(target);
    } else if (!Files.isDirectory(target)) {
      throw new UsageException("not a directory: directory=" + target + "; give --to another");
    }
    if (Files.isSameFile(target, source) || hasProcessFiles(target)) {
      throw new UsageException(
          "JVMs count in this directory, the files would count again: directory="
              + target
              + "; give --to another");
    }
    try {
      String pid = String.valueOf(ProcessHandle.current().pid());
      return PythonFileWriter.create(target, pid, layout);
    } catch (FileAlreadyExistsException e) {
      throw new UsageException(
          "directory has .db files already: directory=" + target + "; give --to another");
    }
  }

  private static boolean hasProcessFiles(Path target) throws IOException {
    try (var files = Files.newDirectoryStream(target, "*.tally")) {
      return files.iterator().hasNext();
    }
  }
}
