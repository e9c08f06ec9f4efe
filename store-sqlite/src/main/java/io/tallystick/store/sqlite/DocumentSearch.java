package io.tallystick.store.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.store.Documents.Found;
import io.tallystick.store.Documents.Page;
import io.tallystick.store.Documents.Search;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One page of documents that are in all sets of a search. It goes through the set that has the
 * fewest, up to a bound, and looks each up in the others, where it has the same place. Used once.
 */
final class DocumentSearch {
  private static final long MOST_COUNTED = 10_000;

  private final Session session;
  private final Search search;

  DocumentSearch(Session session, Search search) {
    this.session = session;
    this.search = search;
  }

  Page run() throws SQLException {
    List<byte[]> sets = smallestFirst();
    List<Object> arguments = new ArrayList<>();
    StringBuilder sql = new StringBuilder("SELECT m.key, m.place FROM tallystick_members m");
    sql.append(" WHERE m.name = ? AND m.place BETWEEN ? AND ?");
    arguments.add(sets.get(0));
    Found after = search.after();
    boolean descending = search.descending();
    arguments.add(after != null && !descending ? after.place() : search.from());
    arguments.add(after != null && descending ? after.place() : search.to());
    if (after != null) {
      sql.append(" AND (m.place, m.key) ").append(descending ? '<' : '>').append(" (?, ?)");
      arguments.add(after.place());
      arguments.add(after.key().getBytes(UTF_8));
    }
    for (byte[] set : sets.subList(1, sets.size())) {
      sql.append(" AND EXISTS (SELECT 1 FROM tallystick_members o")
          .append(" WHERE o.name = ? AND o.place = m.place AND o.key = m.key)");
      arguments.add(set);
    }
    String direction = descending ? " DESC" : "";
    sql.append(" ORDER BY m.place").append(direction).append(", m.key").append(direction);
    sql.append(" LIMIT ?");
    arguments.add((long) search.limit());
    @Nullable Object[] all = arguments.toArray();
    List<Found> found =
        session.list(
            sql.toString(),
            row -> new Found(new String(Session.bytes(row, 1), UTF_8), row.getLong(2)),
            all);
    return new Page(found, found.size() < search.limit() ? null : found.get(found.size() - 1));
  }

  private List<byte[]> smallestFirst() throws SQLException {
    List<byte[]> sets = new ArrayList<>();
    long fewest = Long.MAX_VALUE;
    for (String set : search.sets()) {
      byte[] name = set.getBytes(UTF_8);
      long members = search.sets().size() == 1 ? 0 : members(name);
      if (members < fewest) {
        sets.add(0, name);
        fewest = members;
      } else {
        sets.add(name);
      }
    }
    return sets;
  }

  private long members(byte[] set) throws SQLException {
    return session.number(
        0,
        "SELECT count(*) FROM (SELECT 1 FROM tallystick_members"
            + " WHERE name = ? AND place BETWEEN ? AND ? LIMIT "
            + MOST_COUNTED
            + ")",
        set,
        search.from(),
        search.to());
  }
}
