package io.tallystick.python;

import java.nio.ByteBuffer;

/** What stands behind the key of an entry. */
public enum PythonLayout {
  /** The value alone: client_python up to 0.16. */
  VALUE_ONLY(Double.BYTES),

  /** The value, and when it was written in seconds of the Unix epoch: from 0.17 on. */
  WITH_TIMESTAMP(2 * Double.BYTES);

  final int tailLength;

  PythonLayout(int tailLength) {
    this.tailLength = tailLength;
  }

  /**
   * The layout in which entries follow each other from a position up to a limit, nothing left over;
   * where a fault keeps both from that, the one that gets further.
   *
   * <p>Nothing in a file names it. But taken for the other, the second entry's length is a part of
   * a timestamp or of a key, hardly ever one that fits, and never with a key behind it.
   */
  static PythonLayout of(ByteBuffer bytes, int from, int limit) {
    return VALUE_ONLY.reach(bytes, from, limit) > WITH_TIMESTAMP.reach(bytes, from, limit)
        ? VALUE_ONLY
        : WITH_TIMESTAMP;
  }

  /** How many entries there are in this layout; counts one more where they end at the limit. */
  private long reach(ByteBuffer bytes, int from, int limit) {
    PythonEntry entry = new PythonEntry();
    long entries = 0;
    int at = from;
    while (at < limit && entry.find(bytes, at, limit, this) && entry.hasList(bytes)) {
      entries++;
      at = entry.end();
    }
    return at == limit ? entries + 1 : entries;
  }
}
