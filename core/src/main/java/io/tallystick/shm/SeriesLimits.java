package io.tallystick.shm;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * How many distinct series a directory may have, of one metric and of all together, over all of its
 * processes, the dead ones included.
 *
 * <p>A series that a process makes is admitted by the directory's index: always where it is there,
 * and where it is new as long as there is room. Counts only grow: what was removed or has expired
 * counts until the index is counted anew, which a process that refuses a series does in its
 * background turn, for all, at most once a minute.
 *
 * <p>Threading: any; admission takes no lock, but for a moment where the index grows. Failure:
 * where there is no index, or none can be made, the limits hold for this process by itself. Nothing
 * is thrown.
 */
public final class SeriesLimits {
  /** The value of every label of a series that takes what is over a limit; it does not count. */
  public static final String OVERFLOW = "__overflow__";

  private static final int TRIES = 8;
  private static final int LOOKS = 1_000; // for an index that another process is about to replace
  private static final long RECOUNT_EVERY_MS = 60_000;
  private static final long RETRY_MS = 1_000;

  private final ProcessFile file;
  private final int maxPerMetric;
  private final int maxPerDirectory;
  private final @Nullable DirectoryIndex index;
  private final AtomicReference<@Nullable IndexTable> table = new AtomicReference<>();
  private final OnceLog log = new OnceLog();
  private volatile boolean isRecountAsked;
  private volatile long triedMs = Long.MIN_VALUE; // to count anew
  private volatile long waitMs = RETRY_MS;
  private volatile long grewMs = Long.MIN_VALUE; // or tried to

  private SeriesLimits(
      ProcessFile file, @Nullable DirectoryIndex index, int maxPerMetric, int maxPerDirectory) {
    this.file = file;
    this.index = index;
    this.maxPerMetric = maxPerMetric;
    this.maxPerDirectory = maxPerDirectory;
  }

  /** Opens the index of a directory, which is made where there is none, for a process of it. */
  public static SeriesLimits open(
      Directory directory, ProcessFile file, int maxPerMetric, int maxPerDirectory) {
    DirectoryIndex index =
        file.isInDirectory() ? new DirectoryIndex(directory, file.clock()) : null;
    SeriesLimits limits = new SeriesLimits(file, index, maxPerMetric, maxPerDirectory);
    if (index != null) {
      limits.attach(index, LOOKS);
    }
    return limits;
  }

  /** What is wrong with the index of a directory, which there need not be; null for nothing. */
  public static @Nullable String fault(Directory directory) throws IOException {
    return IndexFile.fault(directory);
  }

  public int maxPerMetric() {
    return maxPerMetric;
  }

  public int maxPerDirectory() {
    return maxPerDirectory;
  }

  /** The limits for a family's series. */
  public Admission of(ProcessFile.Family family) {
    return new Admission(family);
  }

  /** The agent's work: counts the directory anew where a series was refused. */
  public void turn() {
    DirectoryIndex present = index;
    if (!isRecountAsked || present == null) {
      return;
    }
    long nowMs = file.clock().coarseMs();
    if (isWithin(waitMs, triedMs, nowMs)) {
      return;
    }
    triedMs = nowMs;
    waitMs = RETRY_MS; // where another process folds, or replaces the index
    IndexTable old = table.get();
    if (old == null) {
      attach(present, 1);
      isRecountAsked = true; // what was made meanwhile may be missing
    } else if (!isWithin(RECOUNT_EVERY_MS, old.countedMs(), nowMs)) {
      put(old, tried(() -> present.recount(old)));
    }
  }

  /** Whether so little time has passed; not where a clock was set back by more. */
  private static boolean isWithin(long ms, long sinceMs, long nowMs) {
    return nowMs > sinceMs - ms && nowMs < sinceMs + ms;
  }

  private boolean admits(IndexClaim claim, int present) {
    for (int i = 0; i < TRIES; i++) {
      IndexTable asked = table.get();
      if (asked == null || index == null) {
        break;
      }
      IndexTable.Answer answer = answer(asked, claim);
      if (answer == IndexTable.Answer.MOVED) {
        follow(index, asked);
        continue;
      }
      if (claim.isTableCrowded) {
        grow(index, asked);
      }
      if (answer == IndexTable.Answer.ADMITTED) {
        return true;
      }
      isRecountAsked = true;
      if (answer == IndexTable.Answer.REFUSED) {
        return false;
      }
      if (table.get() == asked) {
        break; // no other is to be had now
      }
    }
    return present < maxPerMetric && file.series() < maxPerDirectory;
  }

  private IndexTable.Answer answer(IndexTable asked, IndexClaim claim) {
    try {
      IndexTable.Answer answer = asked.admit(claim);
      PageFaults.throwPending();
      return answer;
    } catch (InternalError e) { // how the JVM says that a mapped page has gone
      drop(asked);
      return IndexTable.Answer.NO_ROOM;
    }
  }

  private void attach(DirectoryIndex directory, int looks) {
    IndexTable found = tried(() -> directory.present(looks));
    put(null, found);
    isRecountAsked |= found == null;
  }

  /** Goes on with what took a table's place; without one where that takes too long. */
  private void follow(DirectoryIndex directory, IndexTable old) {
    IndexTable next = tried(() -> directory.successor(old, LOOKS));
    put(old, next);
    if (next == null) {
      drop(old);
    }
  }

  private void grow(DirectoryIndex directory, IndexTable old) {
    long nowMs = file.clock().coarseMs();
    if (isWithin(RETRY_MS, grewMs, nowMs)) {
      return;
    }
    IndexTable next = tried(() -> directory.grown(old));
    put(old, next);
    if (next == null) {
      grewMs = nowMs;
      isRecountAsked = true; // or another process is at it, and the next table says so
    }
  }

  /** Goes on with another table, unless another thread was first. */
  private void put(@Nullable IndexTable old, @Nullable IndexTable next) {
    if (next != null && table.compareAndSet(old, next)) {
      isRecountAsked = false;
    }
  }

  private void drop(IndexTable old) {
    boolean unused = table.compareAndSet(old, null);
    isRecountAsked = true;
  }

  private @Nullable IndexTable tried(Change change) {
    try {
      Optional<IndexTable> made = Interrupts.shield(() -> Optional.ofNullable(change.make()));
      PageFaults.throwPending();
      return made.orElse(null);
    } catch (IOException | DirectoryIteratorException | InternalError e) {
      waitMs = RECOUNT_EVERY_MS;
      log.warn(
          "index of series cannot be made or replaced, so that limits may hold for this process"
              + " alone",
          e);
      return null;
    }
  }

  /** What may make another table. */
  @FunctionalInterface
  private interface Change {
    @Nullable IndexTable make() throws IOException;
  }

  /** Admits the series of one family. */
  public final class Admission {
    private final SeriesHash hash;
    private final int longestSeries;

    private Admission(ProcessFile.Family family) {
      this.hash = new SeriesHash(family.descriptor());
      this.longestSeries = family.longestSeries();
    }

    /** Whether label values are no longer than a descriptor can be. */
    public boolean isShort(List<String> labelValues) {
      return Records.seriesBytes(encoded(labelValues)) <= longestSeries;
    }

    /**
     * Whether a new series may be made. Never, where its label values are longer than a descriptor
     * can be; always, where there are none.
     *
     * @param present how many series this process has of the metric, which decides without an index
     */
    public boolean admits(List<String> labelValues, int present) {
      byte[][] values = encoded(labelValues);
      if (Records.seriesBytes(values) > longestSeries) {
        return false;
      }
      long series = hash.of(values);
      if (series == SeriesHash.NONE) {
        return true;
      }
      boolean isOnly = values.length == 0;
      IndexClaim claim =
          new IndexClaim(
              hash.family(),
              series,
              isOnly ? Long.MAX_VALUE : maxPerMetric,
              isOnly ? Long.MAX_VALUE : maxPerDirectory);
      return SeriesLimits.this.admits(claim, present) || isOnly;
    }

    private static byte[][] encoded(List<String> labelValues) {
      byte[][] values = new byte[labelValues.size()][];
      for (int i = 0; i < values.length; i++) {
        values[i] = labelValues.get(i).getBytes(UTF_8);
      }
      return values;
    }
  }
}
