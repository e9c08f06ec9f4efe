package io.tallystick.sd.cache;

import java.time.Duration;

/** What becomes of a query: a list, or why there is none. Never an empty list for an error. */
public sealed interface Answer {
  /**
   * A list that the generators gave.
   *
   * @param age since it was made; not negative
   * @param stale whether it is older than it should be; another one has been asked for
   */
  record Listed(EncodedList list, Duration age, boolean stale) implements Answer {}

  /** The last generation failed, and there is no list from before that may still be used. */
  record Failed(GenerationError error) implements Answer {}

  /** There is no list yet; it has been asked for. */
  record Pending() implements Answer {}

  /** There is no such path. */
  record Unknown() implements Answer {}

  /**
   * The path, or all paths together, have been asked for with too many different arguments.
   *
   * @param limit how many there may be
   * @param isOfAllPaths whether this is the limit of all paths
   */
  record TooMany(int limit, boolean isOfAllPaths) implements Answer {}

  /**
   * The store cannot be used, and this process has no list of its own.
   *
   * @param message what the store said
   */
  record Unavailable(String message) implements Answer {}
}
