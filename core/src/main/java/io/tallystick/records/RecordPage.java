package io.tallystick.records;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Records that a query has found.
 *
 * @param unreadable those that it met and could not read: which, and why
 * @param next what {@link RecordQuery#after} takes for the next page; null at the end, and where a
 *     query has an order of its own
 */
public record RecordPage<R>(List<R> records, List<Unreadable> unreadable, @Nullable String next) {
  /** Copies the lists. */
  public RecordPage {
    records = List.copyOf(records);
    unreadable = List.copyOf(unreadable);
  }

  /**
   * A record that cannot be read.
   *
   * @param key what it is under, such as {@code metric:1}
   * @param reason what is wrong with it
   */
  public record Unreadable(String key, String reason) {}
}
