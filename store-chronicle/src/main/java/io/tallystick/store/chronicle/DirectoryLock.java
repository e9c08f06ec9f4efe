package io.tallystick.store.chronicle;

import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The lock of a directory: threads of this store take turns by a lock of the JVM, processes by a
 * word in shared memory, which has the number of its owner.
 *
 * <p>Who has waited for a while asks whether the owner is dead, and then takes its place; nobody
 * else can meanwhile, since who asks holds the dead one's place. What the dead one has left is told
 * by {@link ControlFile}. Waiting is bounded. Threading: any.
 */
final class DirectoryLock {
  /** How long a call waits for others before it fails with TRANSIENT. */
  static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final int SPINS = 200;
  private static final int YIELDS = 200;
  private static final long PAUSE_NS = 50_000;
  private static final long BETWEEN_CHECKS_NS = 5_000_000;

  private final Path directory;
  private final ControlFile control;
  private final UserSlot self;
  private final long patienceNs;
  private final ReentrantLock threads = new ReentrantLock();
  private boolean closed; // guarded by threads

  DirectoryLock(Path directory, ControlFile control, UserSlot self, Duration patience) {
    this.directory = directory;
    this.control = control;
    this.self = self;
    this.patienceNs = patience.toNanos();
  }

  /**
   * Takes the lock.
   *
   * @throws StoreException TRANSIENT where others have it for too long, PERMANENT once it is closed
   */
  void acquire() {
    acquireThreads();
    boolean acquired = false;
    try {
      if (closed) { // its number may be another's by now, whose lock it would take for its own
        throw new StoreException(Category.PERMANENT, "store is closed: directory=" + directory);
      }
      if (!control.compareAndSetOwner(ControlFile.NOBODY, self.owner())) {
        await();
      }
      acquired = true;
    } finally {
      if (!acquired) {
        threads.unlock();
      }
    }
  }

  private void acquireThreads() {
    long endNs = System.nanoTime() + patienceNs;
    boolean interrupted = false;
    while (true) {
      try {
        if (threads.tryLock() || threads.tryLock(endNs - System.nanoTime(), TimeUnit.NANOSECONDS)) {
          restore(interrupted);
          return;
        }
        restore(interrupted);
        throw new StoreException(
            Category.TRANSIENT,
            "other threads have the directory's lock for too long: directory=" + directory);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
  }

  @SuppressWarnings("ThreadPriorityCheck") // others may need this processor to give the lock back
  private void await() {
    if (control.ownerVolatile() == self.owner()) {
      return; // of a process that had this place before, and died
    }
    for (int i = 0; i < SPINS + YIELDS; i++) {
      if (control.compareAndSetOwner(ControlFile.NOBODY, self.owner())) {
        return;
      }
      if (i < SPINS) {
        Thread.onSpinWait();
      } else {
        Thread.yield();
      }
    }
    long startNs = System.nanoTime();
    long checkedNs = startNs;
    boolean interrupted = false;
    while (!control.compareAndSetOwner(ControlFile.NOBODY, self.owner())) {
      LockSupport.parkNanos(PAUSE_NS);
      interrupted |= Thread.interrupted(); // else nobody could park
      long nowNs = System.nanoTime();
      if (nowNs - checkedNs > BETWEEN_CHECKS_NS) {
        checkedNs = nowNs;
        if (isTakenFromTheDead()) {
          break;
        }
        if (nowNs - startNs > patienceNs) {
          restore(interrupted);
          throw new StoreException(
              Category.TRANSIENT,
              "another process has the directory's lock for too long: directory="
                  + directory
                  + " waitedMs="
                  + TimeUnit.NANOSECONDS.toMillis(nowNs - startNs));
        }
      }
    }
    restore(interrupted);
  }

  private static void restore(boolean interrupted) {
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isTakenFromTheDead() {
    int owner = control.ownerVolatile();
    if (owner == ControlFile.NOBODY) {
      return false;
    }
    boolean[] taken = new boolean[1];
    try {
      self.ifDead(owner, () -> taken[0] = control.compareAndSetOwner(owner, self.owner()));
      return taken[0];
    } catch (IOException e) {
      throw new StoreException(
          Category.TRANSIENT, "users cannot be asked: directory=" + directory + " cause=" + e, e);
    }
  }

  /** Gives the lock back. */
  void release() {
    control.freeRelease();
    threads.unlock();
  }

  /** Does something once the call that runs is over, and refuses all later ones. */
  void close(Runnable action) {
    threads.lock();
    try {
      closed = true;
      action.run();
    } finally {
      threads.unlock();
    }
  }
}
