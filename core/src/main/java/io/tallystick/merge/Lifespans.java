package io.tallystick.merge;

import io.tallystick.shm.LifeLayout;
import io.tallystick.shm.LifeReader;
import io.tallystick.shm.Lifetime;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * When the series of a family lived: which are shown, and which of a series' records count.
 *
 * <p>Each record of a series was there from when it was created until it ended. It ends once nobody
 * can update it, when its time to live is over and a grace with it; until then its end is not
 * known, and later than all. Sorted by when they were created, records that each begin before all
 * those ahead of them have ended are one run. The last run counts: what is ahead of it had expired
 * before the run began, and its total began at zero.
 *
 * <p>Why no total goes down by that: a record that counts leaves the run only through a gap, and a
 * gap between two records is one as soon as both are there. The end of a record is set once, to a
 * time after that; a record that is created later than this end was not there when it was set.
 *
 * <p>A record without a life never ends and began before all others. Not thread-safe.
 */
final class Lifespans {
  private static final int FIRST_CAPACITY = 8;
  private static final long[] NO_TIMES = {};

  // the lives of all records, each in a list of its series
  private int size;
  private int[] next = new int[FIRST_CAPACITY]; // life + 1
  private long[] created = new long[FIRST_CAPACITY];
  private long[] ended = new long[FIRST_CAPACITY];

  // by series
  private int series;
  private int[] first = {}; // life + 1
  private long[] expiryMs = NO_TIMES;
  private long[] touchedMs = NO_TIMES; // of the one that expires last
  private long[] releasedMs = NO_TIMES;
  private long[] endedMs = NO_TIMES; // of the one that ended last
  private long[] runMs = NO_TIMES; // when the run began that counts
  private boolean[] endless = {};
  private long hiddenBeforeMs;

  /** Forgets all lives. */
  void reset(int ofSeries) {
    size = 0;
    int known = Math.min(series, first.length);
    Arrays.fill(first, 0, known, 0);
    Arrays.fill(expiryMs, 0, known, -1);
    Arrays.fill(touchedMs, 0, known, 0);
    Arrays.fill(releasedMs, 0, known, 0);
    Arrays.fill(runMs, 0, known, Long.MIN_VALUE);
    Arrays.fill(endless, 0, known, false);
    Arrays.fill(endedMs, 0, known, 0);
    series = 0;
    growTo(ofSeries);
    hiddenBeforeMs = Long.MIN_VALUE;
  }

  private void growTo(int count) {
    if (count > first.length) {
      int capacity = Math.max(count, 2 * first.length);
      int known = first.length;
      first = Arrays.copyOf(first, capacity);
      expiryMs = Arrays.copyOf(expiryMs, capacity);
      Arrays.fill(expiryMs, known, capacity, -1);
      touchedMs = Arrays.copyOf(touchedMs, capacity);
      releasedMs = Arrays.copyOf(releasedMs, capacity);
      runMs = Arrays.copyOf(runMs, capacity);
      Arrays.fill(runMs, known, capacity, Long.MIN_VALUE);
      endless = Arrays.copyOf(endless, capacity);
      endedMs = Arrays.copyOf(endedMs, capacity);
    }
    series = Math.max(series, count);
  }

  /** Takes in a record of a series that never expires. */
  void addEndless(int ofSeries) {
    growTo(ofSeries + 1);
    endless[ofSeries] = true;
  }

  /**
   * Takes in a record of a series.
   *
   * @param isElsewhere whether it is in a file that is only looked at
   */
  void add(int ofSeries, long createdMs, LifeReader life, boolean isElsewhere) {
    growTo(ofSeries + 1);
    if (life.ttlMs() == 0) {
      endless[ofSeries] = true;
      return;
    }
    long expires = LifeLayout.expiryMs(life.touchedMs(), life.ttlMs());
    long ends = life.releasedMs() == 0 ? Long.MAX_VALUE : Math.max(life.releasedMs(), expires);
    endedMs[ofSeries] = Math.max(endedMs[ofSeries], ends);
    if (!isElsewhere) {
      if (expires > expiryMs[ofSeries]) {
        expiryMs[ofSeries] = expires;
        touchedMs[ofSeries] = life.touchedMs();
      }
      releasedMs[ofSeries] =
          Math.max(
              releasedMs[ofSeries], life.releasedMs() == 0 ? Long.MAX_VALUE : life.releasedMs());
    }
    if (size == next.length) {
      next = Arrays.copyOf(next, 2 * size);
      created = Arrays.copyOf(created, 2 * size);
      ended = Arrays.copyOf(ended, 2 * size);
    }
    created[size] = createdMs;
    ended[size] = ends;
    next[size] = first[ofSeries];
    first[ofSeries] = ++size;
  }

  /**
   * Finds the runs that count, once all lives are there.
   *
   * @param expireBeforeMs series that expired before this time are not chosen
   */
  void settle(long expireBeforeMs) {
    hiddenBeforeMs = expireBeforeMs;
    for (int i = 0; i < series; i++) {
      if (first[i] != 0 && !endless[i]) {
        runMs[i] = run(sorted(first[i] - 1));
      }
    }
  }

  /** Sorts a list by the times of creation, by merging; most have one or two. */
  private int sorted(int list) {
    int middle = list;
    for (int end = following(list); end >= 0 && following(end) >= 0; ) {
      middle = following(middle);
      end = following(following(end));
    }
    int second = following(middle);
    if (second < 0) {
      return list;
    }
    next[middle] = 0;
    return merged(sorted(list), sorted(second));
  }

  private int merged(int a, int b) {
    int head = -1;
    int tail = -1;
    int left = a;
    int right = b;
    while (left >= 0 || right >= 0) {
      boolean isLeft = right < 0 || (left >= 0 && created[left] <= created[right]);
      int least = isLeft ? left : right;
      if (isLeft) {
        left = following(left);
      } else {
        right = following(right);
      }
      if (tail < 0) {
        head = least;
      } else {
        next[tail] = least + 1;
      }
      tail = least;
    }
    next[tail] = 0;
    return head;
  }

  private int following(int life) {
    return next[life] - 1;
  }

  private long run(int sorted) {
    long began = created[sorted];
    long end = ended[sorted];
    for (int each = following(sorted); each >= 0; each = following(each)) {
      if (created[each] > end) {
        began = created[each];
      }
      end = Math.max(end, ended[each]);
    }
    return began;
  }

  /** Whether a record of a series that was created then is part of what is shown or kept. */
  boolean isChosen(int ofSeries, long createdMs) {
    return ofSeries >= series
        || endless[ofSeries]
        || (createdMs >= runMs[ofSeries] && expiryMs[ofSeries] >= hiddenBeforeMs);
  }

  /** Whether a record of a series ended before what counts began. */
  boolean isBeforeRun(int ofSeries, long createdMs) {
    return ofSeries < series && !endless[ofSeries] && createdMs < runMs[ofSeries];
  }

  /** When what counts of a series began; the other time where it does not expire. */
  long createdMs(int ofSeries, long otherwise) {
    return ofSeries >= series || endless[ofSeries]
        ? otherwise
        : Math.max(runMs[ofSeries], otherwise);
  }

  /** Whether all records of a series ended so long ago that nothing goes on with it any more. */
  boolean isGone(int ofSeries, long nowMs) {
    return ofSeries < series
        && !endless[ofSeries]
        && first[ofSeries] != 0
        && endedMs[ofSeries] < nowMs - LifeLayout.GRACE_MS;
  }

  /** What a fold keeps of the lives of a series; null where it does not expire. */
  @Nullable Lifetime lifetime(int ofSeries, long nowMs) {
    if (ofSeries >= series || endless[ofSeries] || first[ofSeries] == 0) {
      return null;
    }
    long released = releasedMs[ofSeries];
    return new Lifetime(
        touchedMs[ofSeries],
        released == Long.MAX_VALUE ? nowMs + LifeLayout.GRACE_MS : released,
        expiryMs[ofSeries] - touchedMs[ofSeries]);
  }
}
