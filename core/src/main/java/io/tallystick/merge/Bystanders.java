package io.tallystick.merge;

import io.tallystick.python.PythonFile;
import io.tallystick.python.PythonFileName;
import io.tallystick.shm.CorruptFileException;
import io.tallystick.shm.Directory;
import io.tallystick.shm.ProcessFileReader;
import io.tallystick.shm.Token;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Predicate;

/**
 * The files that a fold does not take in: whether a series has expired depends on them, too.
 *
 * <p>What a scrape leaves out of a file, because it is faulty, counts for nothing here either.
 */
final class Bystanders {
  private final Directory directory;
  private final Merge merge;

  Bystanders(Directory directory, Merge merge) {
    this.directory = directory;
    this.merge = merge;
  }

  /**
   * Takes in when the series of the merge live there.
   *
   * @throws IOException where that cannot be found out
   */
  void lookAt(Predicate<Token> isBystander) throws IOException {
    for (Token token : directory.tokens()) {
      if (isBystander.test(token)) {
        lookAt(directory.file(token), directory.isAlive(token));
      }
    }
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(directory.path(), "*" + PythonFileName.ENDING)) {
      for (Path file : files) {
        lookAtPython(file);
      }
    }
  }

  private void lookAt(Path file, boolean live) throws IOException {
    try (ProcessFileReader reader = live ? directory.openLive(file) : directory.openDead(file)) {
      merge.lookAt(new Source(reader, live));
    } catch (NoSuchFileException | CorruptFileException | InternalError e) {
      return; // gone, or nothing that a scrape reads
    }
  }

  private void lookAtPython(Path file) throws IOException {
    try {
      directory.requireTrusted(file);
      merge.lookAt(new PythonSource(PythonFile.open(file)));
    } catch (NoSuchFileException | CorruptFileException | InternalError e) {
      return; // as above
    }
  }
}
