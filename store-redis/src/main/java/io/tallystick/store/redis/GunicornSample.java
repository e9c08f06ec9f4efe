package io.tallystick.store.redis;

import io.tallystick.python.PythonKey;
import io.tallystick.shm.FamilyType;

/**
 * One sample of one process, and what is remembered of it: its keys expire while nobody writes
 * them, and begin anew, which must not take anything from a total. Not thread-safe.
 */
final class GunicornSample {
  private final FamilyType type;
  private final PythonKey key;
  private double before; // what it had when it was begun anew
  private double latest;
  private double writtenSeconds;
  private boolean isThere;
  private boolean wasEverThere;
  private long seenMs;

  GunicornSample(FamilyType type, PythonKey key) {
    this.type = type;
    this.key = key;
  }

  PythonKey key() {
    return key;
  }

  private boolean isSum() {
    return type != FamilyType.COUNTER && key.sample().endsWith("_sum");
  }

  /** Takes in what Redis has of it now. */
  void see(double value, double writtenAtSeconds, long nowMs) {
    if (type != FamilyType.GAUGE && !isPossible(value)) {
      see(nowMs); // what was there before counts on
      return;
    }
    boolean isBegunAnew = wasEverThere && (isSum() ? !isThere : value < latest);
    if (isBegunAnew && type != FamilyType.GAUGE) {
      before += latest;
    }
    latest = value;
    writtenSeconds = writtenAtSeconds;
    isThere = true;
    wasEverThere = true;
    seenMs = nowMs;
  }

  private boolean isPossible(double value) {
    return Double.isFinite(value) && (value >= 0 || isSum());
  }

  /** Notes that Redis has it without a value. */
  void see(long nowMs) {
    isThere = false;
    seenMs = nowMs;
  }

  /** Notes that Redis has nothing of it. */
  void miss() {
    isThere = false;
  }

  /** Adds what another process has left to this. */
  void add(GunicornSample gone) {
    before += gone.value();
    wasEverThere |= gone.wasEverThere;
  }

  /** Whether it is to be shown: a gauge while it is there, anything else once it was. */
  boolean isShown() {
    return type == FamilyType.GAUGE ? isThere : wasEverThere;
  }

  /** Whether it is a part of a histogram, of which parts without a value are zero. */
  boolean isPart() {
    return type == FamilyType.HISTOGRAM;
  }

  double value() {
    return before + latest;
  }

  /** When a gauge was set, in seconds of the Unix epoch. */
  double writtenSeconds() {
    return writtenSeconds;
  }

  /** When Redis had anything of it last. */
  long seenMs() {
    return seenMs;
  }
}
