package io.tallystick.store.sqlite;

import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import io.tallystick.store.sqlite.Session.Work;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The one session of a store that writes. What threads want to write meanwhile is written together,
 * in one transaction, by the first of them that finds the session free (group commit).
 *
 * <p>Threading: any. A thread puts its task into the queue and tries the lock. Where it gets it, it
 * runs all that is queued, wakes those whose tasks these were, gives the lock back and then wakes
 * the first that is queued by now. Where it does not, whoever has the lock has not yet looked for
 * the first one, and finds this task: nobody sleeps that has to be woken. A task that fails takes
 * the transaction with it; then each is run in one of its own. Where others keep the database for
 * the busy timeout, all tasks of a batch that have not run fail at once. A task waits for the
 * batches before its own, and so may wait for longer than that.
 *
 * <p>Failure: a batch that was written to a file which is not the one of the path any more fails
 * whole, and the next one opens the file that is there then.
 */
final class Writer implements AutoCloseable {
  private static final int MOST_AT_ONCE = 256;

  private final DatabaseFile file;
  private final Supplier<Session> opening;
  private final ReentrantLock lock = new ReentrantLock();
  private final Queue<Task<?>> queue = new ConcurrentLinkedQueue<>();
  private @Nullable Session session; // guarded by lock, as what follows
  private boolean closed;

  /**
   * @param session null where none is to be opened before something is written
   * @param opening opens another session, in the file that is there then
   */
  Writer(DatabaseFile file, @Nullable Session session, Supplier<Session> opening) {
    this.file = file;
    this.session = session;
    this.opening = opening;
  }

  /** Runs something in a transaction, and returns once that is committed. */
  <T> T write(Work<T> work) {
    Task<T> task = new Task<>(work);
    queue.add(task);
    boolean interrupted = false;
    while (!task.done) {
      if (lock.tryLock()) {
        try {
          runQueued();
        } finally {
          lock.unlock();
        }
        wakeFirst();
      } else {
        LockSupport.park(this);
        interrupted |= Thread.interrupted(); // else it would not park again
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return task.result();
  }

  private void wakeFirst() {
    Task<?> first = queue.peek();
    if (first != null) {
      LockSupport.unpark(first.thread);
    }
  }

  private void runQueued() {
    List<Task<?>> batch = new ArrayList<>();
    for (Task<?> task = queue.poll(); task != null; task = queue.poll()) {
      batch.add(task);
      if (batch.size() == MOST_AT_ONCE) {
        break;
      }
    }
    try {
      if (batch.size() < 2 || !runTogether(batch)) {
        runOneByOne(batch);
      }
      if (session != null && !file.isSame(session)) {
        leave(session);
        batch.forEach(task -> task.failure = file.replaced());
      }
    } finally {
      batch.forEach(Task::finish);
    }
  }

  private void leave(Session left) {
    session = null;
    try {
      left.close();
    } catch (SQLException e) {
      // nobody uses it any more
    }
  }

  /** False where a task failed, so that none has run. */
  private boolean runTogether(List<Task<?>> batch) {
    try {
      return runBegun(begin(), batch) == null;
    } catch (StoreException refusal) {
      batch.forEach(task -> task.failure = refusal);
      return true;
    }
  }

  /** Who is refused a transaction has waited for one, and those behind do not wait again. */
  private void runOneByOne(List<Task<?>> batch) {
    StoreException refusal = null;
    for (Task<?> task : batch) {
      if (refusal == null) {
        try {
          task.failure = runBegun(begin(), List.of(task));
        } catch (StoreException e) {
          refusal = e;
        }
      }
      if (refusal != null) {
        task.failure = refusal;
      }
    }
  }

  /** Begins a transaction. */
  private Session begin() {
    if (closed) {
      throw new StoreException(Category.PERMANENT, "store is closed: file=" + file.path());
    }
    try {
      if (session == null) {
        session = opening.get();
      }
      beginWrite();
      return Objects.requireNonNull(session);
    } catch (SQLException e) {
      throw SqliteFault.of(file.path(), e);
    }
  }

  private void beginWrite() throws SQLException {
    Session present = Objects.requireNonNull(session);
    try {
      present.beginWrite();
    } catch (SQLException e) {
      if (!present.isDoubtful()) {
        throw e;
      }
      leave(present); // it may be in a transaction still, which nothing else ends
      session = opening.get();
      session.beginWrite();
    }
  }

  /** Runs tasks in the transaction and ends it; returns why that failed, or null. */
  private @Nullable Throwable runBegun(Session session, List<Task<?>> tasks) {
    try {
      for (Task<?> task : tasks) {
        task.run(session);
      }
      session.commit();
      return null;
    } catch (SQLException e) {
      session.rollback();
      return SqliteFault.of(file.path(), e);
    } catch (RuntimeException | Error e) {
      session.rollback();
      return e;
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      if (session != null) {
        session.close();
        session = null;
      }
    } catch (SQLException e) {
      throw SqliteFault.of(file.path(), e);
    } finally {
      lock.unlock();
    }
    wakeFirst();
  }

  /** What one thread wants to be written. Its fields are written before {@link #done} is. */
  private static final class Task<T> {
    private final Work<T> work;
    private final Thread thread = Thread.currentThread();
    private @Nullable T value;
    private @Nullable Throwable failure;
    private volatile boolean done;

    Task(Work<T> work) {
      this.work = work;
    }

    void run(Session session) throws SQLException {
      value = work.run(session);
    }

    void finish() {
      done = true;
      LockSupport.unpark(thread);
    }

    @SuppressWarnings("NullAway") // null only where the work's type allows it
    T result() {
      if (failure instanceof StoreException e) {
        throw new StoreException(e.category(), String.valueOf(e.getMessage()), e);
      }
      if (failure instanceof RuntimeException e) {
        throw e;
      }
      if (failure != null) {
        throw (Error) failure;
      }
      return value;
    }
  }
}
