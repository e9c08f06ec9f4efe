package io.tallystick.shm;

import java.io.IOException;

/** Says that a file cannot grow, because it is at its limit or nothing more can be written. */
final class NoRoomException extends IOException {
  private static final long serialVersionUID = 1L;

  NoRoomException(String message) {
    super(message);
  }

  NoRoomException(IOException cause) {
    super(cause.getMessage(), cause);
  }
}
