package io.tallystick.shm;

import java.lang.ref.Reference;
import org.jspecify.annotations.Nullable;

/** Cells that were allocated for one series of this process. */
public final class Cells {
  private final Segment segment;
  private final Ownership ownership;
  private final CoarseClock clock;
  private final int cell;
  private final int family;
  private final SeriesLog log;
  private final @Nullable SeriesLife life;
  private final boolean resumed;

  Cells(
      Segment segment,
      int cell,
      int family,
      SeriesLog log,
      Ownership ownership,
      CoarseClock clock,
      @Nullable SeriesLife life,
      boolean resumed) {
    this.segment = segment;
    this.cell = cell;
    this.family = family;
    this.log = log;
    this.ownership = ownership;
    this.clock = clock;
    this.life = life;
    this.resumed = resumed;
  }

  Segment segment() {
    return segment;
  }

  Ownership ownership() {
    return ownership;
  }

  /** The process' clock. */
  public CoarseClock clock() {
    return clock;
  }

  /** Has the series not expire for as long as it is not removed. */
  public void keepTouched() {
    if (life != null) {
      life.keepTouched();
    }
  }

  /** Says who finds the data point, where the series can expire. */
  public void setHolder(SeriesHolder holder) {
    if (life != null) {
      life.setHolder(holder, this);
    }
  }

  /** Says that the data point can be garbage, which is when the series is given up. */
  public void holdWeakly(Reference<?> point) {
    if (life != null) {
      life.setPoint(point);
    }
  }

  /** Says that the data point can be found again. */
  public void hold() {
    if (life != null) {
      life.setPoint(null);
    }
  }

  /** Whether the series has ended, so that whoever makes it anew begins at zero. */
  public boolean hasEnded() {
    return life != null && life.hasEnded(clock.nowMs());
  }

  /** The life of a series that can expire; null of others. */
  @Nullable SeriesLife life() {
    return life;
  }

  /** The same, for another data point. */
  Cells again() {
    return new Cells(segment, cell, family, log, ownership, clock, life, true);
  }

  /** Whether they have values already, as of a dead process that was killed over them. */
  public boolean isResumed() {
    return resumed;
  }

  /** Index of the first cell in its segment. */
  int cell() {
    return cell;
  }

  /** Index of the first cell in its log. */
  int globalCell() {
    return segment.firstCell + cell;
  }

  int family() {
    return family;
  }

  SeriesLog log() {
    return log;
  }
}
