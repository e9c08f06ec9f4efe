package io.tallystick.server;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Standard output of a command, as bytes and as lines.
 *
 * <p>A reader that went away ({@code tallystick dump | head -1}) is not a fault: what is left is
 * dropped. Every other failure to write is one. Java names the difference only in the message of
 * the exception, which has the word "pipe" on every platform.
 *
 * <p>Threading: one thread at a time.
 */
final class Output extends OutputStream {
  private static final int BUFFER_BYTES = 1 << 16;

  private final OutputStream buffered;
  private boolean broken;

  Output(OutputStream sink) {
    buffered = new BufferedOutputStream(sink, BUFFER_BYTES);
  }

  /** Writes one line at once; a control character, which could start another, becomes a space. */
  void line(String text) {
    try {
      write((Lines.single(text) + "\n").getBytes(StandardCharsets.UTF_8));
      flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    if (broken) {
      return;
    }
    try {
      buffered.write(bytes, offset, length);
    } catch (IOException e) {
      fail(e);
    }
  }

  @Override
  public void flush() throws IOException {
    if (broken) {
      return;
    }
    try {
      buffered.flush();
    } catch (IOException e) {
      fail(e);
    }
  }

  /** Fails once at most: what is written after a failure is dropped. */
  private void fail(IOException e) throws IOException {
    broken = true;
    String message = e.getMessage();
    boolean readerGone = message != null && message.toLowerCase(Locale.ROOT).contains("pipe");
    if (!readerGone) {
      throw new IOException("cannot write to standard output", e);
    }
  }
}
