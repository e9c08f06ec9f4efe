package io.tallystick.replication;

import io.tallystick.store.StoreException;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Why a cycle of replication failed. */
public enum FailureCategory {
  /** The store is busy, unreachable or timed out. */
  TRANSIENT,

  /** The store refuses, or is closed. */
  PERMANENT,

  /** What is stored is damaged. */
  CORRUPT,

  /** The directory cannot be read, or its state cannot be read or written. */
  DIRECTORY,

  /** Anything else that was thrown. */
  UNEXPECTED;

  static FailureCategory of(Throwable failure) {
    if (failure instanceof StoreException refused) {
      return switch (refused.category()) {
        case TRANSIENT -> TRANSIENT;
        case PERMANENT -> PERMANENT;
        case CORRUPT -> CORRUPT;
      };
    }
    return failure instanceof IOException || failure instanceof UncheckedIOException
        ? DIRECTORY
        : UNEXPECTED;
  }
}
