package io.tallystick.scrape;

import java.io.ByteArrayOutputStream;

/** A scrape's bytes; what it has grown to stays for the next scrape. */
final class ReusableBuffer extends ByteArrayOutputStream {
  private static final int FIRST_CAPACITY = 64 << 10;

  ReusableBuffer() {
    super(FIRST_CAPACITY);
  }
}
