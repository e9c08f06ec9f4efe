package io.tallystick.store.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.store.KeyValues.Page;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of the keys that begin with a prefix, in the order of their bytes. A cursor is the last
 * key of the page before. Used once.
 */
final class KeyPage {
  private final String prefix;
  private final @Nullable String cursor;
  private final int limit;
  private final List<String> keys = new ArrayList<>();
  private @Nullable String last;
  private int rows;

  KeyPage(String prefix, @Nullable String cursor, int limit) {
    this.prefix = prefix;
    this.cursor = cursor;
    this.limit = limit;
  }

  Page read(Session session, long nowMs) throws SQLException {
    byte[] first = encodable(prefix).getBytes(UTF_8);
    session.forEach(
        "SELECT key, end_ms IS NOT NULL AND end_ms <= ? FROM tallystick_keys"
            + " WHERE key >= ? AND key < ? ORDER BY key LIMIT ?",
        row -> add(new String(Session.bytes(row, 1), UTF_8), row.getLong(2) != 0),
        nowMs,
        cursor == null ? first : behind(cursor),
        end(first),
        (long) limit);
    return new Page(keys, rows == limit ? last : null);
  }

  private void add(String key, boolean isExpired) {
    if (!isExpired && key.startsWith(prefix)) {
      keys.add(key);
    }
    last = key;
    rows++;
  }

  /** A prefix without the half of a surrogate pair that it may end in. */
  private static String encodable(String prefix) {
    int last = prefix.length() - 1;
    boolean isCut = last >= 0 && Character.isHighSurrogate(prefix.charAt(last));
    return isCut ? prefix.substring(0, last) : prefix;
  }

  private static byte[] behind(String key) {
    byte[] bytes = key.getBytes(UTF_8);
    return Arrays.copyOf(bytes, bytes.length + 1);
  }

  /** What is greater than all that begins so; no byte of UTF-8 is the greatest one. */
  private static byte[] end(byte[] prefix) {
    if (prefix.length == 0) {
      return new byte[] {(byte) 0xFF};
    }
    byte[] end = prefix.clone();
    end[end.length - 1]++;
    return end;
  }
}
