package io.tallystick.shm;

import java.io.IOException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The index that a directory has at present, and what puts another one in its place.
 *
 * <p>Whoever replaces it holds the lock of {@code series.lock}: it writes the new table aside, says
 * in the old one that it is replaced, and renames the new one over it. Killed before it says so,
 * nothing has happened. Killed after it, the old table is still there under its name and takes
 * nothing more; whoever finds that gets the lock and copies it again.
 *
 * <p>Threading: any. Each table that is returned is mapped anew.
 */
final class DirectoryIndex {
  private static final long BETWEEN_LOOKS_NS = 1_000_000;

  private final Directory directory;
  private final CoarseClock clock;

  DirectoryIndex(Directory directory, CoarseClock clock) {
    this.directory = directory;
    this.clock = clock;
  }

  /**
   * The table that is there, or one that is counted anew where there is none that can be used.
   *
   * @param looks how often to look again where another process is at it
   * @return null where that takes longer
   */
  @Nullable IndexTable present(int looks) throws IOException {
    IndexTable found = IndexFile.tryOpen(directory);
    for (int i = 0; i < looks && found == null; i++) {
      found = recount(null);
      if (found == null) {
        LockSupport.parkNanos(BETWEEN_LOOKS_NS);
        found = IndexFile.tryOpen(directory);
      }
    }
    return found != null && found.isReplaced() ? successor(found, looks) : found;
  }

  /**
   * What has taken the place of a table that says that it is replaced.
   *
   * @param looks how often to look, a millisecond apart, where another process is at it
   * @return null where that takes longer
   */
  @Nullable IndexTable successor(IndexTable old, int looks) throws IOException {
    for (int i = 0; i < looks; i++) {
      IndexTable other = other(old);
      if (other != null) {
        return other;
      }
      try (FileLockHandle held = directory.tryLockForIndex()) {
        if (held != null) {
          other = other(old);
          return other != null ? other : copy(old); // whoever was at it was killed
        }
      }
      LockSupport.parkNanos(BETWEEN_LOOKS_NS);
    }
    return null;
  }

  /**
   * A larger one in the place of a table.
   *
   * @return null where another process is at it, or where the table is not as full as it says
   */
  @Nullable IndexTable grown(IndexTable old) throws IOException {
    try (FileLockHandle held = directory.tryLockForIndex()) {
      if (held == null) {
        return null;
      }
      IndexTable other = other(old);
      return other != null ? other : old.isHalfFull() ? copy(old) : null;
    }
  }

  /**
   * One that has what the files of the directory have now, in the place of a table. What is
   * admitted while they are read may be missing in it. Both locks are had before the files are
   * read, so that whoever waits for another process reads none of them.
   *
   * @return null where another process folds, or replaces it
   */
  @Nullable IndexTable recount(@Nullable IndexTable old) throws IOException {
    try (RetireLock folding = RetireLock.tryTake(directory)) {
      if (folding == null) {
        return null; // a series may be between two files
      }
      try (FileLockHandle held = directory.tryLockForIndex()) {
        if (held == null) {
          return null;
        }
        IndexTable other = other(old);
        return other != null ? other : counted(old);
      }
    }
  }

  private IndexTable counted(@Nullable IndexTable old) throws IOException {
    SeriesCensus census = SeriesCensus.of(directory);
    IndexTable fresh = create(census.families(), census.series(), null);
    census.fill(fresh);
    if (old != null) {
      old.setReplaced();
    }
    IndexFile.publish(directory);
    return fresh;
  }

  private IndexTable copy(IndexTable old) throws IOException {
    IndexTable fresh = create(old.usedFamilies(), old.usedSeries(), old);
    old.seal();
    old.copyTo(fresh);
    IndexFile.publish(directory);
    return fresh;
  }

  private IndexTable create(long families, long series, @Nullable IndexTable copied)
      throws IOException {
    return IndexFile.create(
        directory,
        IndexLayout.slots(families, IndexLayout.LEAST_FAMILY_SLOTS, IndexLayout.MOST_FAMILY_SLOTS),
        IndexLayout.slots(series, IndexLayout.LEAST_SERIES_SLOTS, IndexLayout.MOST_SERIES_SLOTS),
        copied,
        clock.nowMs());
  }

  /** The table that is there, where it is another one than this. */
  private @Nullable IndexTable other(@Nullable IndexTable known) throws IOException {
    IndexTable found = IndexFile.tryOpen(directory);
    return found == null || (known != null && found.id() == known.id()) ? null : found;
  }
}
