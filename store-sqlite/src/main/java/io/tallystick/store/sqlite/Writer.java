package io.tallystick.store.sqlite;

import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import io.tallystick.store.sqlite.Session.Work;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The one session of a store that writes. What threads want to write meanwhile is written together,
 * in one transaction, by the first of them that finds the session free (group commit).
 *
 * <p>Threading: any. A thread puts its task into the queue and tries the lock. Where it gets it, it
 * runs all that is queued, wakes those whose tasks these were, gives the lock back and then wakes
 * the first that is queued by now. Where it does not, whoever has the lock has not yet looked for
 * the first one, and finds this task: nobody sleeps that has to be woken. A task that fails takes
 * the transaction with it; then each is run in one of its own. Where other processes keep the
 * database for the busy timeout, all tasks of a batch fail at once; so a task waits for two such
 * times at most, its own and that of the batch before.
 */
final class Writer implements AutoCloseable {
  private static final int MOST_AT_ONCE = 256;

  private final Path file;
  private final Session session;
  private final ReentrantLock lock = new ReentrantLock();
  private final Queue<Task<?>> queue = new ConcurrentLinkedQueue<>();
  private boolean closed; // guarded by lock

  Writer(Path file, Session session) {
    this.file = file;
    this.session = session;
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
    } finally {
      batch.forEach(Task::finish);
    }
  }

  /** False where a task failed, so that none has run. */
  private boolean runTogether(List<Task<?>> batch) {
    StoreException refusal = begin();
    if (refusal != null) {
      batch.forEach(task -> task.failure = refusal);
      return true;
    }
    return runBegun(batch) == null;
  }

  /** Who is refused a transaction has waited for one, and those behind do not wait again. */
  private void runOneByOne(List<Task<?>> batch) {
    StoreException refusal = null;
    for (Task<?> task : batch) {
      refusal = refusal == null ? begin() : refusal;
      task.failure = refusal == null ? runBegun(List.of(task)) : refusal;
    }
  }

  /** Begins a transaction; returns why there is none, or null. */
  private @Nullable StoreException begin() {
    if (closed) {
      return new StoreException(Category.PERMANENT, "store is closed: file=" + file);
    }
    try {
      session.beginWrite();
      return null;
    } catch (SQLException e) {
      return SqliteFault.of(file, e);
    }
  }

  /** Runs tasks in the transaction and ends it; returns why that failed, or null. */
  private @Nullable Throwable runBegun(List<Task<?>> tasks) {
    try {
      for (Task<?> task : tasks) {
        task.run(session);
      }
      session.commit();
      return null;
    } catch (SQLException e) {
      session.rollback();
      return SqliteFault.of(file, e);
    } catch (RuntimeException | Error e) {
      session.rollback();
      return e;
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (!closed) {
        closed = true;
        session.close();
      }
    } catch (SQLException e) {
      throw SqliteFault.of(file, e);
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
