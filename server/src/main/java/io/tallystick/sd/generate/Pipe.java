package io.tallystick.sd.generate;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What has come from a process' stream: its first bytes, or its last ones.
 *
 * <p>It reads only what is there, and so never waits: whoever inherited the stream may hold it open
 * for ever.
 */
final class Pipe {
  private static final int CHUNK_BYTES = 64 * 1024;
  private static final int MAX_CHUNKS = 64; // then others have their turn, and the time limit

  private final InputStream in;
  private final int limit;
  private final boolean keepsEnd;
  private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
  private boolean isCut;

  private Pipe(InputStream in, int limit, boolean keepsEnd) {
    this.in = in;
    this.limit = limit;
    this.keepsEnd = keepsEnd;
  }

  /** Keeps what comes first. */
  static Pipe keepingStart(InputStream in, int limit) {
    return new Pipe(in, limit, false);
  }

  /** Keeps what came last. */
  static Pipe keepingEnd(InputStream in, int limit) {
    return new Pipe(in, limit, true);
  }

  /** Takes some of what is there; false where that was nothing, or the stream has ended. */
  boolean drain() {
    try {
      for (int i = 0; i < MAX_CHUNKS; i++) {
        int available = Math.min(in.available(), CHUNK_BYTES);
        if (available <= 0) {
          return i > 0;
        }
        keep(in.readNBytes(available));
      }
      return true;
    } catch (IOException e) {
      return false; // closed
    }
  }

  private void keep(byte[] bytes) {
    int room = limit - kept.size();
    if (bytes.length <= room) {
      kept.writeBytes(bytes);
      return;
    }
    isCut = true;
    if (keepsEnd) {
      byte[] all = concat(kept.toByteArray(), bytes);
      kept.reset();
      kept.write(all, all.length - limit, limit);
    } else {
      kept.write(bytes, 0, room);
    }
  }

  private static byte[] concat(byte[] head, byte[] tail) {
    byte[] all = Arrays.copyOf(head, head.length + tail.length);
    System.arraycopy(tail, 0, all, head.length, tail.length);
    return all;
  }

  /** Whether there was more than is kept. */
  boolean isCut() {
    return isCut;
  }

  byte[] bytes() {
    return kept.toByteArray();
  }

  String text() {
    String text = kept.toString(StandardCharsets.UTF_8);
    return isCut && keepsEnd ? "…" + text : text;
  }
}
