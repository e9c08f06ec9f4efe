package io.tallystick.store.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.store.Deadline;
import io.tallystick.store.DocumentChange;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rows of documents, and of their places in sets, in a transaction. A document's row says which
 * sets have it: of each the place, the length of its name, and that.
 */
final class DocumentRows {
  private static final int HEAD = Long.BYTES + Integer.BYTES;

  private final Session session;

  DocumentRows(Session session) {
    this.session = session;
  }

  /** The value of a document that has not expired, or null. */
  byte @Nullable [] value(byte[] key, long nowMs) throws SQLException {
    return session.first(
        "SELECT value FROM tallystick_documents"
            + " WHERE key = ? AND (end_ms IS NULL OR end_ms > ?)",
        row -> Session.bytes(row, 1),
        key,
        nowMs);
  }

  /** Puts a document in the place of what is there, of which nothing stays. */
  void put(byte[] key, byte[] value, long endMs, Map<String, Long> places) throws SQLException {
    Map<String, Long> numbered = numbered(places);
    byte[] sets = toBytes(numbered);
    byte[] before =
        session.first(
            "SELECT sets FROM tallystick_documents WHERE key = ?",
            row -> Session.bytes(row, 1),
            key);
    Map<String, Long> present = before == null ? Map.of() : toPlaces(before);
    session.update(
        "INSERT INTO tallystick_documents (key, end_ms, value, sets) VALUES (?, ?, ?, ?)"
            + " ON CONFLICT (key) DO UPDATE SET"
            + " end_ms = excluded.end_ms, value = excluded.value, sets = excluded.sets",
        key,
        endMs == Deadline.NEVER_MS ? null : endMs,
        value,
        sets);
    for (Map.Entry<String, Long> each : present.entrySet()) {
      if (!each.getValue().equals(numbered.get(each.getKey()))) {
        leave(key, each);
      }
    }
    for (Map.Entry<String, Long> each : numbered.entrySet()) {
      if (!each.getValue().equals(present.get(each.getKey()))) {
        session.update(
            "INSERT OR IGNORE INTO tallystick_members VALUES (?, ?, ?)",
            each.getKey().getBytes(UTF_8),
            each.getValue(),
            key);
      }
    }
  }

  private void leave(byte[] key, Map.Entry<String, Long> place) throws SQLException {
    session.update(
        "DELETE FROM tallystick_members WHERE name = ? AND place = ? AND key = ?",
        place.getKey().getBytes(UTF_8),
        place.getValue(),
        key);
  }

  private Map<String, Long> numbered(Map<String, Long> places) throws SQLException {
    Map<String, Long> numbered = new LinkedHashMap<>(places);
    for (Map.Entry<String, Long> each : numbered.entrySet()) {
      if (each.getValue() == DocumentChange.NEXT_NUMBER) {
        byte[] name = each.getKey().getBytes(UTF_8);
        long number =
            session.number(0, "SELECT latest FROM tallystick_set_numbers WHERE name = ?", name) + 1;
        count(name, number);
        each.setValue(number);
      }
    }
    return numbered;
  }

  /** Has a set count on from no less. */
  void count(byte[] name, long number) throws SQLException {
    session.update(
        "INSERT INTO tallystick_set_numbers VALUES (?, ?)"
            + " ON CONFLICT (name) DO UPDATE SET latest = max(latest, excluded.latest)",
        name,
        number);
  }

  /** Deletes a document, if there is one. */
  void delete(byte[] key) throws SQLException {
    byte[] sets =
        session.first(
            "SELECT sets FROM tallystick_documents WHERE key = ?",
            row -> Session.bytes(row, 1),
            key);
    if (sets != null) {
      for (Map.Entry<String, Long> each : toPlaces(sets).entrySet()) {
        leave(key, each);
      }
      session.update("DELETE FROM tallystick_documents WHERE key = ?", key);
    }
  }

  /** Deletes some that have expired, and returns how many. */
  int sweep(long nowMs, int most) throws SQLException {
    List<byte[]> keys = new ArrayList<>();
    session.forEach(
        "SELECT key FROM tallystick_documents WHERE end_ms <= ? LIMIT ?",
        row -> keys.add(Session.bytes(row, 1)),
        nowMs,
        (long) most);
    for (byte[] key : keys) {
      delete(key);
    }
    return keys.size();
  }

  private static byte[] toBytes(Map<String, Long> places) {
    List<byte[]> names = new ArrayList<>(places.size());
    int length = 0;
    for (String set : places.keySet()) {
      byte[] name = set.getBytes(UTF_8);
      names.add(name);
      length += HEAD + name.length;
    }
    ByteBuffer bytes = ByteBuffer.allocate(length);
    int i = 0;
    for (long place : places.values()) {
      byte[] name = names.get(i++);
      bytes.putLong(place).putInt(name.length).put(name);
    }
    return bytes.array();
  }

  /** The place in each set, from the column that says so. */
  static Map<String, Long> toPlaces(byte[] sets) {
    ByteBuffer bytes = ByteBuffer.wrap(sets);
    Map<String, Long> places = new LinkedHashMap<>();
    while (bytes.remaining() >= HEAD) {
      long place = bytes.getLong();
      int length = Math.min(bytes.getInt(), bytes.remaining());
      places.put(new String(sets, bytes.position(), length, UTF_8), place);
      bytes.position(bytes.position() + length);
    }
    return places;
  }
}
