package io.tallystick.shm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Allocates the cells of a process' series: in its file, and in its heap where the file cannot
 * grow.
 *
 * <p>Threading: the caller holds the process file's lock.
 */
final class SeriesAllocator {
  private static final long RETRY_GROWTH_MS = 1_000;

  private final Token token;
  private final ByteBuffer header;
  private final CoarseClock clock;
  private final Ownership ownership;
  private final SeriesLives lives;
  private final @Nullable SeriesLog shared;
  private final SeriesLog unshared;
  private final @Nullable ResumedSeries resumed;
  private boolean saidUnshared;
  private long retryGrowthMs = Long.MIN_VALUE;

  /**
   * @param shared the series in the file; null where there is none
   * @param unshared the series in the heap
   * @param resumed the series that were in the file when it was taken over
   */
  SeriesAllocator(
      ByteBuffer header,
      CoarseClock clock,
      Ownership ownership,
      SeriesLives lives,
      @Nullable SeriesLog shared,
      SeriesLog unshared,
      @Nullable ResumedSeries resumed) {
    this.token = Token.get(header, FileLayout.TOKEN_OFFSET);
    this.header = header;
    this.clock = clock;
    this.ownership = ownership;
    this.lives = lives;
    this.shared = shared;
    this.unshared = unshared;
    this.resumed = resumed;
  }

  /** How many series there are. */
  int series() {
    return (shared == null ? 0 : shared.series()) + unshared.series();
  }

  /** Allocates a series, all zero; one that was taken over goes on. */
  Cells add(ProcessFile.Family family, byte[] record, List<String> labelValues) {
    try {
      SeriesLog log = shared;
      Cells kept = log == null ? null : resumed(log, family, labelValues);
      if (kept != null) {
        return kept;
      }
      if (log != null && clock.coarseMs() >= retryGrowthMs) {
        try {
          return allocate(log, family, record);
        } catch (IOException e) {
          retryGrowthMs = clock.coarseMs() + RETRY_GROWTH_MS;
          sayUnshared(e);
        }
      }
      Cells cells = allocate(unshared, family, record);
      header.putLong(FileLayout.UNSHARED_SERIES_OFFSET, unshared.series());
      return cells;
    } catch (IOException e) {
      throw new AssertionError("heap blocks do not fail", e);
    }
  }

  /** A series that was in the file when it was taken over; null where there is none. */
  private @Nullable Cells resumed(
      SeriesLog log, ProcessFile.Family family, List<String> labelValues) {
    ResumedSeries known = resumed;
    if (known == null) {
      return null;
    }
    if (family.sharedNumber < 0) {
      family.sharedNumber = known.familyOf(family.descriptor());
    }
    int cell = known.take(family.sharedNumber, labelValues);
    if (cell < 0) {
      return null;
    }
    int lifeCell = known.lifeAt(cell);
    SeriesLog.Location life = lifeCell < 0 ? null : log.locationOf(lifeCell);
    if (life != null && SeriesLife.hasEnded(life, clock.nowMs())) {
      return null; // others may have begun it anew
    }
    return cells(log, family, family.sharedNumber, log.locationOf(cell), life, true);
  }

  private Cells allocate(SeriesLog log, ProcessFile.Family family, byte[] record)
      throws IOException {
    int number = log == unshared ? family.unsharedNumber : family.sharedNumber;
    if (number < 0) {
      number = log.addFamily(family.record);
      if (log == unshared) {
        family.unsharedNumber = number;
      } else {
        family.sharedNumber = number;
      }
    }
    FamilyDescriptor descriptor = family.descriptor();
    int count = CellLayout.cellsOf(descriptor);
    CellKind kind = CellKind.of(descriptor);
    try {
      SeriesLog.Location life = family.ttlMs > 0 ? lives.place(log, record, family.ttlMs) : null;
      SeriesLog.Location location = log.addSeries(number, record, count, kind, ownership.owners());
      return cells(log, family, number, location, life, false);
    } catch (IOException e) {
      log.takeBack();
      throw e;
    }
  }

  private Cells cells(
      SeriesLog log,
      ProcessFile.Family family,
      int number,
      SeriesLog.Location at,
      SeriesLog.@Nullable Location lifeAt,
      boolean isResumed) {
    SeriesLife life = null;
    if (lifeAt != null) {
      life = new SeriesLife(log, number, lifeAt, at, family.descriptor());
      lives.begin(life, family.ttlMs);
    }
    return new Cells(at.segment(), at.cell(), number, log, ownership, clock, life, isResumed);
  }

  /** Allocates places for exemplars of a series; null where there is no room, or at the end. */
  @Nullable ExemplarSlots addExemplars(Cells series, int slots) {
    try {
      SeriesLife life = series.life();
      int cells = slots * ExemplarSlots.SLOT_CELLS;
      SeriesLog.Location present = life == null ? null : life.slots(cells);
      if (present == null) {
        present = resumedSlots(series, slots);
      }
      if (present == null) {
        if (clock.coarseMs() < retryGrowthMs) {
          return null;
        }
        present = series.log().addExemplars(series.family(), series.globalCell(), slots);
      }
      if (life != null) {
        life.setSlots(present, cells);
      }
      return ExemplarSlots.of(present, slots);
    } catch (IOException e) {
      series.log().takeBack();
      retryGrowthMs = clock.coarseMs() + RETRY_GROWTH_MS;
      return null; // as an exemplar that was not sampled
    }
  }

  private SeriesLog.@Nullable Location resumedSlots(Cells series, int slots) {
    ResumedSeries known = series.isResumed() ? resumed : null;
    ResumedSeries.Slots kept = known == null ? null : known.takeSlots(series.globalCell());
    if (kept == null || kept.count() != slots) {
      return null;
    }
    SeriesLog.Location present = series.log().locationOf(kept.firstCell());
    ExemplarSlots.of(present, kept.count()).emptyUnfinished();
    return present;
  }

  /** Takes a series out of every scrape. Its cells stay, so that late updates harm nobody. */
  void remove(Cells cells) {
    try {
      if (!lives.remove(cells.life())) {
        return; // it is not shown, and its cells may be another's
      }
      cells.log().removeSeries(cells.family(), cells.globalCell());
      header.putLong(FileLayout.UNSHARED_SERIES_OFFSET, unshared.series());
    } catch (IOException e) {
      Log.logger()
          .log(
              System.Logger.Level.WARNING,
              "removal of a series could not be written, it stays in the scrape: token=" + token,
              e);
    }
  }

  private void sayUnshared(IOException cause) {
    if (!saidUnshared) {
      saidUnshared = true;
      Log.logger()
          .log(
              System.Logger.Level.WARNING,
              "process file cannot grow, so that other processes will not see this one's new series;"
                  + " make room or raise tallystick.maxBytes: token="
                  + token,
              cause);
    }
  }
}
