package io.tallystick.shm;

import java.lang.invoke.VarHandle;
import java.nio.LongBuffer;

/** Reads the lives of a file's series, one after the other. Not thread-safe. */
public final class LifeReader {
  private final ProcessFileReader file;
  private long touchedMs;
  private long releasedMs;
  private long ttlMs;

  public LifeReader(ProcessFileReader file) {
    this.file = file;
  }

  /**
   * Reads the life at a cell.
   *
   * @return false where no process writes such a one
   */
  public boolean read(int lifeCell) {
    SegmentView segment = file.segments().get(file.segmentOf(lifeCell));
    LongBuffer cells = segment.columns().get(0);
    int at = lifeCell - segment.firstCell();
    releasedMs = cells.get(at + LifeLayout.RELEASED_MS);
    VarHandle.acquireFence();
    touchedMs = cells.get(at + LifeLayout.TOUCHED_MS);
    ttlMs = cells.get(at + LifeLayout.TTL_MS);
    return touchedMs >= 0 && releasedMs >= 0 && ttlMs >= 0;
  }

  public long touchedMs() {
    return touchedMs;
  }

  public long releasedMs() {
    return releasedMs;
  }

  public long ttlMs() {
    return ttlMs;
  }
}
