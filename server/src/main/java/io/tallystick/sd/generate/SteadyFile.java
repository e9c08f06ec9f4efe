package io.tallystick.sd.generate;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * A generator's file that is used only while nobody writes to it.
 *
 * <p>Half a YAML file is often a YAML file. So a file that was written a moment ago is left alone
 * until it has not changed for a while, and what it gave is dropped if it changed meanwhile. A
 * writer that pauses for longer in the middle is not noticed; one that writes aside and renames is
 * never seen half done.
 */
final class SteadyFile {
  /** For how long a file must not have changed. */
  static final Duration SETTLE = Duration.ofMillis(500);

  private static final int ATTEMPTS = 5;

  private final String generator;
  private final Path file;
  private final InstantSource clock;
  private final Pause pause;

  /** How to wait. */
  interface Pause {
    void await(long millis) throws InterruptedException;
  }

  /** What is done with the file. */
  interface Use {
    JsonNode value() throws GenerationException, InterruptedException;
  }

  SteadyFile(String generator, Path file, InstantSource clock, Pause pause) {
    this.generator = generator;
    this.file = file;
    this.clock = clock;
    this.pause = pause;
  }

  /** What a use of the file gave, or how it failed, while the file did not change. */
  JsonNode use(Use use, Deadline deadline) throws GenerationException, InterruptedException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Stamp before = settled(deadline);
      try {
        JsonNode value = use.value();
        if (stamp().equals(before)) {
          return value;
        }
      } catch (GenerationException e) {
        if (deadline.isPast() || stamp().equals(before)) {
          throw e;
        }
      }
    }
    throw new GenerationException(
        "FileChanged",
        generator,
        "file changes whenever it is used: generator=" + generator + "; write aside and rename",
        "");
  }

  private Stamp settled(Deadline deadline) throws GenerationException, InterruptedException {
    Stamp stamp = stamp();
    boolean isSettled = isOld(stamp);
    while (!isSettled && !deadline.isPast()) {
      pause.await(deadline.capMs(SETTLE.toMillis()));
      Stamp next = stamp();
      isSettled = next.equals(stamp);
      stamp = next;
    }
    if (deadline.isPast()) {
      throw deadline.passed(generator, "");
    }
    return stamp;
  }

  /** False also where the file's clock is ahead of ours. */
  private boolean isOld(Stamp stamp) {
    return stamp.modified().toInstant().plus(SETTLE).isBefore(clock.instant());
  }

  private Stamp stamp() throws GenerationException {
    try {
      BasicFileAttributes attributes =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (!attributes.isRegularFile()) { // a link would lead anywhere, a pipe be waited for
        throw new GenerationException(
            "FileChanged", generator, "is no longer a file: generator=" + generator, "");
      }
      return new Stamp(attributes.size(), attributes.lastModifiedTime(), attributes.fileKey());
    } catch (IOException e) {
      throw StaticFile.unreadable(generator, e);
    }
  }

  private record Stamp(long size, FileTime modified, @Nullable Object file) {}
}
