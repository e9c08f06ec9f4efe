package io.tallystick.store.sqlite;

import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import io.tallystick.store.sqlite.Session.Work;
import java.sql.SQLException;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;

/**
 * The sessions that read: a few, opened when they are needed, so that readers wait for nobody that
 * writes. Threading: any. What was read from a file that is not the one of the path any more is not
 * given: the call fails, and the next ones open the file that is there then.
 */
final class Readers implements AutoCloseable {
  private static final int MOST = 8;

  private final DatabaseFile file;
  private final Semaphore permits = new Semaphore(MOST);
  private final ConcurrentLinkedDeque<Session> idle = new ConcurrentLinkedDeque<>();
  private volatile boolean closed;

  Readers(DatabaseFile file) {
    this.file = file;
  }

  /** Does something that reads with one statement, or in several of which each sees the newest. */
  <T> T read(Work<T> work) {
    permits.acquireUninterruptibly();
    try {
      requireOpen();
      Session session = idle.pollFirst();
      if (session == null) {
        session = file.connect();
      }
      T result;
      try {
        result = work.run(session);
      } catch (SQLException | RuntimeException | Error e) {
        giveBack(session);
        throw e;
      }
      giveBack(session);
      return result;
    } catch (SQLException e) {
      throw SqliteFault.of(file.path(), e);
    } finally {
      permits.release();
    }
  }

  /** Does something that reads one state of the database. */
  <T> T snapshot(Work<T> work) {
    return read(
        session -> {
          session.beginRead();
          try {
            return work.run(session);
          } finally {
            session.rollback();
          }
        });
  }

  private static void leave(Session session) {
    try {
      session.close();
    } catch (SQLException e) {
      // nobody uses it any more, and what was read stands
    }
  }

  private void giveBack(Session session) throws SQLException {
    if (!file.isSame(session)) {
      leave(session);
      closeIdle();
      throw file.replaced();
    }
    if (session.isDoubtful()) {
      leave(session); // it may read one state of the database for ever
      return;
    }
    idle.addFirst(session);
    if (closed) {
      closeIdle(); // of close() and this, one at least sees the other
    }
  }

  private void closeIdle() throws SQLException {
    for (Session session = idle.pollFirst(); session != null; session = idle.pollFirst()) {
      session.close();
    }
  }

  void requireOpen() {
    if (closed) {
      throw new StoreException(Category.PERMANENT, "store is closed: file=" + file.path());
    }
  }

  @Override
  public void close() {
    closed = true;
    try {
      closeIdle();
    } catch (SQLException e) {
      throw SqliteFault.of(file.path(), e);
    }
  }
}
