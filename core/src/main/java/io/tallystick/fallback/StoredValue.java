package io.tallystick.fallback;

import io.tallystick.store.Deadline;
import org.jspecify.annotations.Nullable;

/**
 * What a key is.
 *
 * @param value null where there is no such key
 * @param endMs when its time to live ends; {@link Deadline#NEVER_MS} where it has none
 */
record StoredValue(@SuppressWarnings("ArrayRecordComponent") byte @Nullable [] value, long endMs) {
  static final StoredValue NONE = new StoredValue(null, Deadline.NEVER_MS);

  boolean isThere() {
    return value != null;
  }
}
