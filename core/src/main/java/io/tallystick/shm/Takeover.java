package io.tallystick.shm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Takes over the file that a dead process of the same role left.
 *
 * <p>It holds the retire lock, so that nobody folds the file or takes it meanwhile. The process
 * counts as dead until all is done; the last step is the lock that says that it lives. Whatever was
 * written before that a reader takes as it takes a dead process' file: series that only a living
 * process shows are removed, which of a dead one nobody shows. So killed at any point, there is a
 * dead file with the same totals.
 *
 * <p>A file that is odd in any way is left for retirement.
 */
final class Takeover {
  private static final int TRIES = 400;
  private static final long BETWEEN_TRIES_NS = 5_000_000;

  private final Directory directory;
  private final ProcessFile.Settings settings;
  private final Predicate<ProcessFileReader> isWhole;

  /**
   * @param settings the instance name is the role
   * @param isWhole whether a file has no fault; it is read by whoever knows what can be in it
   */
  Takeover(
      Directory directory, ProcessFile.Settings settings, Predicate<ProcessFileReader> isWhole) {
    this.directory = directory;
    this.settings = settings;
    this.isWhole = isWhole;
  }

  /** Takes the newest file there is to be had; null where there is none. */
  @Nullable Taken tryTake() throws IOException {
    if (candidates().isEmpty()) {
      return null;
    }
    RetireLock lock = awaitRetireLock();
    if (lock == null) {
      return null; // a fold that takes so long has it by now
    }
    Taken taken = null;
    try (lock) {
      taken = takeNewest();
      return taken;
    } catch (IOException e) {
      if (taken != null) {
        taken.opened().close();
      }
      throw e;
    }
  }

  private @Nullable Taken takeNewest() throws IOException {
    Set<Token> folded = folded();
    if (folded == null) {
      return null;
    }
    for (Token token : candidates()) {
      Taken taken = folded.contains(token) ? null : take(token);
      if (taken != null) {
        return taken;
      }
    }
    return null;
  }

  private @Nullable RetireLock awaitRetireLock() throws IOException {
    for (int i = 0; i < TRIES; i++) {
      RetireLock lock = RetireLock.tryTake(directory);
      if (lock != null) {
        return lock;
      }
      LockSupport.parkNanos(BETWEEN_TRIES_NS);
    }
    return null;
  }

  /** Dead files of the role, the newest first. */
  private List<Token> candidates() throws IOException {
    List<Candidate> candidates = new ArrayList<>();
    for (Token token : directory.tokens()) {
      Candidate candidate = candidate(token);
      if (candidate != null) {
        candidates.add(candidate);
      }
    }
    candidates.sort(Comparator.comparingLong(Candidate::createdMs).reversed());
    return candidates.stream().map(Candidate::token).toList();
  }

  private @Nullable Candidate candidate(Token token) throws ClosedByInterruptException {
    Path file = directory.file(token);
    try {
      try (ProcessFileReader reader = directory.openDead(file)) {
        boolean isOfRole =
            !reader.isRetired()
                && reader.resumableMs() > 0
                && reader.instance().equals(settings.instanceName());
        return isOfRole && !directory.isAlive(token)
            ? new Candidate(token, reader.createdMs())
            : null;
      }
    } catch (ClosedByInterruptException e) {
      throw e; // says nothing of the file
    } catch (IOException | CorruptFileException e) {
      return null; // folded by now, or left for a fold to judge
    }
  }

  /** The processes that the retired file contains; null where that cannot be found out. */
  private @Nullable Set<Token> folded() throws ClosedByInterruptException {
    Path file = directory.retiredFile();
    if (Files.notExists(file, LinkOption.NOFOLLOW_LINKS)) {
      return Set.of();
    }
    try {
      try (ProcessFileReader reader = directory.openDead(file)) {
        return isWhole.test(reader) ? reader.tokens() : null;
      }
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (IOException | CorruptFileException | InternalError e) {
      return null;
    }
  }

  private @Nullable Taken take(Token token) throws ClosedByInterruptException {
    FileBlocks blocks = null;
    Taken taken = null;
    try {
      blocks = FileBlocks.reopen(directory.file(token), settings.maxBytes());
      taken = take(token, blocks);
    } catch (ClosedByInterruptException e) {
      throw e; // says nothing of the file
    } catch (IOException | CorruptFileException | InternalError e) {
      Log.logger()
          .log(
              System.Logger.Level.WARNING,
              "file of a dead process cannot be taken over and is left to be folded: file="
                  + directory.file(token),
              e);
    } finally {
      if (taken == null && blocks != null) {
        closeQuietly(blocks);
      }
    }
    return taken;
  }

  private Taken take(Token token, FileBlocks blocks) throws IOException, CorruptFileException {
    ByteBuffer header = blocks.header();
    FileHeader.requireOwn(header, token);
    if (!isWhole.test(ProcessFileReader.of(blocks, header))) {
      throw new CorruptFileException("file has a fault");
    }
    ResumedSeries series = new ResumedSeries();
    ProcessFileReader.of(blocks, header).poll(series);
    SeriesLog log = SeriesLog.resume(blocks, settings.segmentCells(), series);
    for (int cell : series.ofTheLiving()) {
      int family = series.familyAt(cell);
      log.removeSeries(family, cell);
      series.removed(family, cell);
    }
    FileHeader.resume(header, settings.clock().millis(), ProcessHandle.current().pid());
    return new Taken(new OpenedFile(blocks, awaitAliveLock(token)), log, series);
  }

  /** Whoever looks whether the process lives has its lock for a moment. */
  private FileLockHandle awaitAliveLock(Token token) throws IOException {
    for (int i = 0; i < TRIES; i++) {
      FileLockHandle alive = directory.tryLock(token);
      if (alive != null) {
        return alive;
      }
      LockSupport.parkNanos(BETWEEN_TRIES_NS);
    }
    throw new IOException("lock of a dead process is held: file=" + directory.lockFile(token));
  }

  private static void closeQuietly(FileBlocks blocks) {
    try {
      blocks.close();
    } catch (IOException e) {
      Log.logger().log(System.Logger.Level.DEBUG, "file that was not taken over", e);
    }
  }

  private record Candidate(Token token, long createdMs) {}

  /**
   * A file that is this process' now.
   *
   * @param log what to go on writing
   * @param series the series that are in it
   */
  record Taken(OpenedFile opened, SeriesLog log, ResumedSeries series) {}
}
