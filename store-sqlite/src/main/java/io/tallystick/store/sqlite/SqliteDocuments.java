package io.tallystick.store.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.store.Deadline;
import io.tallystick.store.DocumentChange;
import io.tallystick.store.Documents;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
    return store
        .readers()
        .snapshot(
            session -> {
              DocumentRows rows = new DocumentRows(session);
              List<Optional<byte[]>> values = new ArrayList<>(names.size());
              for (byte[] name : names) {
                values.add(Optional.ofNullable(rows.value(name, nowMs)));
              }
              return values;
            });
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
    return made;
  }

  private static boolean isMade(DocumentRows rows, List<DocumentChange> batch, long nowMs)
      throws SQLException {
    for (DocumentChange change : batch) {
      boolean isAsked = change.condition() != DocumentChange.Condition.NONE;
      if (isAsked && !change.isAllowed(rows.value(change.key().getBytes(UTF_8), nowMs))) {
        return false;
      }
    }
    for (DocumentChange change : batch) {
      byte[] key = change.key().getBytes(UTF_8);
      if (change.deletes()) {
        rows.delete(key);
      } else {
        long endMs =
            change.timeToLive() == null
                ? Deadline.NEVER_MS
                : Deadline.after(nowMs, change.timeToLive());
        rows.put(key, change.value(), endMs, change.places());
      }
    }
    return true;
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
