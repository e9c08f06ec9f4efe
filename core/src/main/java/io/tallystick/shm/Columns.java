package io.tallystick.shm;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** Makes columns of the one kind that this JVM uses. */
final class Columns {
  private static final Factory FACTORY =
      switch (MemoryAccess.current()) {
        case UNSAFE -> UnsafeColumn::new;
        case LEGACY_UNSAFE -> LegacyUnsafeColumn::new;
        case BUFFER -> BufferColumn::new;
      };

  /** Owned by no thread, so that a look-up has something to miss. */
  static final Column NONE = of(null, 0, ByteBuffer.allocateDirect(64));

  private Columns() {}

  /** A column over the cells in the buffer, which must be direct. */
  static Column of(@Nullable Thread owner, int number, ByteBuffer cells) {
    return FACTORY.column(owner, number, cells.slice().order(ByteOrder.LITTLE_ENDIAN));
  }

  private interface Factory {
    Column column(@Nullable Thread owner, int number, ByteBuffer cells);
  }
}
