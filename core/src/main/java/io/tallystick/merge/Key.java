package io.tallystick.merge;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.prometheus.metrics.model.snapshots.Labels;
import java.util.Arrays;
import java.util.List;

/** The bytes that identify a series within a merged family: number of its label names, values. */
final class Key {
  static final int MAX_COUNT_LENGTH = 5;

  private Key() {}

  static int writeCount(int count, byte[] into, int at) {
    int rest = count;
    int position = at;
    while (rest >= 0x80) {
      into[position++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    into[position++] = (byte) rest;
    return position;
  }

  /** The bytes that {@link #writeCount} writes. */
  static int countBytes(int count) {
    return (Integer.SIZE - Integer.numberOfLeadingZeros(count | 1) + 6) / 7;
  }

  static int hash(byte[] key, int length) {
    int hash = length;
    for (int i = 0; i < length; i++) {
      hash = 31 * hash + key[i];
    }
    return hash ^ hash >>> 16;
  }

  /** Number of the sorted label names. */
  static int schema(byte[] key) {
    return count(key, 0);
  }

  static Labels labels(byte[] key, List<String> names) {
    if (names.isEmpty()) {
      return Labels.EMPTY;
    }
    return Labels.of(names.toArray(String[]::new), values(key, names.size()));
  }

  static String[] values(byte[] key, int labels) {
    String[] values = new String[labels];
    int at = countLength(key, 0);
    for (int i = 0; i < labels; i++) {
      int length = count(key, at);
      at += countLength(key, at);
      values[i] = new String(key, at, length, UTF_8);
      at += length;
    }
    return values;
  }

  static boolean equals(byte[] known, byte[] key, int length) {
    return known.length == length && Arrays.equals(known, 0, length, key, 0, length);
  }

  private static int count(byte[] key, int at) {
    int count = 0;
    int shift = 0;
    int position = at;
    while (key[position] < 0) {
      count |= (key[position++] & 0x7F) << shift;
      shift += 7;
    }
    return count | key[position] << shift;
  }

  private static int countLength(byte[] key, int at) {
    int position = at;
    while (key[position] < 0) {
      position++;
    }
    return position + 1 - at;
  }
}
