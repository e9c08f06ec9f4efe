package io.tallystick.store.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.store.Deadline;
import io.tallystick.store.DocumentChange;
import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rows of documents, and of their places in sets, in a transaction that writes. A document's
 * row says which sets have it: of each the place, the length of its name, and that.
 *
 * <p>Places and the latest numbers of sets are written with {@link #flush}, which has to be called
 * before the transaction is committed.
 */
final class DocumentRows {
  private static final int HEAD = Long.BYTES + Integer.BYTES;

  private final Session session;
  private final MemberRows members;
  private final Map<String, Long> latest = new HashMap<>(); // numbers that were given here

  DocumentRows(Session session) {
    this.session = session;
    this.members = new MemberRows(session);
  }

  /** A document that is there, or was until it ended. */
  record Row(
      long id,
      long endMs,
      @SuppressWarnings("ArrayRecordComponent") byte[] value,
      @SuppressWarnings("ArrayRecordComponent") byte[] sets) {
    private static Row of(ResultSet row) throws SQLException {
      long column = row.getLong(2);
      long endMs = row.wasNull() ? Deadline.NEVER_MS : column; // asked of the last column read
      return new Row(row.getLong(1), endMs, Session.bytes(row, 3), Session.bytes(row, 4));
    }

    boolean lives(long nowMs) {
      return endMs > nowMs;
    }
  }

  @Nullable Row row(byte[] key) throws SQLException {
    return session.first(
        "SELECT id, end_ms, value, sets FROM tallystick_documents WHERE key = ?", Row::of, key);
  }

  /** Puts a document, unless there is one that lives. */
  boolean putIfAbsent(byte[] key, byte[] value, long endMs, Map<String, Long> places, long nowMs)
      throws SQLException {
    Map<String, Long> numbered = numbered(places);
    if (!isInserted(key, value, endMs, numbered)) {
      Row present = row(key);
      if (present == null || present.lives(nowMs)) {
        return false; // and no number was used up
      }
      replace(present, key, value, endMs, numbered);
    }
    note(places, numbered);
    return true;
  }

  /** Puts a document in the place of what is there, of which nothing stays. */
  void put(byte[] key, byte[] value, long endMs, Map<String, Long> places) throws SQLException {
    Map<String, Long> numbered = numbered(places);
    if (!isInserted(key, value, endMs, numbered)) {
      replace(row(key), key, value, endMs, numbered);
    }
    note(places, numbered);
  }

  /** Puts a document in the place of one whose row was read. */
  void putOver(Row present, byte[] key, byte[] value, long endMs, Map<String, Long> places)
      throws SQLException {
    Map<String, Long> numbered = numbered(places);
    replace(present, key, value, endMs, numbered);
    note(places, numbered);
  }

  /** Inserts a document with its places, unless there is one, which may have ended. */
  private boolean isInserted(byte[] key, byte[] value, long endMs, Map<String, Long> places)
      throws SQLException {
    int inserted =
        session.update(
            "INSERT INTO tallystick_documents (key, end_ms, value, sets) VALUES (?, ?, ?, ?)"
                + " ON CONFLICT (key) DO NOTHING",
            key,
            endMs == Deadline.NEVER_MS ? null : endMs,
            value,
            toBytes(places));
    if (inserted == 0) {
      return false;
    }
    for (Map.Entry<String, Long> each : places.entrySet()) {
      members.enter(each.getKey(), each.getValue(), key);
    }
    return true;
  }

  private void replace(
      @Nullable Row row, byte[] key, byte[] value, long endMs, Map<String, Long> places)
      throws SQLException {
    if (row == null) {
      throw new IllegalStateException("a row was seen and is not there");
    }
    session.update(
        "UPDATE tallystick_documents SET end_ms = ?, value = ?, sets = ? WHERE id = ?",
        endMs == Deadline.NEVER_MS ? null : endMs,
        value,
        toBytes(places),
        row.id);
    Map<String, Long> present = toPlaces(row.sets);
    for (Map.Entry<String, Long> each : present.entrySet()) {
      if (!each.getValue().equals(places.get(each.getKey()))) {
        members.leave(each.getKey(), each.getValue(), key);
      }
    }
    for (Map.Entry<String, Long> each : places.entrySet()) {
      if (!each.getValue().equals(present.get(each.getKey()))) {
        members.enter(each.getKey(), each.getValue(), key);
      }
    }
  }

  /** The places with the next numbers of their sets, which are given once they are noted. */
  private Map<String, Long> numbered(Map<String, Long> places) throws SQLException {
    if (!places.containsValue(DocumentChange.NEXT_NUMBER)) {
      return places;
    }
    Map<String, Long> numbered = new LinkedHashMap<>(places);
    for (Map.Entry<String, Long> each : numbered.entrySet()) {
      if (each.getValue() == DocumentChange.NEXT_NUMBER) {
        each.setValue(latest(each.getKey()) + 1);
      }
    }
    return numbered;
  }

  private long latest(String set) throws SQLException {
    Long given = latest.get(set);
    return given != null
        ? given
        : session.number(
            0,
            "SELECT latest FROM tallystick_set_numbers WHERE name = ?",
            (Object) set.getBytes(UTF_8));
  }

  private void note(Map<String, Long> places, Map<String, Long> numbered) {
    if (places != numbered) {
      places.forEach(
          (set, place) -> {
            if (place == DocumentChange.NEXT_NUMBER) {
              latest.put(set, numbered.getOrDefault(set, 0L));
            }
          });
    }
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
    Row row = row(key);
    if (row != null) {
      for (Map.Entry<String, Long> each : toPlaces(row.sets).entrySet()) {
        members.leave(each.getKey(), each.getValue(), key);
      }
      session.update("DELETE FROM tallystick_documents WHERE id = ?", row.id);
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

  /** Writes places, and which numbers were given. */
  void flush() throws SQLException {
    members.flush();
    for (Map.Entry<String, Long> each : latest.entrySet()) {
      count(each.getKey().getBytes(UTF_8), each.getValue());
    }
    latest.clear();
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
