package io.tallystick.fallback;

/** Says that the first store is in use by now, so that nothing is written to the journal. */
final class JournalClosedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  JournalClosedException() {
    super("journal is closed", null, false, false);
  }
}
