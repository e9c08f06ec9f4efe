package io.tallystick.mirror;

import io.tallystick.shm.MirrorThread;
import io.tallystick.shm.ProcessFile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The threads that run the application's code to take its values, in rounds: each {@link Mirrored}
 * once in an interval.
 *
 * <p>One thread at a time makes the rounds. Where a call does not return in time, its thread is
 * left with it and another one goes on with the round; what hangs is left out until its call
 * returns, which ends the thread. At most a few threads are left like this; with one more nothing
 * is taken until one returns.
 *
 * <p>Threading: any; calls of the application's code are made without a lock.
 */
final class MirrorThreads {
  private static final int MOST_LEFT = 4;
  private static final Duration LEAST_TIME_LIMIT = Duration.ofSeconds(1);

  /**
   * A call is watched this often before it is said to hang: where the whole process stood still, it
   * gets its time again.
   */
  private static final int LEAST_WATCHES = 10;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ProcessFile file;
  private final long intervalNs;
  private final long timeLimitNs;
  private final Complaints complaints = new Complaints();
  private final List<Member> members = new ArrayList<>(); // guarded by lock, as all below
  private List<Member> round = List.of(); // those that are still to come
  private boolean inRound;
  private @Nullable Worker worker; // that makes the rounds; null where all hang
  private int left;
  private long dueNs;
  private boolean isRequested;
  private long started;
  private long finished;
  private boolean closed;

  MirrorThreads(ProcessFile file, Duration interval) {
    this.file = file;
    this.intervalNs = interval.toNanos();
    this.timeLimitNs = Math.max(intervalNs, LEAST_TIME_LIMIT.toNanos());
  }

  /** Takes part from the next round on. The class loader of the calling thread is used for it. */
  void add(Mirrored mirrored) {
    lock.lock();
    try {
      members.add(new Member(mirrored, Thread.currentThread().getContextClassLoader()));
      startWhereNone();
    } finally {
      lock.unlock();
    }
  }

  void remove(Mirrored mirrored) {
    lock.lock();
    try {
      members.removeIf(member -> member.mirrored == mirrored);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Has a round made now, from its beginning, and waits for its end.
   *
   * @return whether it ended in time
   */
  boolean turn(Duration patience) {
    lock.lock();
    try {
      if (members.isEmpty()) {
        return true;
      }
      if (closed || isOurs(Thread.currentThread())) {
        return false; // a round cannot wait for itself
      }
      long wanted = started + 1;
      isRequested = true;
      changed.signalAll();
      awaitFinished(wanted, patience.toNanos());
      return finished >= wanted;
    } finally {
      lock.unlock();
    }
  }

  /** Waits also where the thread is interrupted, which it stays. */
  private void awaitFinished(long wanted, long patienceNs) {
    boolean interrupted = Thread.interrupted();
    long restNs = patienceNs;
    while (finished < wanted && !closed && restNs > 0) {
      try {
        restNs = changed.awaitNanos(restNs);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isOurs(Thread thread) {
    return thread instanceof Worker made && made.threads() == this;
  }

  /**
   * Leaves a thread behind that hangs. Called by the agent at each of its turns.
   *
   * @return whether there was one
   */
  boolean watch(long nowNs) {
    if (!lock.tryLock()) {
      return false; // the next turn will do
    }
    Mirrored.Hang hang = null;
    try {
      Worker present = worker;
      if (closed) {
        return false;
      } else if (present == null || !present.isAlive()) {
        replace(present);
      } else if (present.member != null) {
        present.watches++;
        if (present.watches >= LEAST_WATCHES && nowNs - present.sinceNs > timeLimitNs) {
          hang = leave(present.member);
        }
      }
    } finally {
      lock.unlock();
    }
    if (hang != null) {
      complaints.sayFailed(hang.name(), null);
    }
    return hang != null;
  }

  /** Has another thread go on where there is none, or where it died of a full heap. */
  private void replace(@Nullable Worker dead) {
    if (dead != null && dead.member != null) {
      dead.member.taker = null;
    }
    worker = null;
    startWhereNone();
  }

  private Mirrored.Hang leave(Member member) {
    Mirrored.Hang hang = member.mirrored.leave();
    if (hang.mayTakeAgain()) {
      member.taker = null;
    }
    file.countCallbackFailure();
    worker = null;
    left++;
    startWhereNone();
    return hang;
  }

  private void startWhereNone() {
    if (worker != null || members.isEmpty() || closed || left == MOST_LEFT) {
      return;
    }
    if (started == 0) {
      dueNs = System.nanoTime() + intervalNs;
    }
    Worker next = new Worker();
    try {
      next.start();
      worker = next;
    } catch (OutOfMemoryError e) {
      complaints.sayFailed("(no thread can be started)", e); // the agent tries it again
    }
  }

  /** The next one to take, or null where the calling thread is at its end. */
  private @Nullable Member next(Worker caller) {
    lock.lock();
    try {
      while (worker == caller) {
        while (!round.isEmpty()) {
          Member member = round.remove(round.size() - 1);
          if (member.taker == null) {
            member.taker = caller;
            caller.member = member;
            caller.sinceNs = System.nanoTime();
            caller.watches = 0;
            return member;
          }
        }
        if (inRound) {
          inRound = false;
          finished++;
          changed.signalAll();
        }
        if (closed) {
          return null;
        }
        long waitNs = dueNs - System.nanoTime();
        if (isRequested || waitNs <= 0) {
          isRequested = false;
          inRound = true;
          started++;
          dueNs = System.nanoTime() + intervalNs;
          round = new ArrayList<>(members);
        } else {
          try {
            long unused = changed.awaitNanos(waitNs);
          } catch (InterruptedException e) {
            boolean unused = Thread.interrupted(); // nobody but close() ends it
          }
        }
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  /** Ends a call; false where the calling thread was left behind and another one goes on. */
  private boolean end(Worker caller, Member member) {
    lock.lock();
    try {
      if (member.taker == caller) {
        member.taker = null;
      }
      caller.member = null;
      long unmirrored = 0;
      for (Member each : members) {
        unmirrored += each.mirrored.unmirroredSeries();
      }
      file.setUnmirroredSeries(unmirrored);
      if (worker == caller) {
        return true;
      }
      left--;
      if (worker == null) {
        worker = caller; // all others hang
        return true;
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Makes no more rounds. Twice does no harm. */
  void close() {
    Worker present;
    lock.lock();
    try {
      closed = true;
      round = List.of();
      present = worker;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    if (present != null && !isOurs(Thread.currentThread())) {
      join(present);
    }
  }

  /** Waits for what is being put, but not for the application's code. */
  private static void join(Thread thread) {
    boolean interrupted = Thread.interrupted();
    try {
      thread.join(LEAST_TIME_LIMIT.toMillis());
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Something to take, and who is taking it. */
  private static final class Member {
    private final Mirrored mirrored;
    private final @Nullable ClassLoader loader;
    private @Nullable Worker taker; // guarded by lock

    Member(Mirrored mirrored, @Nullable ClassLoader loader) {
      this.mirrored = mirrored;
      this.loader = loader;
    }
  }

  private final class Worker extends Thread {
    private @Nullable Member member; // that it takes; guarded by lock, as the next two
    private long sinceNs;
    private int watches;

    Worker() {
      super(null, null, MirrorThread.NAME, 0, false);
      setDaemon(true);
      setContextClassLoader(null); // it outlives whoever starts it
    }

    MirrorThreads threads() {
      return MirrorThreads.this;
    }

    @Override
    public void run() {
      Member next = next(this);
      while (next != null) {
        take(next.mirrored, next.loader);
        next = end(this, next) ? next(this) : null;
      }
    }

    private void take(Mirrored mirrored, @Nullable ClassLoader loader) {
      setContextClassLoader(loader);
      try {
        mirrored.take();
      } catch (Throwable e) { // it is not our code
        failed(mirrored, e);
      } finally {
        setContextClassLoader(null);
        boolean unused = Thread.interrupted();
      }
    }

    private void failed(Mirrored mirrored, Throwable failure) {
      file.countCallbackFailure();
      complaints.sayFailed(mirrored.name(), failure);
    }
  }
}
