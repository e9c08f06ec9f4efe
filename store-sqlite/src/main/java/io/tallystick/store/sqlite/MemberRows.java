package io.tallystick.store.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The rows of documents' places in sets. What a transaction changes is kept until it is flushed, at
 * the latest before the transaction ends: rows are then written in their order and many with one
 * statement, which takes a fraction of the time.
 */
final class MemberRows {
  private static final int MOST_KEPT = 10_000;
  private static final int AT_ONCE = 32;
  private static final String ONE = "INSERT OR IGNORE INTO tallystick_members VALUES (?, ?, ?)";
  private static final String MANY = ONE + ", (?, ?, ?)".repeat(AT_ONCE - 1);

  private final Session session;
  private final Map<Member, Boolean> changed = new TreeMap<>(); // whether the set has it then

  MemberRows(Session session) {
    this.session = session;
  }

  private record Member(
      String set, long place, @SuppressWarnings("ArrayRecordComponent") byte[] key)
      implements Comparable<Member> {
    private static final Comparator<Member> ORDER =
        Comparator.comparing(Member::set)
            .thenComparingLong(Member::place)
            .thenComparing(Member::key, Arrays::compareUnsigned);

    @Override
    public int compareTo(Member other) {
      return ORDER.compare(this, other);
    }
  }

  /** Puts a document into a set; what happened last to a row is what becomes of it. */
  void enter(String set, long place, byte[] key) throws SQLException {
    change(new Member(set, place, key), true);
  }

  /** Takes a document out of a set. */
  void leave(String set, long place, byte[] key) throws SQLException {
    change(new Member(set, place, key), false);
  }

  private void change(Member member, boolean isIn) throws SQLException {
    changed.put(member, isIn);
    if (changed.size() == MOST_KEPT) {
      flush();
    }
  }

  /** Writes what was changed. */
  void flush() throws SQLException {
    List<Object> entering = new ArrayList<>(); // set, place and key of each
    String set = "";
    byte[] name = {};
    for (Map.Entry<Member, Boolean> each : changed.entrySet()) {
      Member member = each.getKey();
      if (!member.set.equals(set)) {
        set = member.set;
        name = set.getBytes(UTF_8);
      }
      if (each.getValue()) {
        entering.addAll(List.of(name, member.place, member.key));
      } else {
        session.update(
            "DELETE FROM tallystick_members WHERE name = ? AND place = ? AND key = ?",
            name,
            member.place,
            member.key);
      }
      if (entering.size() == 3 * AT_ONCE) {
        session.update(MANY, entering.toArray());
        entering.clear();
      }
    }
    for (int i = 0; i < entering.size(); i += 3) {
      session.update(ONE, entering.subList(i, i + 3).toArray());
    }
    changed.clear();
  }
}
