package io.tallystick.scrape;

import java.io.IOException;
import java.io.OutputStream;

/**
 * Bytes and numbers on their way to a stream, through one buffer that is kept.
 *
 * <p>Doubles are written as {@link Double#toString(double)} does, with {@code +Inf} and {@code
 * -Inf} as Prometheus spells them. Not thread-safe.
 */
final class ByteSink {
  private static final int CAPACITY = 64 << 10;
  private static final int LONGEST_NUMBER = 32;
  private static final double PLAIN_BELOW = 1e7; // from here on Double.toString writes exponents
  private static final double EXACT_BELOW = 1L << 53;

  private final byte[] bytes = new byte[CAPACITY];
  private final byte[] digits = new byte[LONGEST_NUMBER];
  private final StringBuilder number = new StringBuilder(LONGEST_NUMBER);
  private OutputStream out = OutputStream.nullOutputStream();
  private int size;

  void start(OutputStream stream) {
    out = stream;
    size = 0;
  }

  void flush() throws IOException {
    out.write(bytes, 0, size);
    size = 0;
  }

  /** Lets go of the stream. */
  void end() {
    out = OutputStream.nullOutputStream();
    size = 0;
  }

  void put(byte[] text) throws IOException {
    put(text, 0, text.length);
  }

  void put(byte[] text, int offset, int length) throws IOException {
    if (length > CAPACITY - size) {
      flush();
      if (length > CAPACITY) {
        out.write(text, offset, length);
        return;
      }
    }
    System.arraycopy(text, offset, bytes, size, length);
    size += length;
  }

  void put(char ascii) throws IOException {
    if (size == CAPACITY) {
      flush();
    }
    bytes[size++] = (byte) ascii;
  }

  void putLong(long value) throws IOException {
    if (CAPACITY - size < LONGEST_NUMBER) {
      flush();
    }
    if (value < 0) {
      if (value == Long.MIN_VALUE) {
        putText(Long.toString(value));
        return;
      }
      bytes[size++] = '-';
      appendDigits(-value);
    } else {
      appendDigits(value);
    }
  }

  /** Writes a time in milliseconds, which is not negative, as seconds with three digits. */
  void putSeconds(long timeMs) throws IOException {
    putLong(timeMs / 1_000);
    int fraction = (int) (timeMs % 1_000);
    put('.');
    put((char) ('0' + fraction / 100));
    put((char) ('0' + fraction / 10 % 10));
    put((char) ('0' + fraction % 10));
  }

  void putDouble(double value) throws IOException {
    if (CAPACITY - size < LONGEST_NUMBER) {
      flush();
    }
    double magnitude = Math.abs(value);
    long whole = (long) magnitude;
    if (whole == magnitude && magnitude < EXACT_BELOW) {
      if (Double.doubleToRawLongBits(value) < 0) {
        bytes[size++] = '-';
      }
      if (magnitude < PLAIN_BELOW) {
        appendDigits(whole);
        bytes[size++] = '.';
        bytes[size++] = '0';
      } else {
        appendScientific(whole);
      }
    } else if (magnitude == Double.POSITIVE_INFINITY) {
      putText(value > 0 ? "+Inf" : "-Inf");
    } else {
      number.setLength(0);
      putText(number.append(value)); // appends without a string of its own
    }
  }

  private void putText(CharSequence ascii) {
    for (int i = 0; i < ascii.length(); i++) {
      bytes[size++] = (byte) ascii.charAt(i);
    }
  }

  private void appendDigits(long value) {
    int count = digitsOf(value);
    for (int i = count - 1; i >= 0; i--) {
      bytes[size++] = digits[i];
    }
  }

  /** A whole number as {@code d.dddEn}; all its digits are significant below 2^53. */
  private void appendScientific(long value) {
    int count = digitsOf(value);
    int last = 0;
    while (last < count - 2 && digits[last] == '0') {
      last++;
    }
    bytes[size++] = digits[count - 1];
    bytes[size++] = '.';
    for (int i = count - 2; i >= last; i--) {
      bytes[size++] = digits[i];
    }
    bytes[size++] = 'E';
    appendDigits(count - 1);
  }

  /** Leaves the digits behind, the last one first, and returns their count. */
  private int digitsOf(long value) {
    int count = 0;
    long rest = value;
    while (rest > Integer.MAX_VALUE) {
      digits[count++] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    int small = (int) rest;
    do {
      digits[count++] = (byte) ('0' + small % 10);
      small /= 10;
    } while (small != 0);
    return count;
  }
}
