package io.tallystick.python;

import io.tallystick.shm.CorruptFileException;
import io.tallystick.shm.PageFaults;
import io.tallystick.shm.RecordVisitor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Reads one file of client_python's multiprocess mode, again and again, while its process writes
 * it.
 *
 * <pre>
 *   0      4         8
 *   | used | padding | entry | entry | ...        unused |
 * </pre>
 *
 * <p>{@code used} is an int32, the length of the part in use. Numbers have the host's byte order.
 * Entries are appended, each with a key that says what it is the value of; they never move. The
 * file starts with 64 KiB and doubles. Where somebody deletes it, what was read of it stays
 * readable.
 *
 * <p>Threading: one thread at a time. Order: {@code used} is read with acquire order before the
 * entries that it covers; client_python stores it last. Should it come first all the same, the
 * entry is a fault, and is read again at the next poll.
 *
 * <p>Whether the file may be trusted, and is one at all, is for the caller to look at before.
 */
public final class PythonFile {
  private static final int HEADER_LENGTH = 8;
  private static final int USED_OFFSET = 0;

  private final PythonFileName name;
  private final PythonBytes bytes;
  private @Nullable PythonLayout layout; // known from the first entry on
  private @Nullable PythonSamples samples;
  private final PythonEntry entry = new PythonEntry();
  private int end = HEADER_LENGTH; // of the entries that were taken in
  private @Nullable String skipped;

  private PythonFile(PythonFileName name, PythonBytes bytes) {
    this.name = name;
    this.bytes = bytes;
  }

  /**
   * Opens a file.
   *
   * @throws CorruptFileException where it has not the name of such a file, or no header
   */
  public static PythonFile open(Path file) throws IOException, CorruptFileException {
    PythonFileName name = PythonFileName.parse(String.valueOf(file.getFileName()));
    if (name == null) {
      throw new CorruptFileException("file has no name that client_python gives");
    }
    PythonBytes bytes = PythonBytes.open(file);
    if (bytes.mapped().capacity() < HEADER_LENGTH) {
      throw new CorruptFileException(
          "file is shorter than its header: length=" + bytes.mapped().capacity());
    }
    return new PythonFile(name, bytes);
  }

  public PythonFileName name() {
    return name;
  }

  /** The families by the numbers that {@link #poll} gave them. */
  public PythonFamily family(int number) {
    PythonSamples present = samples;
    if (present == null) {
      throw new IndexOutOfBoundsException("no family yet: number=" + number);
    }
    return present.families().get(number);
  }

  /** How many bytes of the file were read. */
  public long lengthBytes() {
    return end;
  }

  /**
   * Whether the name still leads to this file and the file has all that was read of it. Where not,
   * it must not be touched any more, and is to be opened anew.
   */
  public boolean isCurrent() throws IOException {
    return bytes.isCurrent(end) && isGrown();
  }

  /** False where another process has started the file anew, so that keys are elsewhere now. */
  private boolean isGrown() {
    try {
      int used = bytes.intAcquire(USED_OFFSET);
      PageFaults.throwPending();
      return used < 0 || used >= end || end == HEADER_LENGTH;
    } catch (InternalError e) { // how the JVM says that a mapped page has gone
      return false;
    }
  }

  /** Why the first entry was left out of which no series can be, or null; others still count. */
  public @Nullable String skipped() {
    return skipped;
  }

  /**
   * Visits the families and series that were added since the last call. The label values of a
   * series are those of its family's sorted label names, its cell is its index in the family.
   *
   * <p>What the visitor refuses is skipped, as is what client_java would refuse.
   *
   * @throws CorruptFileException at the first fault in the file; what was visited before it stands,
   *     and the next call tries again from there
   */
  public void poll(RecordVisitor visitor) throws IOException, CorruptFileException {
    try {
      takeAll(visitor);
    } catch (InternalError e) { // how the JVM says that a mapped page has gone
      throw new CorruptFileException("file was cut while it was read");
    } finally {
      PythonSamples present = samples;
      if (present != null) {
        skip(present.publish(visitor));
      }
    }
  }

  private void takeAll(RecordVisitor visitor) throws IOException, CorruptFileException {
    try {
      takeEntries(visitor);
    } finally {
      PageFaults.throwPending(); // also instead of a fault in what a page that has gone had
    }
  }

  private void takeEntries(RecordVisitor visitor) throws IOException, CorruptFileException {
    int used = bytes.intAcquire(USED_OFFSET);
    if (used == 0 && end == HEADER_LENGTH) {
      return; // its process is about to start it
    }
    ByteBuffer mapped = bytes.mapped(used);
    if (end == HEADER_LENGTH && isForeign(mapped, used)) {
      throw new CorruptFileException("file has another byte order: used=" + used);
    }
    if (used < end) {
      throw outside(used, mapped.capacity());
    }
    int limit = Math.min(used, mapped.capacity());
    while (end < limit) {
      takeEntry(mapped, limit, visitor);
    }
    if (used > limit) {
      throw outside(used, mapped.capacity());
    }
  }

  private CorruptFileException outside(int used, int length) {
    return new CorruptFileException(
        "part in use outside the file: used=" + used + " read=" + end + " length=" + length);
  }

  /** Whether the lengths make sense only when they are read in the other byte order. */
  private static boolean isForeign(ByteBuffer mapped, int used) {
    if (mapped.capacity() < HEADER_LENGTH + Integer.BYTES) {
      return false;
    }
    int first = mapped.getInt(HEADER_LENGTH);
    return isForeign(used, mapped.capacity()) && isForeign(first, mapped.capacity());
  }

  private static boolean isForeign(int length, int most) {
    int swapped = Integer.reverseBytes(length);
    return (length <= 0 || length > most) && swapped > 0 && swapped <= most;
  }

  private void takeEntry(ByteBuffer mapped, int limit, RecordVisitor visitor)
      throws CorruptFileException {
    PythonLayout known = layout;
    PythonLayout present = known == null ? PythonLayout.of(mapped, end, limit) : known;
    entry.read(mapped, end, limit, present);
    if (entry.isTooLong()) {
      skip("key is too long: position=" + end);
    } else {
      PythonKey key = PythonKeyParser.parse(entry.key(mapped));
      try {
        samples(present).take(key, entry.valueAt(), visitor);
      } catch (CorruptFileException e) {
        skip(String.valueOf(e.getMessage()));
      }
    }
    layout = present;
    end = entry.end();
  }

  private PythonSamples samples(PythonLayout present) {
    PythonSamples known = samples;
    if (known == null) {
      known = new PythonSamples(name, new PythonFamilies(name, bytes, present));
      samples = known;
    }
    return known;
  }

  private void skip(@Nullable String why) {
    if (skipped == null) {
      skipped = why;
    }
  }
}
