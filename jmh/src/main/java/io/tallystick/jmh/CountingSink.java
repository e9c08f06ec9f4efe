package io.tallystick.jmh;

import java.io.OutputStream;

/** Drops what is written to it, and counts the bytes. */
final class CountingSink extends OutputStream {
  private long bytes;

  /** How many bytes were written. */
  long bytes() {
    return bytes;
  }

  @Override
  public void write(int b) {
    bytes++;
  }

  @Override
  public void write(byte[] b, int offset, int length) {
    bytes += length;
  }
}
