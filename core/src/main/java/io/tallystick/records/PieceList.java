package io.tallystick.records;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Which pieces a metric's older samples are in.
 *
 * <pre>
 *   | version 1 | next number 8 | piece ... |
 *   piece: | number 8 | first microsecond 8 | last microsecond 8 | samples 4 |
 * </pre>
 *
 * @param next the number of the next new piece
 */
record PieceList(long next, List<Piece> pieces) {
  private static final byte VERSION = 1;
  private static final long FIRST_BELOW = 1L << 48;
  private static final int PIECE_BYTES = 3 * Long.BYTES + Integer.BYTES;

  /**
   * A piece.
   *
   * @param from the time of its earliest sample, in microseconds; {@code to} of its latest
   */
  record Piece(long number, long from, long to, int count) {}

  PieceList {
    pieces = List.copyOf(pieces);
  }

  /** A list without pieces, whose first is of none that was there before. */
  static PieceList begin() {
    return new PieceList(ThreadLocalRandom.current().nextLong(FIRST_BELOW), List.of());
  }

  /**
   * A list from its bytes.
   *
   * @throws IllegalArgumentException where they are none, or of a later version
   */
  static PieceList of(byte[] bytes) {
    try {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      byte version = buffer.get();
      if (version != VERSION) {
        throw new IllegalArgumentException("record is of a later version: version=" + version);
      }
      long next = buffer.getLong();
      List<Piece> pieces = new ArrayList<>();
      while (buffer.hasRemaining()) {
        pieces.add(
            new Piece(buffer.getLong(), buffer.getLong(), buffer.getLong(), buffer.getInt()));
      }
      return new PieceList(next, pieces);
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("list of samples is cut short", e);
    }
  }

  byte[] toBytes() {
    ByteBuffer bytes = ByteBuffer.allocate(Byte.BYTES + Long.BYTES + pieces.size() * PIECE_BYTES);
    bytes.put(VERSION).putLong(next);
    for (Piece piece : pieces) {
      bytes.putLong(piece.number).putLong(piece.from).putLong(piece.to).putInt(piece.count);
    }
    return bytes.array();
  }
}
