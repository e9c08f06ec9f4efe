package io.tallystick.store;

import org.jspecify.annotations.Nullable;

/** The failure of a store, with a category that says what a caller can do. */
public final class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Category category;

  /**
   * @param message what was wrong, then the values; without secrets
   */
  public StoreException(Category category, String message) {
    this(category, message, null);
  }

  /**
   * @param message what was wrong, then the values; without secrets
   */
  public StoreException(Category category, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.category = category;
  }

  /** What a caller can do. */
  public Category category() {
    return category;
  }

  /** What a caller can do about a failure. */
  public enum Category {
    /** Try again: busy, unreachable, timed out. Whether the call had an effect is not known. */
    TRANSIENT,

    /** Do not: the same call fails again. It had no effect. */
    PERMANENT,

    /** What is stored, or a backup, is damaged. The call had no effect. */
    CORRUPT
  }
}
