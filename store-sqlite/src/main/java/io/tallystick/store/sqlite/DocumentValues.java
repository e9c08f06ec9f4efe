package io.tallystick.store.sqlite;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The values of many documents, read with one statement for some of them at a time. */
final class DocumentValues {
  private static final int AT_ONCE = 32;
  private static final String ONE = sql(1);
  private static final String MANY = sql(AT_ONCE);

  private DocumentValues() {}

  private static String sql(int keys) {
    return IntStream.range(0, keys)
        .mapToObj(each -> "(" + each + ", ?)")
        .collect(
            Collectors.joining(
                ", ",
                "WITH wanted (number, key) AS (VALUES ",
                ") SELECT w.number, d.value FROM wanted w CROSS JOIN tallystick_documents d"
                    + " ON d.key = w.key WHERE d.end_ms IS NULL OR d.end_ms > ?"));
  }

  /** The values of keys, in their order; empty where there is none, or it has ended. */
  static List<Optional<byte[]>> read(Session session, List<byte[]> keys, long nowMs)
      throws SQLException {
    List<Optional<byte[]>> values =
        new ArrayList<>(Collections.nCopies(keys.size(), Optional.empty()));
    for (int from = 0; from < keys.size(); ) {
      int count = keys.size() - from < AT_ONCE ? 1 : AT_ONCE;
      Object[] arguments = Arrays.copyOf(keys.subList(from, from + count).toArray(), count + 1);
      arguments[count] = nowMs;
      int first = from;
      session.forEach(
          count == 1 ? ONE : MANY,
          row -> values.set(first + row.getInt(1), Optional.of(Session.bytes(row, 2))),
          arguments);
      from += count;
    }
    return values;
  }
}
