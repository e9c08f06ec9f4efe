package io.tallystick.store;

import io.tallystick.merge.Merge;
import io.tallystick.merge.MergedFamily;
import io.tallystick.merge.PublishedSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * One merge of a ledger's base and sources, by the rules by which processes of a directory merge.
 * Every store folds and reads with it. Not thread-safe; used once.
 */
public final class LedgerMerge {
  /** How long gauges of the mode {@code all}, and infos, of retired sources are kept. */
  public static final Duration DEAD_GAUGE_RETENTION = Duration.ofHours(1);

  static final String INSTANCE = "instance";

  private final Merge merge = new Merge();
  private final long nowMs;

  /**
   * @param nowMs the store's time, in milliseconds of the Unix epoch
   */
  public LedgerMerge(long nowMs) {
    this.nowMs = nowMs;
  }

  /**
   * Takes in families of the base: with all series, or where a source of the same shape is folded,
   * with those that the source has too. Be there none of these, the family's registration counts.
   */
  public void addBase(Collection<FamilyValues> families) {
    PublishedSource base = new PublishedSource(false, 0, Long.MIN_VALUE);
    for (FamilyValues family : families) {
      if (family.series().isEmpty()) {
        base.addFamily(family.describe(List.of()));
      }
    }
    add(base, families);
  }

  /**
   * Takes in families of a source.
   *
   * @param live whether it lives: gauges of the live modes count only then
   * @param publishedMs when it published; of texts that differ the newest wins
   */
  public void addSource(
      String source, boolean live, long publishedMs, Collection<FamilyValues> families) {
    List<FamilyValues> named = new ArrayList<>();
    families.forEach(family -> named.add(withInstance(family, source)));
    add(new PublishedSource(live, live ? 0 : nowMs, publishedMs), named);
  }

  /** Takes in the base, some of its families, or a source. */
  public void add(LedgerParts.Part part) {
    if (part.source() == null) {
      addBase(part.families());
    } else {
      addSource(part.source(), part.live(), part.publishedMs(), part.families());
    }
  }

  /** A family of a source as it is in the base: gauges of its processes have its name. */
  public static FamilyValues withInstance(FamilyValues family, String source) {
    if (!FamilyValues.isPerProcess(family.type(), family.mode())) {
      return family;
    }
    List<SeriesValues> series = new ArrayList<>();
    for (SeriesValues each : family.series()) {
      boolean isNamed = each.labels().contains(INSTANCE);
      series.add(isNamed ? each : each.withLabels(each.labels().add(INSTANCE, source)));
    }
    return family.withSeries(series);
  }

  private void add(PublishedSource source, Collection<FamilyValues> families) {
    families.forEach(family -> FamilyCells.add(family, source));
    try {
      merge.add(source);
    } catch (IOException e) {
      throw new UncheckedIOException("what was published is in memory", e);
    }
    if (source.fault() != null) { // families are checked when they are made
      throw new IllegalStateException(source.fault());
    }
  }

  /** The merged families to keep as the base, those that lose a conflict included. */
  public List<FamilyValues> toBase() {
    refresh(Long.MIN_VALUE);
    return values(merge.allFamilies());
  }

  /** The merged families to show, sorted by name: of one name the oldest registration. */
  public List<FamilyValues> toShow() {
    refresh(Long.MIN_VALUE);
    return values(merge.families());
  }

  /**
   * What {@link #toShow} has, as a scrape writes it; it is good as long as this merge is left as it
   * is.
   *
   * @param exemplarsNotBeforeMs exemplars that were taken before this time are left out
   */
  public List<MergedFamily> toWrite(long exemplarsNotBeforeMs) {
    refresh(exemplarsNotBeforeMs);
    return merge.families().stream().filter(MergedFamily::isSeen).toList();
  }

  private void refresh(long exemplarsNotBeforeMs) {
    long expireBeforeMs = nowMs - DEAD_GAUGE_RETENTION.toMillis();
    merge.at(nowMs);
    merge.refresh(expireBeforeMs, exemplarsNotBeforeMs, family -> true);
  }

  private static List<FamilyValues> values(Iterable<MergedFamily> families) {
    List<FamilyValues> values = new ArrayList<>();
    for (MergedFamily family : families) {
      if (family.isSeen()) {
        values.add(FamilyCells.of(family));
      }
    }
    return values;
  }
}
