package io.tallystick.shm;

/** Cells that were allocated for one series of this process. */
public final class Cells {
  private final Segment segment;
  private final Ownership ownership;
  private final CoarseClock clock;
  private final int cell;
  private final int family;
  private final SeriesLog log;

  Cells(
      Segment segment,
      int cell,
      int family,
      SeriesLog log,
      Ownership ownership,
      CoarseClock clock) {
    this.segment = segment;
    this.cell = cell;
    this.family = family;
    this.log = log;
    this.ownership = ownership;
    this.clock = clock;
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
