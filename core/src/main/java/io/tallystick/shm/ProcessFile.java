package io.tallystick.shm;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * This process' values in a directory, and whatever part of them has to stay in the heap.
 *
 * <p>Threading: all methods may be called by any thread; series and columns are added under one
 * lock, updates take none. Failure: where the file cannot grow, new series are allocated in the
 * heap. They count as ever, only other processes do not see them, and they are counted in the
 * file's header.
 */
public final class ProcessFile implements Closeable {
  private static final long ALIVE_EVERY_MS = 1_000;

  private final ReentrantLock lock = new ReentrantLock();
  private final Token token;
  private final String instance;
  private final Ownership ownership;
  private final CoarseClock clock;
  private final ByteBuffer header;
  private final @Nullable OpenedFile opened;
  private final @Nullable SeriesLog shared;
  private final SeriesLog unshared;
  private final ColumnGrants grants;
  private final SeriesLives lives;
  private final SeriesAllocator series;
  private final LongAdder overflows = new LongAdder();
  private final LongAdder callbackFailures = new LongAdder();
  private volatile long unmirroredSeries;
  private long saidAliveMs;
  private boolean closed;

  private ProcessFile(Settings settings, OpenedFile opened) {
    this(
        settings,
        opened,
        opened.blocks().header(),
        new SeriesLog(opened.blocks(), settings.segmentCells()),
        null);
  }

  private ProcessFile(Settings settings, Takeover.Taken taken) {
    this(settings, taken.opened(), taken.opened().blocks().header(), taken.log(), taken.series());
  }

  /** One that is in the heap only. */
  private ProcessFile(Settings settings, String instance) {
    this(settings, null, OpenedFile.headerInHeap(settings, instance), null, null);
  }

  private ProcessFile(
      Settings settings,
      @Nullable OpenedFile opened,
      ByteBuffer header,
      @Nullable SeriesLog shared,
      @Nullable ResumedSeries resumed) {
    this.token = Token.get(header, FileLayout.TOKEN_OFFSET);
    this.instance = FileHeader.instance(header);
    this.ownership = new Ownership(settings.columns());
    this.clock = new CoarseClock(settings.clock());
    this.header = header;
    this.opened = opened;
    this.shared = shared;
    this.unshared = new SeriesLog(new HeapBlocks(), settings.segmentCells());
    this.lives = new SeriesLives(lock, header, clock, shared);
    this.series = new SeriesAllocator(header, clock, ownership, lives, shared, unshared, resumed);
    this.grants =
        new ColumnGrants(ownership, shared == null ? List.of(unshared) : List.of(shared, unshared));
  }

  /**
   * Creates a process file in a directory and locks it for as long as this process lives. On a full
   * file system the process counts in its heap only.
   */
  public static ProcessFile create(Directory directory, Settings settings) throws IOException {
    return create(directory, settings, false);
  }

  /** As {@link #create}; once this process was killed, {@link #resume} goes on with the file. */
  public static ProcessFile createResumable(Directory directory, Settings settings)
      throws IOException {
    return create(directory, settings, true);
  }

  /**
   * Goes on with the file that a killed process of the same instance name left, where there is one
   * without a fault. A family that is registered again with the same shape goes on with its series.
   *
   * @param isWhole whether all that a reader finds is possible
   */
  public static @Nullable ProcessFile resume(
      Directory directory, Settings settings, Predicate<ProcessFileReader> isWhole)
      throws IOException {
    Takeover.Taken taken = new Takeover(directory, settings, isWhole).tryTake();
    return taken == null ? null : new ProcessFile(settings, taken);
  }

  private static ProcessFile create(Directory directory, Settings settings, boolean resumable)
      throws IOException {
    try {
      return new ProcessFile(settings, OpenedFile.create(directory, settings, resumable));
    } catch (NoRoomException e) {
      Log.logger()
          .log(
              System.Logger.Level.WARNING,
              "no room for a process file, so that other processes will not see this one's series: "
                  + "directory="
                  + directory.path(),
              e);
      return new ProcessFile(settings, settings.instanceName());
    }
  }

  /** A process file without a directory, seen by readers in this process only. */
  public static ProcessFile inHeap(Settings settings) {
    return new ProcessFile(settings, "");
  }

  public Token token() {
    return token;
  }

  /** The text that tells this process apart in the label {@code pid}. */
  public String instance() {
    return instance;
  }

  public CoarseClock clock() {
    return clock;
  }

  /** Whether other processes see it, all of it or a part. */
  boolean isInDirectory() {
    return shared != null;
  }

  /** How many series this process has. */
  int series() {
    lock.lock();
    try {
      return series.series();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Registers a family.
   *
   * @throws IllegalArgumentException where its texts are longer than a descriptor can be
   */
  public Family addFamily(FamilyDescriptor descriptor) {
    return addFamily(descriptor, 0);
  }

  /**
   * Registers a family.
   *
   * @param ttlMs how long a series is shown after it was updated; 0 is for ever
   * @throws IllegalArgumentException where its texts are longer than a descriptor can be
   */
  public Family addFamily(FamilyDescriptor descriptor, long ttlMs) {
    byte[] record = Records.family(descriptor);
    if (record == null || !Records.isWithinShares(descriptor)) {
      throw new IllegalArgumentException(
          "family descriptor is too long, shorten its names, help, bounds or states: family="
              + descriptor.name()
              + " maxBytes="
              + Records.MAX_LENGTH);
    }
    return new Family(descriptor, record, ttlMs);
  }

  /**
   * Allocates the cells of a new series, all zero.
   *
   * @return null where the label values are longer than a descriptor can be
   */
  public @Nullable Cells addSeries(Family family, List<String> labelValues, long createdMs) {
    byte[] record = Records.series(createdMs, labelValues, null, family.ttlMs > 0);
    int life = family.ttlMs > 0 ? Records.LIFE_LENGTH : 0; // the limit leaves room for it anyway
    if (record == null || record.length - life > family.longestSeries) {
      return null;
    }
    lock.lock();
    try {
      return series.add(family, record, labelValues);
    } finally {
      lock.unlock();
    }
  }

  /**
   * The cells of a series that has expired and whose data point is garbage, for another data point
   * that goes on with it; null where the series has ended.
   */
  public @Nullable Cells tryGoOn(Cells expired) {
    SeriesLife life = expired.life();
    lock.lock();
    try {
      return life != null && lives.tryGoOn(life) ? expired.again() : null;
    } finally {
      lock.unlock();
    }
  }

  /** Allocates places for exemplars of a series; null where there is no room, or at the end. */
  public @Nullable ExemplarSlots addExemplars(Cells cells, int slots) {
    lock.lock();
    try {
      return closed ? null : series.addExemplars(cells, slots);
    } finally {
      lock.unlock();
    }
  }

  /** Takes a series out of every scrape. Its cells stay, so that late updates harm nobody. */
  public void removeSeries(Cells cells) {
    lock.lock();
    try {
      series.remove(cells);
    } finally {
      lock.unlock();
    }
  }

  /** Counts a look-up that was answered with a family's overflow series. */
  public void countOverflow() {
    overflows.increment();
  }

  /** Counts a call of the application's code that threw, or did not return in time. */
  public void countCallbackFailure() {
    callbackFailures.increment();
  }

  /** Says how many series of mirrored registries are left out. */
  public void setUnmirroredSeries(long series) {
    unmirroredSeries = series;
  }

  /** The agent's work: turns the clock, grants columns and takes them back, says it is alive. */
  public void turn() {
    clock.turn();
    lock.lock();
    try {
      if (closed) {
        return;
      }
      if (clock.coarseMs() - saidAliveMs >= ALIVE_EVERY_MS) {
        saidAliveMs = clock.coarseMs();
        header.putLong(FileLayout.ALIVE_MS_OFFSET, saidAliveMs);
      }
      header.putLong(FileLayout.OVERFLOWS_OFFSET, overflows.sum());
      header.putLong(FileLayout.CALLBACK_FAILURES_OFFSET, callbackFailures.sum());
      header.putLong(FileLayout.UNMIRRORED_SERIES_OFFSET, unmirroredSeries);
      grants.turn();
    } finally {
      lock.unlock();
    }
    lives.turn(this::readers);
  }

  /** Has the cells of expired series reused once they have ended in all files of a directory. */
  public void freeEnded(EndedSeries search) {
    if (shared != null) {
      lives.freeEnded(search);
    }
  }

  /** Readers of all that this process has registered, in the file and in the heap. */
  public List<ProcessFileReader> readers() {
    List<ProcessFileReader> readers = new ArrayList<>();
    if (shared != null) {
      readers.add(ProcessFileReader.of(shared.blocks(), header));
    }
    readers.add(ProcessFileReader.of(unshared.blocks(), header));
    return readers;
  }

  /**
   * Ends this process' part in the directory: its lock is gone, its values are the next fold's. No
   * other process goes on with the file. Updates that come later are lost without harm.
   */
  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      lives.close();
      ownership.release();
      header.putLong(FileLayout.ALIVE_MS_OFFSET, clock.nowMs());
      header.putLong(FileLayout.RESUMABLE_MS_OFFSET, 0); // its threads may go on updating
      if (opened != null) {
        opened.close();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * What a process file is made with.
   *
   * @param columns the most threads that own a column
   * @param segmentCells the fewest cells allocated at once
   * @param maxBytes the most bytes of the file
   * @param instance what tells this process apart; null for its pid
   */
  public record Settings(
      int columns, int segmentCells, long maxBytes, @Nullable String instance, Clock clock) {
    String instanceName() {
      return instance != null ? instance : Long.toString(ProcessHandle.current().pid());
    }
  }

  /** A registered family. Its numbers are given when its first series is allocated. */
  public static final class Family {
    final byte[] record;
    final long ttlMs;
    int sharedNumber = -1; // in the file, under the process file's lock
    int unsharedNumber = -1; // in the heap, likewise
    private final FamilyDescriptor descriptor;
    private final int longestSeries; // leaves room for what the retired file adds

    private Family(FamilyDescriptor descriptor, byte[] record, long ttlMs) {
      this.descriptor = descriptor;
      this.record = record;
      this.ttlMs = ttlMs;
      this.longestSeries =
          Records.MAX_LENGTH
              - FileLayout.MAX_INSTANCE_BYTES
              - 2 // and its count
              - Records.LIFE_LENGTH
              - Records.textBytes(descriptor.constLabelValues());
    }

    public FamilyDescriptor descriptor() {
      return descriptor;
    }

    /** The most bytes of a series' record. */
    int longestSeries() {
      return longestSeries;
    }
  }
}
