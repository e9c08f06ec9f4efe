package io.tallystick.store.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.store.Deadline;
import io.tallystick.store.DocumentChange;
import io.tallystick.store.Documents;
import io.tallystick.store.sqlite.DocumentRows.Row;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The documents of a database. What has expired is deleted with a write of each second, some at a
 * time and the rest with the writes that follow.
 */
final class SqliteDocuments implements Documents {
  private static final long SWEEP_MS = 1_000;
  private static final int MOST_SWEPT = 100;

  /** How many batches are written in one transaction. */
  private static final int MOST_AT_ONCE = 1_000;

  private final SqliteStore store;
  private long sweptMs; // of the thread that writes

  SqliteDocuments(SqliteStore store) {
    this.store = store;
  }

  @Override
  public List<Optional<byte[]>> getAll(List<String> keys) {
    store.requireOpen();
    List<byte[]> names = new ArrayList<>(keys.size());
    keys.forEach(key -> names.add(store.limits().checkKey(key).getBytes(UTF_8)));
    long nowMs = store.nowMs();
    return store.readers().snapshot(session -> DocumentValues.read(session, names, nowMs));
  }

  @Override
  public List<Boolean> applyEach(List<List<DocumentChange>> batches) {
    store.requireOpen();
    DocumentChange.check(batches, store.limits());
    List<Boolean> made = new ArrayList<>(batches.size());
    for (int from = 0; from < batches.size(); from += MOST_AT_ONCE) {
      List<List<DocumentChange>> some =
          batches.subList(from, Math.min(batches.size(), from + MOST_AT_ONCE));
      made.addAll(store.writer().write(session -> apply(session, some)));
    }
    return made;
  }

  private List<Boolean> apply(Session session, List<List<DocumentChange>> batches)
      throws SQLException {
    long nowMs = store.nowMs();
    DocumentRows rows = new DocumentRows(session);
    sweep(rows, nowMs);
    List<Boolean> made = new ArrayList<>(batches.size());
    for (List<DocumentChange> batch : batches) {
      made.add(isMade(rows, batch, nowMs));
    }
    rows.flush();
    return made;
  }

  private static boolean isMade(DocumentRows rows, List<DocumentChange> batch, long nowMs)
      throws SQLException {
    List<DocumentChange> asked =
        batch.stream().filter(c -> c.condition() != DocumentChange.Condition.NONE).toList();
    boolean isFirstAlone = asked.size() == 1 && asked.get(0) == batch.get(0);
    DocumentChange made = isFirstAlone && isForNew(asked.get(0)) ? asked.get(0) : null;
    Map<String, Row> present = new HashMap<>();
    if (made != null) { // the insertion itself finds out whether there is one, before all others
      byte[] key = made.key().getBytes(UTF_8);
      if (!rows.putIfAbsent(key, made.value(), endMs(made, nowMs), made.places(), nowMs)) {
        return false;
      }
    } else if (!areAllowed(asked, rows, nowMs, present)) {
      return false;
    }
    for (DocumentChange change : batch) {
      if (change != made) {
        make(change, rows, nowMs, present.get(change.key()));
      }
    }
    return true;
  }

  private static boolean isForNew(DocumentChange change) {
    return change.condition() == DocumentChange.Condition.ABSENT && !change.deletes();
  }

  /** Whether all conditions hold; notes the rows that were read. */
  private static boolean areAllowed(
      List<DocumentChange> asked, DocumentRows rows, long nowMs, Map<String, Row> present)
      throws SQLException {
    for (DocumentChange change : asked) {
      Row row = rows.row(change.key().getBytes(UTF_8));
      if (!change.isAllowed(row == null || !row.lives(nowMs) ? null : row.value())) {
        return false;
      }
      if (row != null) {
        present.put(change.key(), row);
      }
    }
    return true;
  }

  private static void make(
      DocumentChange change, DocumentRows rows, long nowMs, @Nullable Row present)
      throws SQLException {
    byte[] key = change.key().getBytes(UTF_8);
    long endMs = endMs(change, nowMs);
    if (change.deletes()) {
      rows.delete(key);
    } else if (present == null) {
      rows.put(key, change.value(), endMs, change.places());
    } else {
      rows.putOver(present, key, change.value(), endMs, change.places());
    }
  }

  private static long endMs(DocumentChange change, long nowMs) {
    return change.timeToLive() == null
        ? Deadline.NEVER_MS
        : Deadline.after(nowMs, change.timeToLive());
  }

  private void sweep(DocumentRows rows, long nowMs) throws SQLException {
    if (Math.abs(nowMs - sweptMs) >= SWEEP_MS && rows.sweep(nowMs, MOST_SWEPT) < MOST_SWEPT) {
      sweptMs = nowMs; // else there are more, for the next write
    }
  }

  @Override
  public Page find(Search search) {
    store.requireOpen();
    return store.readers().snapshot(session -> new DocumentSearch(session, search).run());
  }

  @Override
  public long count(String set, long from, long to) {
    byte[] name = bytes(set);
    return store
        .readers()
        .read(
            session ->
                session.number(
                    0,
                    "SELECT count(*) FROM tallystick_members"
                        + " WHERE name = ? AND place BETWEEN ? AND ?",
                    name,
                    from,
                    to));
  }

  private byte[] bytes(String set) {
    store.requireOpen();
    return store.limits().checkKey(set).getBytes(UTF_8);
  }
}
