package io.tallystick.shm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryIteratorException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The lives of this process' series that can expire, from their first look to when their cells are
 * free.
 *
 * <p>Threading: any; one thread at a time looks. A look takes as long as reading the cells of all
 * of them. It holds no lock meanwhile: series are added and removed under the process file's.
 */
final class SeriesLives {
  private static final long MOST_BETWEEN_LOOKS_MS = 5_000;

  /** Looks in each time to live, so that a series is not shown as expired between two of them. */
  private static final int LOOKS_IN_TTL = 4;

  /** To find out what has ended costs as much as a first scrape. */
  private static final long BETWEEN_SEARCHES_MS = 60_000;

  private final ReentrantLock lock; // the process file's
  private final ByteBuffer header;
  private final CoarseClock clock;
  private final FreeCells free;
  private final @Nullable SeriesLog reusing;
  private final ReentrantLock looking = new ReentrantLock();
  private final Set<SeriesLife> lives = new HashSet<>(); // under the lock, as what follows
  private final Set<SeriesLife> released = new LinkedHashSet<>();
  private SeriesLife[] known = {};
  private boolean changed;
  private boolean closed;
  private long betweenLooksMs = MOST_BETWEEN_LOOKS_MS;
  private long lookedMs;
  private long searchedMs;
  private volatile @Nullable EndedSeries ended;
  private final OnceLog log = new OnceLog();

  /**
   * @param reusing the series whose cells are given to others, if there are such
   */
  SeriesLives(
      ReentrantLock lock, ByteBuffer header, CoarseClock clock, @Nullable SeriesLog reusing) {
    this.lock = lock;
    this.reusing = reusing;
    this.header = header;
    this.clock = clock;
    this.free = new FreeCells(header, clock);
    if (reusing != null) {
      reusing.reuse(free);
    }
  }

  /** Has the cells of series freed that are found to have ended. */
  void freeEnded(EndedSeries search) {
    ended = search;
  }

  /** Allocates a life for the series of a record, which is added next. */
  SeriesLog.Location place(SeriesLog log, byte[] record, long ttlMs) throws IOException {
    if (header.getLong(FileLayout.REUSES_OFFSET) == 0) {
      header.putLong(FileLayout.REUSES_OFFSET, 1);
    }
    SeriesLog.Location life = log.addLife(new Lifetime(clock.nowMs(), 0, ttlMs));
    Records.locateLife(record, life.globalCell());
    return life;
  }

  /**
   * Looks after a life from now on, with a time to live that may be another than it had before; 0
   * is for ever.
   */
  void begin(SeriesLife life, long ttlMs) {
    life.goOn(clock.nowMs(), ttlMs);
    if (ttlMs > 0) {
      changed |= lives.add(life);
      betweenLooksMs = Math.min(betweenLooksMs, ttlMs / LOOKS_IN_TTL);
    }
  }

  /** Goes on with a series whose data point is garbage; false where it has ended. */
  boolean tryGoOn(SeriesLife life) {
    if (closed || !life.tryGoOn(clock.nowMs())) {
      return false;
    }
    if (released.remove(life)) {
      changed |= lives.add(life);
    }
    return true;
  }

  /** Looks no more after the life of a series; false where it was removed when it was freed. */
  boolean remove(@Nullable SeriesLife life) {
    if (life == null) {
      return true;
    }
    changed |= lives.remove(life);
    boolean unused = released.remove(life);
    return !life.isFreed();
  }

  /** Looks at all of them if it is time to, and gives up what nobody needs. */
  void turn(Supplier<List<ProcessFileReader>> own) {
    long nowMs = clock.coarseMs();
    lock.lock();
    try {
      if (closed || nowMs - lookedMs < betweenLooksMs) {
        return;
      }
    } finally {
      lock.unlock();
    }
    try {
      look(nowMs);
      search(own, nowMs);
    } catch (IOException | DirectoryIteratorException | InternalError e) { // one: a page has gone
      Log.logger().log(System.Logger.Level.DEBUG, "series that have ended are looked for later", e);
    } catch (RuntimeException e) { // the agent has more to do
      log.warn("cells of expired series are not freed", e);
    }
  }

  /** Looks at all of them a last time. */
  void close() {
    long nowMs = clock.nowMs();
    closed = true;
    for (SeriesLife life : lives) {
      life.look(nowMs);
    }
  }

  private void look(long nowMs) {
    looking.lock();
    try {
      Map<SeriesHolder, List<Cells>> expired = new HashMap<>();
      List<SeriesLife> unreachable = new ArrayList<>();
      for (SeriesLife life : takeKnown(nowMs)) {
        life.look(nowMs);
        if (!life.isIn(reusing)) {
          continue;
        }
        SeriesLife.Holding holding = life.toLetGo(nowMs);
        if (holding != null) {
          expired.computeIfAbsent(holding.holder(), h -> new ArrayList<>()).add(holding.cells());
        } else if (life.isUnreachable(nowMs)) {
          unreachable.add(life);
        }
      }
      expired.forEach(SeriesHolder::letGo);
      release(unreachable);
    } finally {
      looking.unlock();
    }
  }

  private SeriesLife[] takeKnown(long nowMs) {
    lock.lock();
    try {
      lookedMs = nowMs;
      if (changed) {
        changed = false;
        known = lives.toArray(SeriesLife[]::new);
      }
      return known;
    } finally {
      lock.unlock();
    }
  }

  private void release(List<SeriesLife> unreachable) {
    lock.lock();
    try {
      for (SeriesLife life : unreachable) {
        // not when the look began: a process that was stopped since would set an end in the past
        long nowMs = clock.nowMs();
        // else it was removed meanwhile, or looked up
        if (!closed && life.isUnreachable(nowMs) && lives.remove(life)) {
          changed = true;
          life.release(nowMs);
          released.add(life);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private void search(Supplier<List<ProcessFileReader>> own, long nowMs) throws IOException {
    EndedSeries search = ended;
    if (search == null || !isTimeToSearch(nowMs)) {
      return;
    }
    free(search.find(own.get(), nowMs), nowMs);
  }

  private boolean isTimeToSearch(long nowMs) {
    lock.lock();
    try {
      if (nowMs - searchedMs < BETWEEN_SEARCHES_MS
          || released.stream().noneMatch(life -> life.isPast(nowMs))) {
        return false;
      }
      searchedMs = nowMs;
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void free(Set<Integer> cells, long nowMs) throws IOException {
    lock.lock();
    try {
      Iterator<SeriesLife> each = released.iterator();
      while (!closed && each.hasNext()) {
        SeriesLife life = each.next();
        if (life.isPast(nowMs) && cells.contains(life.globalCell())) {
          life.free(free);
          each.remove();
        }
      }
    } finally {
      lock.unlock();
    }
  }
}
