package io.tallystick.fallback;

/** Says that a call cannot be made in this mode, which is nobody's failure. */
final class NotNowException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NotNowException(String message) {
    super(message, null, false, false);
  }
}
