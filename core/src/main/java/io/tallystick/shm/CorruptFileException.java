package io.tallystick.shm;

/** A file's bytes are not what a process file has; what was read before the fault stands. */
public final class CorruptFileException extends Exception {
  private static final long serialVersionUID = 1L;

  public CorruptFileException(String message) {
    super(message);
  }
}
