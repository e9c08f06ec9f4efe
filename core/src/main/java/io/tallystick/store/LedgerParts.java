package io.tallystick.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a ledger has at one moment, before it is merged: its base and its sources. Immutable.
 *
 * @param timeMs the moment by the store's clock, in milliseconds of the Unix epoch
 */
public record LedgerParts(long timeMs, List<Part> parts) {
  /** Copies the list. */
  public LedgerParts {
    parts = List.copyOf(parts);
  }

  /**
   * A merge that has taken in all parts.
   *
   * @param nowMs the store's time: {@link #timeMs} or later
   */
  public LedgerMerge merge(long nowMs) {
    LedgerMerge merge = new LedgerMerge(nowMs);
    parts.forEach(merge::add);
    return merge;
  }

  /**
   * The base, or some of its families, or a source.
   *
   * @param source its name; null of the base
   * @param live whether its lease has not run out
   * @param publishedMs when it published; 0 of the base
   */
  public record Part(
      @Nullable String source, boolean live, long publishedMs, List<FamilyValues> families) {
    /** Copies the list. */
    public Part {
      families = List.copyOf(families);
    }

    /** Families of the base. */
    public static Part ofBase(List<FamilyValues> families) {
      return new Part(null, false, 0, families);
    }
  }
}
