package io.tallystick.store;

import org.jspecify.annotations.Nullable;

/** The failure of a store, with a category that says what a caller can do. */
public final class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Category category;
  private final boolean isAnswer;

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
    this(category, category != Category.TRANSIENT, message, cause);
  }

  private StoreException(
      Category category, boolean isAnswer, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.category = category;
    this.isAnswer = isAnswer;
  }

  /**
   * A TRANSIENT refusal by a store that is there, and asks for something else first, or for another
   * time.
   *
   * @param message what was wrong, then the values; without secrets
   */
  public static StoreException refusal(String message) {
    return new StoreException(Category.TRANSIENT, true, message, null);
  }

  /** What a caller can do. */
  public Category category() {
    return category;
  }

  /**
   * Whether the store has answered, so that it says nothing of whether it can be reached: always,
   * but for what is TRANSIENT and no {@link #refusal}.
   */
  public boolean isAnswer() {
    return isAnswer;
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
