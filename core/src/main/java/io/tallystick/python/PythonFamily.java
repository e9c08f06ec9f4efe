package io.tallystick.python;

import io.tallystick.shm.FamilyDescriptor;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * The series of one file that have name, labels and bounds in common, and their values as the file
 * has them at the time of each call.
 *
 * <p>A series is here once all its parts are: client_python makes them before it counts. Reading a
 * value allocates nothing and checks nothing but the index. It throws {@link InternalError} where
 * the file was cut so short that the value is gone, then or later: whoever reads asks {@link
 * PythonFile#isCurrent} before and {@link io.tallystick.shm.PageFaults} after, and catches it.
 *
 * <p>Order: a histogram's or summary's sum should be read before its counts.
 */
public final class PythonFamily {
  private static final int GONE = 0; // no value lies at the start of a file

  private final int number;
  private final FamilyDescriptor descriptor;
  private final PythonBytes bytes;
  private final boolean hasTimestamps;
  private final int parts;
  private int[] positions;
  private int size;

  PythonFamily(int number, FamilyDescriptor descriptor, PythonBytes bytes, boolean hasTimestamps) {
    this.number = number;
    this.descriptor = descriptor;
    this.bytes = bytes;
    this.hasTimestamps = hasTimestamps;
    this.parts =
        switch (descriptor.type()) {
          case SUMMARY -> 2;
          case HISTOGRAM -> 1 + descriptor.bounds().length;
          default -> 1;
        };
    this.positions = new int[4 * parts];
  }

  /**
   * What the file says of the family. It was registered at {@link Long#MAX_VALUE}: the file does
   * not say when, so that a family of which that is known counts as older.
   */
  public FamilyDescriptor descriptor() {
    return descriptor;
  }

  /** Its number in its file. */
  int number() {
    return number;
  }

  /** How many series there are, those that have gone included. */
  public int size() {
    return size;
  }

  /** Whether a series has gone to another family, because it got a bucket more. */
  public boolean isGone(int series) {
    return positions[series * parts] == GONE;
  }

  /** A counter's or gauge's value. */
  public double value(int series) {
    return part(series, 0);
  }

  /** When a gauge was set, in seconds of the Unix epoch; 0 where the file does not say. */
  public double writtenSeconds(int series) {
    return hasTimestamps ? bytes.doubleAt(positions[series * parts] + Double.BYTES) : 0;
  }

  /** A histogram's or summary's sum, read before what is read next. */
  public double sumAcquire(int series) {
    double sum = part(series, 0);
    VarHandle.acquireFence();
    return sum;
  }

  /** A summary's count. */
  public double count(int series) {
    return part(series, 1);
  }

  /** The observations in one bucket of a histogram alone. */
  public double bucket(int series, int bucket) {
    return part(series, 1 + bucket);
  }

  private double part(int series, int part) {
    return bytes.doubleAt(positions[series * parts + part]);
  }

  /** Adds a series, of which these are the positions of its parts: value; or sum, then counts. */
  void add(int... partPositions) {
    if ((size + 1) * parts > positions.length) {
      positions = Arrays.copyOf(positions, 2 * positions.length);
    }
    System.arraycopy(partPositions, 0, positions, size * parts, parts);
    size++;
  }

  void remove(int series) {
    positions[series * parts] = GONE;
  }
}
