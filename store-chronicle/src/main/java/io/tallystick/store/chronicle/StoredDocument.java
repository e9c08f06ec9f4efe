package io.tallystick.store.chronicle;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A document as its entry has it: its end in eight bytes, how many sets it is in, of each the
 * place, the length of its name and that, and the value.
 */
record StoredDocument(
    @SuppressWarnings("ArrayRecordComponent") byte[] value, long endMs, Map<String, Long> places) {

  static StoredDocument of(byte[] entry) {
    ByteBuffer bytes = ByteBuffer.wrap(entry);
    long endMs = bytes.getLong();
    Map<String, Long> places = new TreeMap<>();
    for (int left = bytes.getInt(); left > 0; left--) {
      long place = bytes.getLong();
      byte[] name = new byte[bytes.getInt()];
      bytes.get(name);
      places.put(new String(name, UTF_8), place);
    }
    byte[] value = new byte[bytes.remaining()];
    bytes.get(value);
    return new StoredDocument(value, endMs, places);
  }

  byte[] toBytes() {
    List<byte[]> names = new ArrayList<>(places.size());
    int length = Long.BYTES + Integer.BYTES + value.length;
    for (String set : places.keySet()) {
      byte[] name = set.getBytes(UTF_8);
      names.add(name);
      length += Long.BYTES + Integer.BYTES + name.length;
    }
    ByteBuffer bytes = ByteBuffer.allocate(length).putLong(endMs).putInt(names.size());
    int next = 0;
    for (long place : places.values()) {
      byte[] name = names.get(next++);
      bytes.putLong(place).putInt(name.length).put(name);
    }
    return bytes.put(value).array();
  }
}
