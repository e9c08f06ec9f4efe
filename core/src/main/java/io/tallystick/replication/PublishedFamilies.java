package io.tallystick.replication;

import io.tallystick.merge.MergedFamily;
import io.tallystick.merge.SeriesChanges;
import io.tallystick.scrape.Scraper;
import io.tallystick.shm.OnceLog;
import io.tallystick.store.FamilyCells;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.LedgerMerge;
import io.tallystick.store.SeriesValues;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The families of a directory as they are published: all series, or those that have changed since
 * they were read last. Gauges of processes have a label {@code instance}. A series that no ledger
 * takes is left out, and costs no other one. Not thread-safe; its scraper has no other reader of
 * changes.
 */
final class PublishedFamilies {
  private static final int[] NO_SERIES = {};
  private static final int MOST_SHOWN = 200; // of a reason, which has the labels

  private final Scraper scraper;
  private final String instance;
  private final OnceLog log = new OnceLog();
  private Set<MergedFamily> known = new HashSet<>();

  PublishedFamilies(Scraper scraper, String instance) {
    this.scraper = scraper;
    this.instance = instance;
  }

  /** All series of a directory, whatever was read before. */
  static List<FamilyValues> readAll(Scraper scraper, String instance) {
    PublishedFamilies families = new PublishedFamilies(scraper, instance);
    return scraper.read(
        merged -> {
          List<FamilyValues> values = new ArrayList<>();
          for (MergedFamily family : merged) {
            int[] seen = IntStream.range(0, family.size()).filter(family::isSeen).toArray();
            families.add(family, seen, values);
          }
          return values;
        });
  }

  /**
   * Reads the directory.
   *
   * @param all whether all series are wanted
   */
  Reading read(boolean all) {
    return scraper.read(families -> read(families, all));
  }

  private Reading read(Iterable<MergedFamily> families, boolean all) {
    List<FamilyValues> values = new ArrayList<>();
    Set<MergedFamily> present = new HashSet<>();
    boolean hasGone = false;
    long leftOut = 0;
    for (MergedFamily family : families) {
      present.add(family);
      SeriesChanges changes = family.changes();
      int[] series = changes.look(all);
      if (series.length > 0 || changes.isDescribedAnew()) {
        leftOut += add(family, series, values);
      }
      if (all) {
        changes.forgetGone();
      }
      hasGone |= changes.hasGone();
    }
    hasGone |= !all && !present.containsAll(known);
    if (all) {
      known = present;
    } else {
      known.addAll(present);
    }
    return new Reading(values, hasGone, leftOut);
  }

  /** Adds a family, and returns how many of its series were left out. */
  private long add(MergedFamily family, int[] series, List<FamilyValues> to) {
    try {
      to.add(publishable(family, series));
      return 0;
    } catch (IllegalArgumentException e) {
      String reason = String.valueOf(e.getMessage());
      String shown = reason.substring(0, Math.min(reason.length(), MOST_SHOWN));
      log.warn("series are not published: reason=" + shown, null);
      return addLegal(family, series, to);
    }
  }

  private long addLegal(MergedFamily family, int[] series, List<FamilyValues> to) {
    List<SeriesValues> legal = new ArrayList<>();
    long leftOut = 0;
    for (int each : series) {
      try {
        legal.addAll(publishable(family, new int[] {each}).series());
      } catch (IllegalArgumentException e) {
        leftOut++; // that one, or all of the family
      }
    }
    if (!legal.isEmpty()) {
      to.add(publishable(family, NO_SERIES).withSeries(legal));
    }
    return leftOut;
  }

  private FamilyValues publishable(MergedFamily family, int[] series) {
    return LedgerMerge.withInstance(FamilyCells.of(family, series), instance);
  }

  /**
   * What was read.
   *
   * @param hasGone whether series or families have gone since all were read
   * @param leftOut how many series no ledger takes
   */
  record Reading(List<FamilyValues> families, boolean hasGone, long leftOut) {
    long series() {
      return families.stream().mapToLong(family -> family.series().size()).sum();
    }
  }
}
