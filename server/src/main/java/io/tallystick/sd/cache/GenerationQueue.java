package io.tallystick.sd.cache;

import io.tallystick.store.JobQueue;
import io.tallystick.store.JobQueue.DeadLetter;
import io.tallystick.store.Store;
import java.util.List;

/**
 * The queue of generations of a store, for people to look at and to set going again. Threading:
 * any. Each method throws {@link io.tallystick.store.StoreException} where the store cannot be
 * used.
 */
public final class GenerationQueue {
  /** What the queue is called in the store. */
  public static final String NAME = ListStore.QUEUE;

  private static final int PAGE = 1_000;

  private final JobQueue queue;

  private GenerationQueue(JobQueue queue) {
    this.queue = queue;
  }

  /** The queue of a store. */
  public static GenerationQueue of(Store store) {
    return new GenerationQueue(new ListStore(store).queue());
  }

  /** How many jobs are in each state. */
  public JobQueue.Sizes sizes() {
    return queue.sizes();
  }

  /** Jobs that failed, or whose workers died, too often; the oldest first. */
  public List<DeadLetter> deadLetters(int limit) {
    return queue.deadLetters(limit);
  }

  /**
   * Queues the dead letters again that there are now. One whose path is queued by now is forgotten,
   * as that job does what it would do.
   *
   * @return how many were queued
   */
  public long retryDead() {
    long left = queue.sizes().dead(); // those that die meanwhile stay
    long queued = 0;
    while (left > 0) {
      List<DeadLetter> letters = queue.deadLetters((int) Math.min(left, PAGE));
      if (letters.isEmpty()) {
        break;
      }
      for (DeadLetter letter : letters) {
        if (queue.requeue(letter.id())) {
          queued++;
        } else {
          boolean unused = queue.discard(letter.id());
        }
      }
      left -= letters.size();
    }
    return queued;
  }
}
