package io.tallystick.fallback;

import io.tallystick.store.Store;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;

/** A call of a {@link FallbackStore}, and what it is in each mode. Made for one call. */
abstract class FallbackCall<T> {
  private boolean isDoubtful;
  private int failuresOfFirst;
  private int failuresOfSecond;

  /** What it is in {@link FallbackMode#PRIMARY}. */
  abstract T first(Store first);

  /** What it is in {@link FallbackMode#HEURISTIC}. */
  abstract T second(Journal journal, Store second);

  /** What it is in {@link FallbackMode#SAFE}. */
  T safe() {
    throw new StoreException(
        Category.TRANSIENT, "neither store can be used: mode=" + FallbackMode.SAFE);
  }

  /** Notes that the first store may have done it, and gave no answer. */
  final void doubt() {
    isDoubtful = true;
  }

  /** Notes that the first store has failed; how often it has. */
  final int failedInFirst() {
    return ++failuresOfFirst;
  }

  /** Notes that the second store has failed; how often it has. */
  final int failedInSecond() {
    return ++failuresOfSecond;
  }

  /** Whether the first store may have done it before. */
  final boolean isDoubtful() {
    return isDoubtful;
  }

  /**
   * An answer that depends on what was there before the call.
   *
   * @throws StoreException TRANSIENT where it is no, and may be because the call was made before
   */
  final boolean certain(boolean answer) {
    if (!answer && isDoubtful) {
      throw new StoreException(
          Category.TRANSIENT, "first store gave no answer, and may have done what was asked for");
    }
    return answer;
  }
}
